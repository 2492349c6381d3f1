"""Reads a text file with separated cells into named columns of text, and checks its form.

What the cells mean is decided in ``encoding.py``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@dataclass(frozen=True)
class Table:
    """Named columns of stripped text cells, all of one length.

    ``lines`` holds the row number of each row as a spreadsheet shows it, counted from 1.
    ``has_header`` is False where the names had to be made up (``column_1`` ...).
    ``decimal_comma`` says that numbers may be written ``1,5``.
    """

    file: str
    columns: dict[str, tuple[str, ...]]
    lines: tuple[int, ...]
    has_header: bool = True
    decimal_comma: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, from left to right."""
        return tuple(self.columns)

    def place(self, row: int, column: str) -> str:
        """Where a cell is, for a message: file, row and column."""
        return f"{self.file}, row {self.lines[row]}, column {column!r}"

    def need(self, column: str) -> tuple[str, ...]:
        """The cells of ``column``. Raises InputError naming the columns there are."""
        if column in self.columns:
            return self.columns[column]
        hint = "It has " + ", ".join(self.names) + "."
        if not self.has_header:
            hint += " Its first row looks like data, so the columns were numbered; add a header."
        raise InputError(f"{self.file} has no column {column!r}", hint)


def read_table(path: Path, separator: str = "auto") -> Table:
    """Read a UTF-8 file (with or without byte order mark, any line ends), blank lines left out.

    ``separator`` is ``auto`` or a key of ``SEPARATORS``. Raises InputError naming file and row.
    """
    text = _text_of(path)
    mark = _guess_separator(text) if separator == "auto" else SEPARATORS[separator]
    numbered = _records(path.name, text, mark)
    if not numbered:
        raise InputError(f"{path.name} is empty", "It needs a row of names and rows of data.")
    comma = mark == ";"
    first = numbered[0][1]
    has_header = not any(_is_data(cell, comma) for cell in first)
    names = first if has_header else [""] * len(first)
    body = numbered[1:] if has_header else numbered
    if not body:
        raise InputError(
            f"{path.name} has a header but no rows", "Add at least one row under the header."
        )
    _check_widths(path.name, body, len(first), numbered[0][0])
    cells = zip(*(row for _, row in body), strict=True)
    columns = dict(zip(_unique(path.name, names), cells, strict=True))
    return Table(path.name, columns, tuple(line for line, _ in body), has_header, comma)


def number_of(cell: str, decimal_comma: bool = False) -> float | None:
    """The number a cell holds (``nan`` and ``inf`` included), or None if it is other text."""
    if decimal_comma and cell.count(",") == 1 and "." not in cell:
        cell = cell.replace(",", ".")
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _is_data(cell: str, decimal_comma: bool) -> bool:
    """Whether a cell of the first row can only be data: no column is called ``5.1``."""
    value = number_of(cell, decimal_comma)
    return value is not None and math.isfinite(value)


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} is not UTF-8 text (byte {error.start})",
            "Save it again as CSV with the encoding UTF-8.",
        ) from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", "Check the permissions of the file."
        ) from error


def _guess_separator(text: str) -> str:
    """The separator that cuts the first row that is not blank into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    marks = SEPARATORS.values()
    return max(marks, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _records(file: str, text: str, mark: str) -> list[tuple[int, list[str]]]:
    """Stripped cells of each row that is not blank, with its number in the file."""
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if cells:
                rows.append((number, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise InputError(
            f"{file}, row {number + 1} cannot be read: {error}", "Check the quotes in this row."
        ) from error
    return rows


def _check_widths(file: str, body: list[tuple[int, list[str]]], width: int, first: int) -> None:
    for line, cells in body:
        if len(cells) != width:
            raise InputError(
                f"{file}, row {line} has {len(cells)} cells, but row {first} has {width}",
                "Check the separator and the quotes: every row needs the same number of cells.",
            )


def _unique(file: str, names: Sequence[str]) -> list[str]:
    """Names of the columns, ``column_N`` where there is none. Raises InputError on a duplicate."""
    full = [name or f"column_{number}" for number, name in enumerate(names, 1)]
    twice = next((name for name in full if full.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{file} has two columns called {twice!r}", "Give each its own name.")
    return full
