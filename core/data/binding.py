"""What a design stores about its data, and the way from there to arrays ready to feed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.data.dataset import NO_LABEL, Column, Dataset, Description
from core.data.environment import Environment
from core.data.on_disk import Array, OnDisk, mapped, parts
from core.data.source import Source, sources
from core.data.split import Split, labels_of
from core.errors import InputError
from core.params import Fault, plain


@dataclass(frozen=True)
class DataBinding:
    """The data source and the split of a design, as saved: kind names and parameter values.

    ``source`` is ``{"kind": ..., **parameters}``, or empty while no source is chosen; ``split``
    holds parameters of ``Split``. Both are kept as they are, unknown kinds and values included.
    ``teacher`` is the id of a run whose network says something of every row, or empty.
    """

    source: Mapping[str, Any] = field(default_factory=dict)
    split: Mapping[str, Any] = field(default_factory=dict)
    teacher: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.teacher, str):
            raise InputError(
                f"data: teacher must be the id of a run, not {self.teacher!r}",
                "Choose the teacher again.",
            )
        for name in ("source", "split"):
            raw = getattr(self, name)
            if not isinstance(raw, Mapping):
                raise InputError(
                    f"data: {name} must be an object, not {raw!r}",
                    "Choose the data source again.",
                )
            object.__setattr__(self, name, {key: plain(value) for key, value in raw.items()})

    def __hash__(self) -> int:
        return hash(_key(self))

    @classmethod
    def of(cls, source: Source, split: Split | None = None) -> DataBinding:
        """The binding that saves ``source`` and ``split``."""
        return cls({"kind": source.kind, **source.values()}, split.values() if split else {})

    @classmethod
    def from_json(cls, raw: Any) -> DataBinding:
        """Read the saved form. Raises InputError if it is not an object of objects."""
        if not isinstance(raw, Mapping):
            raise InputError(f"data must be an object, not {raw!r}", "Choose the data again.")
        return cls(raw.get("source", {}), raw.get("split", {}), raw.get("teacher", ""))

    def to_json(self) -> dict[str, Any]:
        """The saved form: plain JSON values."""
        taught = {"teacher": self.teacher} if self.teacher else {}
        return {"source": _listed(self.source), "split": _listed(self.split), **taught}


@dataclass(frozen=True, eq=False)
class Prepared:
    """Data ready to feed.

    ``columns`` holds float32 and int32 arrays with all rows, standardised where asked; ``splits``
    the row numbers of ``train``, ``validation`` and ``test``; ``scales`` the training mean and
    deviation of each standardised column (``raw = value * deviation + mean``, float64, one per
    feature of the last axis; the deviation of a constant feature is 1). ``dataset`` is as loaded,
    with all labels, also those that the split takes away from training rows. Where samples come
    from playing in an ``environment``, the columns are only to be looked at.
    """

    columns: dict[str, Array]
    splits: dict[str, np.ndarray]
    scales: dict[str, tuple[np.ndarray, np.ndarray]]
    dataset: Dataset
    environment: Environment | None = None


def faults(binding: DataBinding) -> tuple[Fault, ...]:
    """Everything wrong with the parameters themselves; files are not looked at."""
    split, found = _read_split(binding)
    wrong = (*found, *split.check())
    if isinstance(source := _source_class(binding), Fault):
        return (source, *wrong)
    chosen, bad = source.read(_parameters(binding))
    return (*bad, *chosen.check(), *wrong)


def doubts(binding: DataBinding) -> tuple[Fault, ...]:
    """Choices that can be run but probably mislead: shuffling rows that overlap in time."""
    source = _source_class(binding)
    if isinstance(source, Fault) or source.split_order == "shuffled":
        return ()
    if split_of(binding).order == source.split_order:
        return ()
    message = f"Shuffled rows of {source.label} let the model see what it is tested on"
    return (Fault("order", message),)


def source_of(binding: DataBinding) -> Source:
    """The chosen source. Raises InputError for the first thing wrong with its parameters."""
    source = _source_class(binding)
    if isinstance(source, Fault):
        known = ", ".join(sorted(sources()))
        raise InputError(source.message, f"Choose a data source: {known}.")
    chosen, bad = source.read(_parameters(binding))
    for fault in (*bad, *chosen.check()):
        raise InputError(f"{source.label}: {fault.message}", "Correct it in the data panel.")
    return chosen


def split_of(binding: DataBinding) -> Split:
    """The split, in the order that the source recommends unless the binding names one.

    Faulty values are replaced by their defaults; ``faults`` reports them.
    """
    return _read_split(binding)[0]


def prepare(binding: DataBinding, folder: Path) -> Prepared:
    """Load, split and standardise. ``folder`` is that of the project file.

    Raises InputError for wrong parameters, and for anything wrong in the files.
    """
    for fault in _read_split(binding)[1]:
        raise InputError(f"Split: {fault.message}", "Correct it in the data panel.")
    source, split = source_of(binding), split_of(binding)
    dataset = source.load(folder)
    made = prepared_for(dataset, source.divide(dataset, split))
    hidden = split.without_label(dataset, made.splits["train"])
    for name in labels_of(dataset) if len(hidden) else ():
        labels = np.array(made.columns[name][:])
        labels[hidden] = NO_LABEL
        made.columns[name] = labels
    return replace(made, environment=source if isinstance(source, Environment) else None)


def prepared_for(dataset: Dataset, splits: Mapping[str, np.ndarray]) -> Prepared:
    """A dataset with its columns standardised by the rows ``train`` of ``splits``."""
    scales = fit_scales(dataset, splits["train"])
    columns = {
        name: standardise(column.values, *scales[name]) if name in scales else column.values
        for name, column in dataset.columns.items()
    }
    return Prepared(columns, dict(splits), scales, dataset)


def describe(binding: DataBinding, folder: Path) -> Description:
    """What the data offers to a design, remembered until the binding or its files change.

    Raises InputError as ``prepare`` does.
    """
    source = source_of(binding)
    found = _described(source, folder, source.stamp(folder))
    if isinstance(found, Description):
        return found
    raise InputError(*found)


def fit_scales(dataset: Dataset, rows: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mean and deviation over ``rows``, for every column that asks to be standardised."""
    return {
        name: fit_scale(dataset.columns[column.scale_as or name], rows)
        for name, column in dataset.columns.items()
        if column.scale == "standardise"
    }


