"""Where nodes go when they are aligned, distributed or snapped to the grid.

Every function maps node ids to boxes (left, top, width, height in pixels) onto the new left and
top of each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

Box = tuple[float, float, float, float]
Places = dict[str, tuple[float, float]]
Edge = Literal["left", "center", "right", "top", "middle", "bottom"]
Direction = Literal["horizontally", "vertically"]

# The axis of an edge, and the share of a box's extent that lies before it.
_EDGES: Mapping[Edge, tuple[int, float]] = {
    "left": (0, 0.0),
    "center": (0, 0.5),
    "right": (0, 1.0),
    "top": (1, 0.0),
    "middle": (1, 0.5),
    "bottom": (1, 1.0),
}


def align(boxes: Mapping[str, Box], edge: Edge) -> Places:
    """Put an edge of every box on that edge of the rectangle around them all."""
    if not boxes:
        return {}
    axis, share = _EDGES[edge]
    first = min(box[axis] for box in boxes.values())
    last = max(box[axis] + box[axis + 2] for box in boxes.values())
    line = first + share * (last - first)
    return {i: _at(box, axis, line - share * box[axis + 2]) for i, box in boxes.items()}


def distribute(boxes: Mapping[str, Box], direction: Direction) -> Places:
    """Make the gaps between neighbours equal; the first and the last box stay where they are.

    Boxes are taken in the order of their centres. Where there is too little room the gaps are
    negative: the boxes overlap equally.
    """
    axis = 0 if direction == "horizontally" else 1
    order = sorted(boxes, key=lambda i: (boxes[i][axis] + boxes[i][axis + 2] / 2, boxes[i][axis]))
    places = {i: box[:2] for i, box in boxes.items()}
    if len(order) < 3:
        return places
    first, *inner, last = order
    begin = boxes[first][axis] + boxes[first][axis + 2]
    room = boxes[last][axis] - begin - sum(boxes[i][axis + 2] for i in inner)
    gap = room / (len(order) - 1)
    for key in inner:
        places[key] = _at(boxes[key], axis, begin + gap)
        begin += gap + boxes[key][axis + 2]
    return places


def snap(boxes: Mapping[str, Box], grid: float) -> Places:
    """Put the upper left corner of every box on the nearest point of a grid of that spacing."""
    return {i: (_nearest(x, grid), _nearest(y, grid)) for i, (x, y, _, _) in boxes.items()}


def _at(box: Box, axis: int, value: float) -> tuple[float, float]:
    return (value, box[1]) if axis == 0 else (box[0], value)


def _nearest(value: float, grid: float) -> float:
    return math.floor(value / grid + 0.5) * grid
