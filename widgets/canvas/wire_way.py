"""The way of a wire: straight to the other end where nothing is between, and round nodes else."""

from __future__ import annotations

from bisect import bisect_left
from math import inf, log2

from widgets.canvas.obstacles import Bounds, Obstacles

Point = tuple[float, float]

# Wires that go less far to the right than this are drawn within the gap between two columns.
_SHORT = 100.0
_REACH = 260.0
_NEAR = 4.0
_CLEAR = 12.0
_TURN, _SHARPEST = 64.0, 24.0
_STEEP = 1.5
# How far from a node's side a wire that does not go on to the right turns up or down: nearer for
# higher ports, so that the wires of one node do not cover each other.
_BESIDE, _PER_PIXEL = 14.0, 0.2
_PAST = 48.0
_INWARD = 26.0
# What leads back keeps farther from nodes than what leads on, so that both are seen.
_BACK = 22.0
_JOG = 18.0
_STEP = 6.0
_STEPS = 8
_DEVIATION = 16.0
# Where a curve's parameter is at equal steps of its way to the right.
_PARAMETERS = [step / 32 for step in range(33)]
_ADVANCES = [1.5 * t - 1.5 * t * t + t**3 for t in _PARAMETERS]


def way_round(
    start: Point, end: Point, ends: tuple[str, str], obstacles: Obstacles
) -> list[Point] | None:
    """The corners of a way that avoids other nodes; None where the plain curve is free.

    ``ends`` are the nodes that the wire joins. A way along the rows keeps to a free level between
    its ends and has six corners; one across the rows has eight, joined by level and upright pieces.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    if dx < 0:
        return _upright_way(start, end, ends, obstacles)
    low, high = sorted((start[1], end[1]))
    reach = _REACH if dx >= _SHORT else 0.0
    between = obstacles.within((start[0], low - reach, end[0], high + reach), ends)
    if dx < _SHORT:
        return _upright_way(start, end, ends, obstacles) if between else None
    if not any(_hits(start, end, bounds) for bounds in between):
        return None
    upright = _upright_way(start, end, ends, obstacles) if abs(dy) > _STEEP * dx else None
    return upright or _level_way(start, end, between)


def _hits(start: Point, end: Point, bounds: Bounds) -> bool:
    """Whether the plain curve between two points touches a node between them."""
    left, top, right, bottom = bounds
    at = [_height(start, end, x) for x in (left - _NEAR, right + _NEAR)]
    return min(at) < bottom + _NEAR and max(at) > top - _NEAR


def _height(start: Point, end: Point, x: float) -> float:
    share = min(1.0, max(0.0, (x - start[0]) / (end[0] - start[0])))
    t = _PARAMETERS[min(bisect_left(_ADVANCES, share), 32)]
    return start[1] + (end[1] - start[1]) * (3 * t * t - 2 * t**3)


def _level_way(start: Point, end: Point, between: list[Bounds]) -> list[Point]:
    """From the start to a free level, along it, and from there to the end."""
    levels = _free_levels(start, end, between)
    level = min(levels, key=lambda y: _detour(start, end, y))
    first = _turn(start, level, between)
    mirrored = [(-right, top, -left, bottom) for left, top, right, bottom in between]
    last = _turn((-end[0], end[1]), level, mirrored)
    if first[1] > -last[1]:
        middle = (start[0] + end[0]) / 2
        first, last = (min(first[0], middle), middle), (min(last[0], -middle), -middle)
    return [
        start,
        (first[0], start[1]),
        (first[1], level),
        (-last[1], level),
        (-last[0], end[1]),
        end,
    ]


def _detour(start: Point, end: Point, level: float) -> float:
    """What a level costs: its distance, and something for two bends instead of one."""
    bends = _DEVIATION if level not in (start[1], end[1]) else 0.1 * (level != start[1])
    return abs(level - start[1]) + abs(level - end[1]) + bends


def _free_levels(start: Point, end: Point, between: list[Bounds]) -> list[float]:
    """Heights at which nothing stands in the way: those of the ends, and beside what does."""
    taken = [
        (top - _CLEAR, bottom + _CLEAR)
        for left, top, right, bottom in between
        if right > start[0] + _SHARPEST and left < end[0] - _SHARPEST
    ]
    return _free_places(taken, (start[1], end[1]), end[0] - start[0])


def _free_places(
    taken: list[tuple[float, float]], wanted: tuple[float, float], length: float
) -> list[float]:
    """The wanted places that are not taken, and places beside those that are.

    Longer ways keep a greater distance, so that those of nested wires lie side by side.
    """
    united = _united(taken)
    sides = [-inf, *(side for span in united for side in span), inf]
    aside = _STEP * min(_STEPS, max(0, int(2 * log2(max(length, 1.0) / 300))))
    places = []
    for low, high in zip(sides[::2], sides[1::2], strict=True):
        room = min(aside, (high - low) / 2)
        places += [place for place in (low + room, high - room) if abs(place) != inf]
        places += [place for place in wanted if low <= place <= high]
    return places


def _united(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    made: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if made and low <= made[-1][1]:
            made[-1] = (made[-1][0], max(high, made[-1][1]))
        else:
            made.append((low, high))
    return made


def _turn(start: Point, level: float, between: list[Bounds]) -> tuple[float, float]:
    """Where the way from the start's height to a level begins and ends, between the columns."""
    low, high = min(start[1], level) - _NEAR, max(start[1], level) + _NEAR
    beside = [b for b in between if b[1] < high and b[3] > low]
    begin = start[0]
    for left, _, right, _ in sorted(beside):
        if left < begin + _SHARPEST and right > begin:
            begin = right + _NEAR
    first = min((left for left, _, _, _ in beside if left > begin), default=begin + 2 * _TURN)
    return begin, begin + max(_SHARPEST, min(_TURN, first - begin - _NEAR))


