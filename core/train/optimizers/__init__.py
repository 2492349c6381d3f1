"""Optimizers as data, one family a file; the files are found by walking this package."""

from core.train.optimizers.adam import Adam
from core.train.optimizers.optimizer import Optimizer

__all__ = ["Adam", "Optimizer"]
