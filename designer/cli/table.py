"""Rows of texts as lines with aligned columns."""

from __future__ import annotations

from collections.abc import Sequence


def lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row, the first being the head; columns that are empty below it are left out."""
    head, *body = rows
    kept = [at for at in range(len(head)) if any(row[at] for row in body)]
    widths = [max(len(row[at]) for row in rows) for at in kept]
    return [
        "  ".join(row[at].ljust(width) for at, width in zip(kept, widths, strict=True)).rstrip()
        for row in rows
    ]
