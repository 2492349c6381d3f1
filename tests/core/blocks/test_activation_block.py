"""Activation functions against their formulas in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from built_block import run
from scipy.special import erf

from core.blocks.activation import FUNCTIONS, Activation

X = np.linspace(-6, 6, 49, dtype=np.float64).reshape(7, 7)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


FORMULAS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": lambda x: np.where(x > 0, x, 0),
    "sigmoid": sigmoid,
    "tanh": lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "elu": lambda x: np.where(x > 0, x, 1.5 * (np.exp(x) - 1)),
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "swish": lambda x: x * sigmoid(x),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_matches_its_formula(function: str) -> None:
    block = Activation(function=function, negative_slope=0.2, alpha=1.5)
    y, _ = run(block, input=X.astype(np.float32))
    np.testing.assert_allclose(y, FORMULAS[function](X), rtol=2e-5, atol=2e-6)


def test_softmax_runs_along_the_last_axis_and_bears_large_numbers() -> None:
    x = np.array([[[1000.0, 1000.0], [0.0, -1000.0]]], np.float32)
    y, _ = run(Activation(function="softmax"), input=x)
    np.testing.assert_allclose(y, [[[0.5, 0.5], [1.0, 0.0]]])