def fit_scale(column: Column, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (float64) of each feature of the last axis, over all other axes."""
    axes = tuple(range(max(1, column.values.ndim - 1)))
    if isinstance(column.values, OnDisk):
        mean, deviation = _moments(column.values, rows, axes)
    else:
        values = column.values[rows].astype(np.float64)
        mean, deviation = values.mean(axes), values.std(axes)
    # Rounding leaves a constant feature with a deviation that is tiny but not 0.
    constant = deviation <= 1e-7 * np.abs(mean)
    return mean, np.where(constant, 1.0, deviation)


def _moments(
    values: OnDisk, rows: np.ndarray, axes: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (float64) of rows that are read part by part, in two passes."""

    def average(change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        sums = [
            (change(part.astype(np.float64)).mean(axes), len(part)) for part in parts(values, rows)
        ]
        return np.average([m for m, _ in sums], axis=0, weights=[n for _, n in sums])

    mean = average(lambda part: part)
    return mean, np.sqrt(average(lambda part: (part - mean) ** 2))


def standardise(values: Array, mean: np.ndarray, deviation: np.ndarray) -> Array:
    """``(values - mean) / deviation`` as float32 of the same shape; on the disk as it is read."""
    if isinstance(values, OnDisk):
        return mapped(values, lambda part: ((part - mean) / deviation).astype(np.float32))
    return ((values - mean) / deviation).astype(np.float32)


@lru_cache(maxsize=64)
def _described(
    source: Source, folder: Path, stamp: tuple[object, ...]
) -> Description | tuple[str, str]:
    try:
        return source.describe(folder)
    except InputError as error:
        return error.message, error.hint


def _source_class(binding: DataBinding) -> type[Source] | Fault:
    kind = binding.source.get("kind", "")
    if not kind:
        return Fault("kind", "No data source has been chosen")
    if not isinstance(kind, str) or kind not in sources():
        return Fault("kind", f"There is no data source called {kind!r}")
    return sources()[kind]


def _parameters(binding: DataBinding) -> dict[str, Any]:
    return {name: value for name, value in binding.source.items() if name != "kind"}


def _read_split(binding: DataBinding) -> tuple[Split, tuple[Fault, ...]]:
    source = _source_class(binding)
    order = Split.defaults()["order"] if isinstance(source, Fault) else source.split_order
    return Split.read({"order": order, **binding.split})


def _listed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _key(binding: DataBinding) -> str:
    return json.dumps(binding.to_json(), sort_keys=True)
