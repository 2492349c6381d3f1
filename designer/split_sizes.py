"""How many rows each split has, found without reading files that may be large."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.data.binding import DataBinding, describe, source_of, split_of
from core.data.dataset import Dataset
from core.data.source import Source
from core.data.split import SPLITS, shares_of
from core.errors import InputError


@dataclass(frozen=True)
class SplitSizes:
    """Rows in all, and in ``train``, ``validation`` and ``test``.

    ``exact`` is False where sharing out the classes may shift a row between two splits.
    """

    rows: int
    sizes: tuple[int, ...]
    exact: bool


def split_sizes(binding: DataBinding, folder: Path) -> SplitSizes:
    """The sizes that training will find. Shipped data is loaded, files are only described.

    Raises InputError for anything wrong with the data, and where a split would be empty or has
    fewer labels than it shall keep.
    """
    source, split = source_of(binding), split_of(binding)
    if source.built_in:
        dataset = _loaded(source)
        parts = source.divide(dataset, split)
        split.without_label(dataset, parts["train"])
        return SplitSizes(dataset.rows, tuple(len(parts[name]) for name in SPLITS), True)
    for fault in split.check():
        raise InputError(fault.message, "Change the shares.")
    rows = describe(binding, folder).rows
    sizes = shares_of(rows, split.fractions / split.fractions.sum())
    by_class = split.stratify and split.order == "shuffled"
    return SplitSizes(rows, tuple(int(size) for size in sizes), not by_class)


@lru_cache(maxsize=8)
def _loaded(source: Source) -> Dataset:
    return source.load(Path())