def _upright_way(
    start: Point, end: Point, ends: tuple[str, str], obstacles: Obstacles
) -> list[Point] | None:
    """Out to the right, along under the start's row, down or up, and back above the end's row."""
    source, target = obstacles.of(ends[0]), obstacles.of(ends[1])
    out = start[0] + _BESIDE + _PER_PIXEL * (start[1] - source[1])
    back = end[0] - _BESIDE - _PER_PIXEL * (end[1] - target[1])
    if source[3] + _CLEAR <= target[1]:
        leave, arrive = source[3], target[1]
    elif target[3] + _CLEAR <= source[1]:
        leave, arrive = source[1], target[3]
    else:
        return None
    inward = min(_INWARD, abs(arrive - leave) / 2)
    leave, arrive = (
        (leave + inward, arrive - inward) if arrive > leave else (leave - inward, arrive + inward)
    )
    low, high = sorted((leave, arrive))
    sides = sorted((out, back))
    between = obstacles.within((sides[0] - _REACH, low, sides[1] + _REACH, high), ends)
    taken = [(left - _PAST, right + _PAST) for left, _, right, _ in between]
    lanes = _free_places(taken, (out, back), high - low)
    lane = min(lanes, key=lambda x: abs(x - out) + 1.1 * abs(x - back))
    # A jog of a few pixels would look like a mistake.
    if abs(lane - back) < _JOG and lane < end[0] - _CLEAR:
        back = lane
    elif abs(lane - out) < _JOG and lane > start[0] + _CLEAR:
        out = lane
    leave = _freed(leave, arrive, (out, lane), ends, obstacles)
    arrive = _freed(arrive, leave, (lane, back), ends, obstacles)
    return [
        start,
        (out, start[1]),
        (out, leave),
        (lane, leave),
        (lane, arrive),
        (back, arrive),
        (back, end[1]),
        end,
    ]


def _freed(
    level: float,
    limit: float,
    sides: tuple[float, float],
    ends: tuple[str, str],
    obstacles: Obstacles,
) -> float:
    """A level moved towards a limit until nothing is near it from side to side, if it can be."""
    left, right = sorted(sides)
    down, free = limit > level, level
    for _ in range(_STEPS):
        near = obstacles.within((left, free - _BACK + 1, right, free + _BACK - 1), ends)
        if not near:
            return free
        free = max(b[3] for b in near) + _BACK if down else min(b[1] for b in near) - _BACK
        if down is not (limit > free):
            break
    return level
