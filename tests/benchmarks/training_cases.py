"""The networks that training is measured on: their sizes, and data made up for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

BATCH = 128
LEARNING_RATE = 1e-3
CLASSES = 10


@dataclass(frozen=True)
class Case:
    """One network.

    ``shape`` is that of a sample, float32. A round trains for ``epochs`` epochs of ``samples``
    samples. ``parameters`` is the number of trained values, the same for everyone. ``against`` is
    whom the figure compares with, where that is not the fastest.
    """

    shape: tuple[int, ...]
    parameters: int
    samples: int = 12_800
    epochs: int = 1
    rounds: int = 5
    against: str = ""

    def save(self, file: Path) -> None:
        """Write samples ``x`` and classes ``label`` as an .npz archive."""
        random = np.random.default_rng(0)
        x = random.normal(size=(self.samples, *self.shape)).astype(np.float32)
        label = np.arange(self.samples, dtype=np.int32) % CLASSES
        np.savez(file, x=x, label=random.permutation(label))


CASES = {
    "mlp": Case((784,), 235_146, epochs=6, rounds=9),
    "lenet": Case((28, 28, 1), 61_706),
    "lstm": Case((32, 32), 25_482),
    "attention": Case((32, 64), 50_634),
    # A step takes seconds, so there are few of them.
    "resnet18": Case((32, 32, 3), 11_173_962, samples=256, rounds=3, against="keras"),
}


def read(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """The samples and the classes int32 that ``Case.save`` wrote."""
    with np.load(file) as arrays:
        return arrays["x"], arrays["label"]
