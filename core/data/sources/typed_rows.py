"""A few rows that are typed in: small enough to be worked out by hand, and saved in the design."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.dataset import Column, Dataset
from core.data.source import Source
from core.params import Fault, param


@dataclass(frozen=True)
class TypedRows(Source):
    """A few rows of your own, typed in here: for examples that are worked out by hand.

    ``x`` float32 ``[inputs]`` and ``y`` float32 ``[targets]``, as they are typed. The numbers are
    saved in the design, so there is no file. They begin with a line, y = 2x + 1.
    """

    kind = "typed_rows"
    label = "Typed rows"

    inputs: tuple[float, ...] = param(
        (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5),
        label="Inputs",
        kind="floats",
        help="The inputs of the first row, then those of the second, and so on.",
    )
    targets: tuple[float, ...] = param(
        (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0),
        label="Targets",
        kind="floats",
        help="What is to be learnt: the numbers of the first row, then those of the second.",
    )
    rows: int = param(
        8, label="Rows", help="How many rows the numbers are.", minimum=1, maximum=1000
    )

    def check(self) -> tuple[Fault, ...]:
        """Each row must have the same number of inputs, and of targets, at least one."""
        found = []
        for name, values in (("inputs", self.inputs), ("targets", self.targets)):
            if not values or len(values) % self.rows:
                message = f"{name.capitalize()}: {len(values)} numbers do not make {self.rows} rows"
                found.append(Fault(name, f"{message} of equal length"))
        return tuple(found)

    def load(self, folder: Path) -> Dataset:
        """The rows as arrays."""
        x, y = (
            np.array(values, np.float32).reshape(self.rows, -1)
            for values in (self.inputs, self.targets)
        )
        return Dataset(
            {"x": Column(x), "y": Column(y)},
            title=self.label,
            notes="The numbers are used as they are typed.",
            inputs=("x",),
            targets=("y",),
        )
