"""A long layout is folded into rows that fill a view, and nothing else about it changes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.design import edits, marks
from core.design.document import Design
from core.design.layout import arranged
from core.design.layout.rows import folded
from tests.designs import add, chain
from tests.strategies import designs

SIZE = (160.0, 96.0)


def long_chain(count: int) -> Design:
    design = Design()
    for number in range(count):
        design = add(design, "Dense", f"n{number}")
    return chain(design, *design.nodes)


def rows_of(places: dict[str, tuple[float, float]]) -> list[list[str]]:
    """The nodes by their height, each row from left to right."""
    tops = sorted({y for _, y in places.values()})
    return [
        sorted((i for i in places if places[i][1] == y), key=lambda i: places[i][0]) for y in tops
    ]


def arranged_and_folded(
    design: Design, shape: float
) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    sizes = dict.fromkeys(design.nodes, SIZE)
    line = arranged(design, sizes)
    return line, folded(design, line, sizes, shape)


def test_a_chain_reads_like_text() -> None:
    design = long_chain(24)
    _, places = arranged_and_folded(design, 1.5)
    rows = rows_of(places)
    assert 3 <= len(rows) <= 6
    assert [node for row in rows for node in row] == list(design.nodes)
    assert max(map(len, rows)) - min(map(len, rows)) <= 1
    assert len({places[row[0]][0] for row in rows}) == 1


def test_the_view_shows_more_of_it() -> None:
    design = long_chain(60)
    line, places = arranged_and_folded(design, 1.5)

    def zoomed_out(where: dict[str, tuple[float, float]]) -> float:
        xs, ys = zip(*where.values(), strict=True)
        return max(max(xs) - min(xs), 1.5 * (max(ys) - min(ys)))

    assert zoomed_out(places) < zoomed_out(line) / 5


def test_a_frame_keeps_its_rows_to_itself() -> None:
    design = long_chain(20)
    inside = list(design.nodes)[4:16]
    design = marks.frame(design, inside)
    _, places = arranged_and_folded(design, 1.2)
    for row in rows_of(places):
        assert set(row) <= set(inside) or not set(row) & set(inside)


def test_few_nodes_stay_in_one_row() -> None:
    design = long_chain(3)
    line, places = arranged_and_folded(design, 4.0)
    assert places == line


@settings(max_examples=60, deadline=None)
@given(designs(), st.floats(0.3, 4.0))
def test_no_node_covers_another_and_all_are_there(design: Design, shape: float) -> None:
    _, places = arranged_and_folded(design, shape)
    assert places.keys() == design.nodes.keys()
    boxes = list(places.values())
    for number, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[number + 1 :]:
            assert abs(x - other_x) >= SIZE[0] or abs(y - other_y) >= SIZE[1]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.floats(0.5, 3.0))
def test_folding_again_changes_nothing(count: int, shape: float) -> None:
    design = long_chain(count)
    _, places = arranged_and_folded(design, shape)
    _, again = arranged_and_folded(edits.move(design, places), shape)
    assert rows_of(again) == rows_of(places)
