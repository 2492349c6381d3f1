"""Fisher's iris flowers, shipped with the program."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.dataset import Column, Dataset
from core.data.source import Source, built_in_file


@dataclass(frozen=True)
class Iris(Source):
    """150 iris flowers: length and width of sepal and petal in cm, and the species.

    ``features`` float32 ``[4]`` standardised, ``label`` one of 3 classes.
    """

    kind = "iris"
    label = "Iris flowers"
    built_in = True
    licence = (
        "CC BY 4.0. R. A. Fisher (1936), Iris, UCI Machine Learning Repository, "
        "https://doi.org/10.24432/C56C76"
    )

    def load(self, folder: Path) -> Dataset:
        """Read the shipped table."""
        with built_in_file("iris.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        species = [row[-1] for row in rows]
        names = tuple(sorted(set(species)))
        features = np.array([row[:-1] for row in rows], np.float64).astype(np.float32)
        label = np.array([names.index(name) for name in species], np.int32)
        measured = tuple(name.replace("_", " ") for name in header[:-1])
        return Dataset(
            {
                "features": Column(features, scale="standardise", features=measured),
                "label": Column(label, names),
            },
            title=self.label,
            notes=f"The features are {', '.join(measured)}, in cm.",
            inputs=("features",),
            targets=("label",),
        )
