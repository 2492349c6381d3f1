"""Arranging nodes: what must be equal afterwards is, and what must stay does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.design.arrange import Box, Direction, Edge, align, distribute, snap

PLACE, SIZE = st.floats(-5000, 5000), st.floats(1, 400)
BOXES = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2),
    st.tuples(PLACE, PLACE, SIZE, SIZE),
    max_size=8,
)
LINES: dict[Edge, tuple[int, float]] = {
    "left": (0, 0),
    "center": (0, 0.5),
    "right": (0, 1),
    "top": (1, 0),
    "middle": (1, 0.5),
    "bottom": (1, 1),
}


@pytest.mark.parametrize("edge", LINES)
@given(boxes=BOXES)
def test_aligned_edges_are_equal_within_the_old_bounds(edge: Edge, boxes: dict[str, Box]) -> None:
    axis, share = LINES[edge]
    places = align(boxes, edge)
    assert list(places) == list(boxes)
    if not boxes:
        return
    low = min(box[axis] for box in boxes.values())
    high = max(box[axis] + box[axis + 2] for box in boxes.values())
    for key, box in boxes.items():
        line = places[key][axis] + share * box[axis + 2]
        assert line == pytest.approx(low + share * (high - low), abs=1e-6)
        assert places[key][1 - axis] == box[1 - axis]
        assert low - 1e-6 <= places[key][axis] <= high - box[axis + 2] + 1e-6


@pytest.mark.parametrize(("direction", "axis"), [("horizontally", 0), ("vertically", 1)])
@given(boxes=BOXES)
def test_distributed_gaps_are_equal_and_the_extremes_stay(
    direction: Direction, axis: int, boxes: dict[str, Box]
) -> None:
    places = distribute(boxes, direction)
    assert set(places) == set(boxes)
    assert all(places[i][1 - axis] == box[1 - axis] for i, box in boxes.items())
    order = sorted(boxes, key=lambda i: (boxes[i][axis] + boxes[i][axis + 2] / 2, boxes[i][axis]))
    for key in order[:1] + order[-1:]:
        assert places[key] == boxes[key][:2]
    gaps = [
        places[after][axis] - places[before][axis] - boxes[before][axis + 2]
        for before, after in pairwise(order)
    ]
    if len(order) >= 3:
        assert gaps == pytest.approx([gaps[0]] * len(gaps), abs=1e-6)
    else:
        assert places == {i: box[:2] for i, box in boxes.items()}


@pytest.mark.parametrize("edge", LINES)
@given(boxes=BOXES)
def test_to_align_again_changes_nothing(edge: Edge, boxes: dict[str, Box]) -> None:
    places = align(boxes, edge)
    again = align({i: (*places[i], *box[2:]) for i, box in boxes.items()}, edge)
    for key, place in places.items():
        assert again[key] == pytest.approx(place, abs=1e-6)


@given(BOXES, st.sampled_from([1.0, 8.0, 32.0]))
def test_snapped_corners_are_on_the_nearest_grid_point(boxes: dict[str, Box], grid: float) -> None:
    for key, place in snap(boxes, grid).items():
        for axis in (0, 1):
            assert place[axis] % grid == 0
            assert abs(place[axis] - boxes[key][axis]) <= grid / 2
