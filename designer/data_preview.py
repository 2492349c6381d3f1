"""The first samples of a data source, as texts and pictures, for somebody who is choosing data."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, zip_longest
from math import prod
from pathlib import Path

import numpy as np

from core.data.binding import DataBinding, describe, source_of
from core.data.dataset import Column, Description
from core.data.source import FileSource, Source, stamp_of
from core.data.sources.csv_file import CsvFile
from core.data.sources.image_folder import ImageFolder
from core.data.sources.npz_file import (
    UNREADABLE,
    NpzFile,
    as_column,
    read_array,
    read_headers,
    roles,
)
from core.data.table import Table, read_table
from core.errors import InputError
from designer.sample_text import cells

ROWS, PICTURES = 20, 24
# Thumbnails gain nothing from more pixels than this along their longer side.
LONGEST_SIDE = 144
# Larger files are looked over when training starts, which reads them anyway.
LARGEST_CHECKED = 256 * 2**20
NUMBERED = "The first row looks like data, so the columns are numbered. Add a header to name them."


@dataclass(frozen=True, eq=False)
class Look:
    """Samples to look at: lines of texts under ``header``, or pictures ``[N, H, W, C]``."""

    header: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    target: str = ""
    images: np.ndarray | None = None
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Preview:
    """What was found in a source, or in ``message`` and ``hint`` why it cannot be used.

    ``options`` are the names to choose from, by parameter; they and ``look`` may be there although
    there is a message. ``description`` is there if and only if there is none.
    """

    description: Description | None = None
    notes: str = ""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    look: Look | None = None
    message: str = ""
    hint: str = ""


def read_preview(binding: DataBinding, folder: Path) -> Preview:
    """Read what the dialog shows. ``folder`` is where relative paths start. Never raises for data.

    The whole of a file is checked unless it is very large; of a folder of pictures only the ones
    shown are decoded.
    """
    found = Preview()
    try:
        source = source_of(binding)
        found = replace(found, options=_options(source, folder))
        if isinstance(source, CsvFile):
            found = replace(found, look=_table(source, folder))
        description = describe(binding, folder)
        look, notes = _samples(source, folder, found.look)
        return replace(found, description=description, look=look, notes=notes)
    except InputError as error:
        return replace(found, message=error.message, hint=error.hint)
    except MemoryError:
        hint = "Close other programs, or choose less data."
        return replace(found, message="The data does not fit into the memory", hint=hint)


def look_at(columns: Mapping[str, Column], inputs: Sequence[str], targets: Sequence[str]) -> Look:
    """Show the first rows of columns: pictures if an input holds some, a table otherwise."""
    named = {name: columns[name] for name in (*inputs, *targets)}
    target = targets[0] if targets else ""
    pictures = next((c for n, c in named.items() if n in inputs and _is_picture(c)), None)
    if pictures is not None:
        captions = _captions(columns[target]) if target else ()
        return Look(images=pictures.values[:PICTURES], captions=captions)
    texts: dict[str, list[str]] = {}
    for name, column in named.items():
        texts |= cells(name, column.values[:ROWS], column.classes)
    lines = tuple(zip(*texts.values(), strict=True))
    return Look(tuple(texts), lines, target)


def first_rows(path: Path, name: str, count: int) -> np.ndarray:
    """The first rows of an array in an .npz archive, without reading the others where possible.

    Raises InputError when the archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as file:
            old = np.lib.format.read_magic(file) == (1, 0)
            read = (
                np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
            )
            shape, by_columns, dtype = read(file)
            if not by_columns:
                rows = min(count, shape[0])
                items = rows * prod(shape[1:])
                raw = file.read(items * dtype.itemsize)
                return np.frombuffer(raw, dtype, items).reshape(rows, *shape[1:])
    except UNREADABLE as error:
        raise InputError(
            f"{path.name}, array {name!r} cannot be read: {error}",
            "Save it again with numpy.savez.",
        ) from error
    return read_array(path, name)[:count]


def _options(source: Source, folder: Path) -> dict[str, tuple[str, ...]]:
    if isinstance(source, CsvFile):
        names = _head(source, folder).names
        target = source.target.strip() or names[-1]
        return {"inputs": tuple(n for n in names if n != target), "target": names}
    if isinstance(source, NpzFile):
        names = tuple(read_headers(source.file(folder)))
        return {"inputs": names, "targets": names}
    return {}


def _samples(source: Source, folder: Path, look: Look | None) -> tuple[Look, str]:
    """What to look at, and what the source notes about its data."""
    if isinstance(source, ImageFolder):
        return _pictures(source, folder), ""
    if isinstance(source, NpzFile):
        look = _arrays(source, folder)
    if isinstance(source, FileSource) and look:
        if source.file(folder).stat().st_size <= LARGEST_CHECKED:
            source.load(folder)
        numbered = isinstance(source, CsvFile) and not _head(source, folder).has_header
        return look, NUMBERED if numbered else ""
    dataset = source.load(folder)
    return look_at(dataset.columns, dataset.inputs, dataset.targets), dataset.notes


def _table(source: CsvFile, folder: Path) -> Look:
    """The first rows with the target in front, where even a wide table shows it."""
    columns = dict(_head(source, folder).columns)
    target = source.target.strip() or next(reversed(columns))
    if target in columns:
        columns = {target: columns.pop(target), **columns}
    return Look(tuple(columns), tuple(zip(*columns.values(), strict=True)), target)


def _arrays(source: NpzFile, folder: Path) -> Look:
    path = source.file(folder)
    inputs, targets = roles(path.name, read_headers(path), source.inputs, source.targets)
    columns = {
        name: as_column(path.name, name, first_rows(path, name, max(ROWS, PICTURES)))
        for name in (*inputs, *targets)
    }
    return look_at(columns, inputs, targets)


def _pictures(source: ImageFolder, folder: Path) -> Look:
    """A few pictures, one class after the other in turn."""
    classes = source.files(folder)
    turns = zip_longest(*([(path, name) for path in paths] for name, paths in classes.items()))
    chosen = [pair for pair in chain.from_iterable(turns) if pair is not None][:PICTURES]
    scale = min(1.0, LONGEST_SIDE / max(source.size))
    small = replace(source, size=tuple(max(1, round(side * scale)) for side in source.size))
    images = [small.new_inputs(folder, path)["image"][0] for path, _ in chosen]
    return Look(images=np.stack(images), captions=tuple(name for _, name in chosen))


def _head(source: CsvFile, folder: Path) -> Table:
    path = source.file(folder)
    return _read_head(path, stamp_of(path), source.separator)


@lru_cache(maxsize=8)
def _read_head(path: Path, stamp: tuple[object, ...], separator: str) -> Table:
    """The first rows of a table."""
    table = read_table(path, separator)
    columns = {name: column[:ROWS] for name, column in table.columns.items()}
    return replace(table, columns=columns, lines=table.lines[:ROWS])


def _is_picture(column: Column) -> bool:
    return column.values.ndim == 4 and column.values.shape[-1] in (1, 3)


def _captions(target: Column) -> tuple[str, ...]:
    texts = list(cells("", target.values[:PICTURES], target.classes).values())
    return tuple(texts[0]) if len(texts) == 1 else ()
