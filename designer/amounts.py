"""Says how many of something there are, and how long something takes."""

from __future__ import annotations

from collections.abc import Collection

from core.design.document import Design


def amount(number: int, noun: str) -> str:
    """``1 node``, ``2 nodes``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def items(design: Design, ids: Collection[str]) -> str:
    """Nodes and notes by their ids: ``2 nodes and 1 note``; what is no note counts as a node."""
    notes = sum(i in design.notes for i in ids)
    nodes = len(ids) - notes
    parts = [amount(n, noun) for n, noun in ((nodes, "node"), (notes, "note")) if n]
    return " and ".join(parts)


def duration(seconds: float) -> str:
    """``5 s``, ``2 min 5 s`` or ``3 h 20 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
