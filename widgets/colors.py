"""Arithmetic on colours written as ``#rrggbb``."""

from __future__ import annotations


def mix(color: str, other: str, share: float) -> str:
    """``share`` of ``color`` and the rest of ``other``, as ``#rrggbb``."""
    parts = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in parts)


def luminance(color: str) -> float:
    """The relative luminance of WCAG 2, between 0 and 1."""
    raw = (c / 255 for c in _channels(color))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in raw)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def on_color(color: str) -> str:
    """Near-black or white, whichever is easier to read on ``color``."""
    return "#0b0d11" if luminance(color) > 0.18 else "#ffffff"


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
