"""Amounts as people read them."""

from __future__ import annotations


def in_units(size: float) -> str:
    """Bytes, with three digits: ``1.2 GB``."""
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
