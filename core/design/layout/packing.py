"""Where the separate parts of a design go: beside and below each other, in their present order."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

_PROPORTION = 1.6

Point = tuple[float, float]


def packed(extents: Sequence[Point], gap: float) -> list[Point]:
    """The corner of each part, given its extents along and across the flow, in pixels.

    Parts fill rows along the flow, which are as long as the longest part or as makes the whole a
    good deal longer than wide.
    """
    area = sum((along + gap) * (across + gap) for along, across in extents)
    length = max([sqrt(area) * _PROPORTION, *(along for along, _ in extents)])
    corners: list[Point] = []
    at, row, deepest = 0.0, 0.0, 0.0
    for along, across in extents:
        if at and at + along > length:
            at, row, deepest = 0.0, row + deepest + gap, 0.0
        corners.append((at, row))
        at += along + gap
        deepest = max(deepest, across)
    return corners
