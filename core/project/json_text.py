"""JSON as people read it in a diff: stable, indented, and short things on one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

WIDTH = 96


def pretty(value: Any, indent: str = "") -> str:
    """Format JSON; what fits on a line stands on one. Raises ValueError for NaN and infinity."""
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if (
        len(indent) + len(flat) <= WIDTH
        or not value
        or not isinstance(value, Mapping | list | tuple)
    ):
        return flat
    inner = indent + "  "
    if isinstance(value, Mapping):
        parts = [
            f"{json.dumps(k, ensure_ascii=False)}: {pretty(v, inner)}" for k, v in value.items()
        ]
        opening, closing = "{", "}"
    else:
        parts = [pretty(v, inner) for v in value]
        opening, closing = "[", "]"
    body = f",\n{inner}".join(parts)
    return f"{opening}\n{inner}{body}\n{indent}{closing}"
