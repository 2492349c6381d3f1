"""Data: where it comes from, what it looks like, and how it is split and made ready to feed.

``Source`` reads a ``Dataset`` of named ``Column`` arrays; ``DataBinding`` is what a design saves;
``describe`` tells the editor what the data offers, and ``prepare`` delivers the arrays. All sources
are listed by ``core.data.source.sources``.
"""

from core.data.binding import DataBinding, Prepared, describe, doubts, faults, prepare
from core.data.dataset import Column, Dataset, Description
from core.data.new_rows import read_new_rows
from core.data.source import Source
from core.data.split import SPLITS, Split

__all__ = [
    "SPLITS",
    "Column",
    "DataBinding",
    "Dataset",
    "Description",
    "Prepared",
    "Source",
    "Split",
    "describe",
    "doubts",
    "faults",
    "prepare",
    "read_new_rows",
]
