"""Calls and values as Python code, laid out as ``ruff format`` lays it out."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from core.blocks.call import Call, Name
from core.compile.source.usual import is_usual

WIDTH = 100
INDENT = 4
# A value that is written as it stands: ``Name`` with what no dotted name can hold.
Names = Mapping[str, str]


def flat(value: Any, names: Names) -> str:
    """A value or call on one line. ``names`` says how local names are written."""
    if isinstance(value, Call):
        return f"{function_text(value, names)}({', '.join(_parts(value, names))})"
    if isinstance(value, Name):
        return name_text(value.name, names)
    if isinstance(value, tuple):
        inner = ", ".join(flat(v, names) for v in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(flat(v, names) for v in value)}]"
    if isinstance(value, str):
        return string(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value).replace("e+", "e")


def lines(value: Any, names: Names, indent: int, before: str = "", after: str = "") -> list[str]:
    """A value on as few lines as fit; ``before`` and ``after`` stand around it."""
    margin = " " * indent
    whole = f"{margin}{before}{flat(value, names)}{after}"
    parts = _broken(value, names)
    if len(whole) <= WIDTH or parts is None:
        return [whole]
    opening, items, closing = parts
    inner = ", ".join(text + flat(item, names) for text, item in items)
    head, foot = f"{margin}{before}{opening}", f"{margin}{closing}{after}"
    # Arguments may stand together on a line of their own, elements of tuples and lists do not.
    if isinstance(value, Call) and indent + INDENT + len(inner) <= WIDTH:
        return [head, " " * (indent + INDENT) + inner, foot]
    each = [lines(item, names, indent + INDENT, text, ",") for text, item in items]
    return [head, *(line for item in each for line in item), foot]


def name_text(name: str, names: Names) -> str:
    """A name as exported code writes it; copies of ``layers`` stand in the file itself."""
    return names.get(name, name.removeprefix("layers."))


def function_text(value: Call, names: Names) -> str:
    """What a call calls."""
    return name_text(value.function, names)


def string(text: str) -> str:
    """A string literal with the quotes that need the fewest escapes."""
    quote = '"' if text.count('"') <= text.count("'") else "'"
    plain = (c if c in "\"'" else repr(c)[1:-1] for c in text)
    return quote + "".join(f"\\{c}" if c == quote else c for c in plain) + quote


def docstring(text: str, indent: int) -> list[str]:
    """A docstring: the first line and then paragraphs, wrapped to the width."""
    margin, quotes = " " * indent, '"""'
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    if safe.endswith('"'):
        safe += " "
    # Shapes stay on one line.
    whole = re.sub("``[^`]{1,60}``", lambda found: found[0].replace(" ", "\0"), safe)
    paragraphs = whole.split("\n")
    room = WIDTH - indent
    if len(paragraphs) == 1 and len(safe) + 6 <= room:
        return [f"{margin}{quotes}{safe}{quotes}"]
    if len(paragraphs) == 1:
        # The text must not fit on one line with one pair of quotes alone.
        room = min(room, len(safe) + 2)
    found = []
    for number, paragraph in enumerate(paragraphs):
        start = quotes if number == 0 else ""
        hanging = len(paragraph) - len(paragraph.lstrip())
        wrapped = textwrap.wrap(
            start + paragraph.strip(), room - hanging, break_on_hyphens=False
        ) or [""]
        found += [(margin + " " * hanging + line) if line else "" for line in wrapped]
    return [*(line.replace("\0", " ") for line in found), margin + quotes]


def signature(name: str, parameters: Sequence[str], returns: str, indent: int) -> list[str]:
    """The first lines of a function."""
    margin, inner = " " * indent, ", ".join(parameters)
    before, after = f"{margin}def {name}(", f") -> {returns}:"
    if len(before) + len(inner) + len(after) <= WIDTH:
        return [before + inner + after]
    if indent + 4 + len(inner) <= WIDTH:
        return [before, f"{margin}    {inner}", margin + after]
    return [before, *(f"{margin}    {one}," for one in parameters), margin + after]


def _parts(value: Call, names: Names) -> list[str]:
    return [text + flat(item, names) for text, item in _arguments(value)]


def _arguments(value: Call) -> list[tuple[str, Any]]:
    plain = [("", item) for item in value.args]
    options = value.options.items()
    kept = ((n, item) for n, item in options if not is_usual(value.function, n, item))
    return [*plain, *((f"{name}=", item) for name, item in kept)]


def _broken(value: Any, names: Names) -> tuple[str, list[tuple[str, Any]], str] | None:
    """What a value is opened and closed with, and what stands between; None for what is whole."""
    if isinstance(value, Call) and (value.args or value.options):
        return f"{function_text(value, names)}(", _arguments(value), ")"
    if isinstance(value, tuple | list) and value:
        opening, closing = "()" if isinstance(value, tuple) else "[]"
        return opening, [("", item) for item in value], closing
    return None
