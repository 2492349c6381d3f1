"""Handwritten digits, shipped with the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.dataset import Column, Dataset
from core.data.source import Source, built_in_file


@dataclass(frozen=True)
class Digits(Source):
    """1,797 grey 8x8 images of handwritten digits, and which digit each one is.

    ``image`` float32 ``[8, 8, 1]`` in 0..1, ``label`` one of 10 classes.
    """

    kind = "digits"
    label = "Handwritten digits"
    built_in = True
    licence = (
        "CC BY 4.0. E. Alpaydin, C. Kaynak (1998), Optical Recognition of Handwritten Digits, "
        "UCI Machine Learning Repository, https://doi.org/10.24432/C50P49"
    )

    def load(self, folder: Path) -> Dataset:
        """Read the shipped arrays."""
        with np.load(built_in_file("digits.npz"), allow_pickle=False) as arrays:
            image = arrays["image"][..., None].astype(np.float32) / 16
            label = arrays["label"].astype(np.int32)
        names = tuple(str(digit) for digit in range(10))
        return Dataset(
            {"image": Column(image), "label": Column(label, names)},
            title=self.label,
            notes="Pixels count the ink in 4x4 blocks of a 32x32 scan, divided by 16.",
            inputs=("image",),
            targets=("label",),
        )
