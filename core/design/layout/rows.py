"""Folds a layout that leads to the right into rows, as text is broken into lines."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.design.document import Design
from core.design.layout.part import GRID

Point = tuple[float, float]
Places = dict[str, Point]
Column = list[str]

# Between two rows runs what leads back from the end of one to the beginning of the next.
_ROW_GAP = 72.0
# How much a wire more that is broken, and a frame that is torn, weigh against unlike widths.
_BROKEN, _TORN = 0.5, 2.0


def folded(design: Design, places: Places, sizes: Mapping[str, Point], shape: float) -> Places:
    """The places with long rows broken, so that all of it best fills a view.

    ``shape`` is the view's width divided by its height. Rows are broken between columns, rather
    where few wires run. The upper left corner of everything stays.
    """
    columns = _columns(places, sizes)
    if len(columns) < 2:
        return places
    crossing = _crossing(design, columns)
    width, height = _extent(places, sizes)
    guess = round(math.sqrt(width / (shape * (height + _ROW_GAP))))
    frames = _spans(design, columns)
    counts = range(max(1, guess - 2), min(guess + 2, len(columns)) + 1)
    found = [places]
    found += [
        _stacked(_broken(columns, crossing, frames, count, places, sizes), places, sizes)
        for count in counts
    ]
    return min(found, key=lambda made: _zoomed_out(made, sizes, shape))


def _columns(places: Places, sizes: Mapping[str, Point]) -> list[Column]:
    """The nodes from left to right, in groups that no upright line parts."""
    columns: list[Column] = []
    end = 0.0
    for node in sorted(places, key=lambda i: places[i][0]):
        left = places[node][0]
        if not columns or left >= end:
            columns.append([])
        columns[-1].append(node)
        end = max(end, left + sizes[node][0]) if len(columns[-1]) > 1 else left + sizes[node][0]
    return columns


def _crossing(design: Design, columns: list[Column]) -> list[int]:
    """For each gap between columns, how many outputs feed something beyond it."""
    column = {node: number for number, nodes in enumerate(columns) for node in nodes}
    reach: dict[tuple[str, str], int] = {}
    for target, source in design.wires.items():
        if source.node in column and target.node in column:
            last = max(reach.get(source, 0), column[target.node])
            reach[source] = last
    count = [0] * (len(columns) - 1)
    for (node, _), last in reach.items():
        for gap in range(column[node], last):
            count[gap] += 1
    return count


def _broken(
    columns: list[Column],
    crossing: list[int],
    frames: list[tuple[int, int]],
    count: int,
    places: Places,
    sizes: Mapping[str, Point],
) -> list[list[Column]]:
    """The columns in ``count`` rows of about one width, broken where few wires run."""
    left = [places[column[0]][0] for column in columns]
    right = [max(places[i][0] + sizes[i][0] for i in column) for column in columns]
    wanted = max(1.0, (right[-1] - left[0]) / count)

    def cost(start: int, end: int) -> float:
        uneven = (right[end - 1] - left[start]) / wanted - 1
        broken = max(0, crossing[end - 1] - 1) if end < len(columns) else 0
        torn = sum(_is_torn(frame, start, end) for frame in frames)
        return uneven * uneven + _BROKEN * broken + _TORN * torn

    ends = range(1, len(columns) + 1)
    best = {end: cost(0, end) for end in ends}
    cuts: list[dict[int, int]] = []
    for row in range(1, count):
        options = {
            end: min((best[cut] + cost(cut, end), cut) for cut in range(row, end))
            for end in ends
            if end > row
        }
        best = {end: found for end, (found, _) in options.items()}
        cuts.append({end: cut for end, (_, cut) in options.items()})
    rows, end = [], len(columns)
    for row_cuts in reversed(cuts):
        rows.append(columns[row_cuts[end] : end])
        end = row_cuts[end]
    return [columns[:end], *reversed(rows)]


def _spans(design: Design, columns: list[Column]) -> list[tuple[int, int]]:
    """The first and the last column of each frame."""
    column = {node: number for number, nodes in enumerate(columns) for node in nodes}
    inside = [[column[i] for i in f.nodes if i in column] for f in design.frames.values()]
    return [(min(numbers), max(numbers)) for numbers in inside if numbers]


def _is_torn(frame: tuple[int, int], start: int, end: int) -> bool:
    """Whether a row shares a frame with other rows, and itself with what is not in the frame."""
    first, last = frame
    shares = first < end and last >= start and (first < start or last >= end)
    return shares and (start < first or end - 1 > last)


def _stacked(rows: list[list[Column]], places: Places, sizes: Mapping[str, Point]) -> Places:
    """The rows below each other, each beginning at the left."""
    left = min(x for x, _ in places.values())
    top = min(y for _, y in places.values())
    made: Places = {}
    for row in rows:
        nodes = [node for column in row for node in column]
        x = min(places[i][0] for i in nodes)
        y = min(places[i][1] for i in nodes)
        made |= {i: (places[i][0] - x + left, places[i][1] - y + top) for i in nodes}
        height = max(places[i][1] + sizes[i][1] for i in nodes) - y
        top = -(-(top + height + _ROW_GAP) // GRID) * GRID
    return made


def _extent(places: Places, sizes: Mapping[str, Point]) -> Point:
    """Width and height of everything."""
    rights = [x + sizes[i][0] for i, (x, _) in places.items()]
    bottoms = [y + sizes[i][1] for i, (_, y) in places.items()]
    return (
        max(rights) - min(x for x, _ in places.values()),
        max(bottoms) - min(y for _, y in places.values()),
    )


def _zoomed_out(places: Places, sizes: Mapping[str, Point], shape: float) -> float:
    """How far a view of a shape has to be zoomed out to show everything."""
    width, height = _extent(places, sizes)
    return max(width, height * shape)
