"""How commands answer: text or one JSON object on standard output, errors on standard error."""

from __future__ import annotations

import json
import math
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from core.errors import InputError, LayerloomError

DONE, FAILED, WRONG = 0, 1, 2


def print_json(value: Any) -> None:
    """Write the one JSON object of a ``--json`` call; what is not finite becomes null.

    It is plain ASCII, so that every terminal and pipe can take it.
    """
    print(json.dumps(_finite(value), allow_nan=False))


def figure_table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Figures as a table, one line a figure, with a column for each of the named sets of them."""
    names = list(dict.fromkeys(name for figures in columns.values() for name in figures))
    first = max(len(name) for name in (*names, ""))
    widths = [max(len(title), 8) for title in columns]
    pairs = list(zip(columns.items(), widths, strict=True))
    lines = [" ".join([" " * first, *(f"{title:>{width}}" for (title, _), width in pairs)])]
    for name in names:
        cells = [_cell(figures.get(name), width) for (_, figures), width in pairs]
        lines.append(" ".join([f"{name:<{first}}", *cells]))
    return "\n".join(lines)


def _cell(value: float | None, width: int) -> str:
    known = value is not None and math.isfinite(value)
    return f"{value:>{width}.4f}" if known else f"{'-':>{width}}"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_error(message: str, hint: str = "") -> None:
    """Write the error line, and the hint's where there is one."""
    print(f"error: {_one_line(message)}", file=sys.stderr)
    if hint:
        print(f"hint: {_one_line(hint)}", file=sys.stderr)


def report(error: LayerloomError, as_json: bool) -> int:
    """Tell the user of an error and return its exit code."""
    if os.environ.get("LAYERLOOM_DEBUG") == "1":
        traceback.print_exception(error)
    print_error(error.message, error.hint)
    if as_json:
        print_json({"error": error.message, "hint": error.hint})
    return WRONG if isinstance(error, InputError) else FAILED


def _one_line(text: str) -> str:
    return " ".join(text.split())
