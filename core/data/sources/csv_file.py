"""A table in a text file of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from core.data.dataset import Cells, Column, Dataset, Description
from core.data.encoding import (
    Feature,
    classes_of,
    encode_features,
    feature_of,
    numbers_of,
    suits_classes,
)
from core.data.source import FileSource
from core.data.table import SEPARATORS, Table, read_table
from core.errors import InputError
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class CsvFile(FileSource):
    """A table with a header row: some columns are features, one is the target.

    ``features`` float32 ``[n]``: numbers as they are, text columns as one 0/1 feature per category
    in alphabetical order. The target is ``label`` (classes) or ``value`` float32 ``[1]``.
    """

    kind = "csv"
    label = "CSV file"

    inputs: tuple[str, ...] = param(
        (),
        kind="names",
        label="Inputs",
        help="The columns to learn from. Empty means all but the target.",
    )
    target: str = param(
        "",
        kind="column",
        label="Target",
        help="The column to predict. Empty means the last one.",
    )
    separator: str = param(
        "auto",
        label="Separator",
        help="What stands between two cells.",
        choices=("auto", *SEPARATORS),
    )
    task: str = param(
        "auto",
        label="Task",
        help="Predict classes or a number. Auto takes classes for text and for at most 20 "
        "different whole numbers.",
        choices=("auto", "classes", "number"),
    )
    standardise: bool = param(
        True,
        label="Standardise features",
        help="Give every feature mean 0 and deviation 1 over the training rows.",
    )
    standardise_target: bool = param(
        True,
        label="Standardise target",
        help="Give a number to predict mean 0 and deviation 1 over the training rows; "
        "its errors are still shown in its own units.",
    )

    def load(self, folder: Path) -> Dataset:
        """Read and encode the whole table."""
        table = read_table(self.file(folder), self.separator)
        features, target = self.plan(table)
        name, column = self._target_column(table, target)
        scale = "standardise" if self.standardise else "none"
        named = tuple(label for feature in features for label in feature.labels)
        notes = f"Features: {', '.join(named)}. Target: {target}."
        if not table.has_header:
            notes += " The first row looks like data, so the columns are numbered."
        values = encode_features(table, features)
        return Dataset(
            {"features": Column(values, scale=scale, features=named), name: column},
            title=table.file,
            notes=notes,
            inputs=("features",),
            targets=(name,),
            cells=partial(self._cells, folder, len(table.lines)),
        )

    def _cells(self, folder: Path, rows: int) -> Cells:
        """All columns of the table as text; read again, rather than kept beside the features.

        Raises InputError if the table has other rows now.
        """
        table = read_table(self.file(folder), self.separator)
        if len(table.lines) != rows:
            raise InputError(
                f"{table.file} has {len(table.lines)} rows now, it had {rows}",
                "Load the run again, or train anew.",
            )
        return table.columns

    def describe(self, folder: Path) -> Description:
        """Read the table, but encode only the target."""
        table = read_table(self.file(folder), self.separator)
        features, target = self.plan(table)
        name, column = self._target_column(table, target)
        width = sum(feature.width for feature in features)
        tensors = {"features": Tensor((None, width)), name: column.tensor}
        return Description(tensors, len(table.lines), ("features",), (name,))

    def new_inputs(self, folder: Path, path: Path) -> dict[str, np.ndarray]:
        """``features`` float32 ``[N, n]`` of a table with the input columns; no target is needed.

        Raises InputError for a missing column or a category that this source does not have.
        """
        features, _ = self.plan(read_table(self.file(folder), self.separator))
        return {"features": encode_features(read_table(path, self.separator), features)}

    def plan(self, table: Table) -> tuple[tuple[Feature, ...], str]:
        """How the input columns are encoded, and the name of the target column."""
        target = self.target.strip() or table.names[-1]
        table.need(target)
        if target in self.inputs:
            raise InputError(
                f"{table.file}: {target!r} is both an input and the target",
                "Take it out of the inputs, or choose another target.",
            )
        names = self.inputs or tuple(name for name in table.names if name != target)
        if not names:
            raise InputError(
                f"{table.file} has only the column {target!r}, which is the target",
                "Add a column to learn from, or check the separator.",
            )
        return tuple(feature_of(table, name) for name in names), target

    def _target_column(self, table: Table, target: str) -> tuple[str, Column]:
        as_classes = self.task == "classes" or (
            self.task == "auto" and suits_classes(table, target)
        )
        if as_classes:
            return "label", Column(*classes_of(table, target))
        values = numbers_of(table, target).astype(np.float32)[:, None]
        scale = "standardise" if self.standardise_target else "none"
        return "value", Column(values, scale=scale)
