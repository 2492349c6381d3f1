"""Wires go round the nodes in their way, and straight where there are none."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF

from tests.widgets.canvas.samples import node, wire
from tests.widgets.drag import press_move_release, view_point
from widgets.canvas import Canvas, End, Graph, NodeView
from widgets.canvas.obstacles import Obstacles
from widgets.canvas.wire_item import WireItem
from widgets.canvas.wire_way import way_round

SKIP = (End("a", "out"), End("c", "in"))


def row(*more: NodeView) -> Graph:
    """a, b and c in a row, a wired to b and, past it, to c."""
    nodes = [node("a", -300, 0), node("b", 0, 0), node("c", 300, 0), *more]
    return Graph({n.id: n for n in nodes}, (wire("a.out", "b.in"), wire("a.out", "c.in")))


def column() -> Graph:
    """a, b and c below each other, a wired past b to c."""
    nodes = [node("a", 0, -200), node("b", 0, 0), node("c", 0, 200)]
    return Graph({n.id: n for n in nodes}, (wire("a.out", "c.in"),))


def touches(item: WireItem, rect: QRectF) -> bool:
    points = [item.path.pointAtPercent(step / 400) for step in range(401)]
    return any(rect.contains(point) for point in points)


def is_level(item: WireItem) -> bool:
    """Whether the wire runs straight at one height."""
    return item.path.boundingRect().height() < 0.01


@pytest.mark.parametrize("graph", [row(), column()])
def test_a_wire_goes_round_the_node_between_its_ends(canvas: Canvas, graph: Graph) -> None:
    canvas.show_graph(graph)
    skip = canvas.graph_scene.wires[SKIP]
    assert not touches(skip, canvas.node_rect("b"))
    assert skip.path.pointAtPercent(0) == canvas.port_position("a", "out", True)
    assert skip.path.pointAtPercent(1) == canvas.port_position("c", "in", False)


def test_a_free_wire_is_straight(canvas: Canvas) -> None:
    canvas.show_graph(row())
    assert is_level(canvas.graph_scene.wires[End("a", "out"), End("b", "in")])


def test_a_wire_gives_way_to_a_node_dropped_on_it_and_takes_the_place_again(
    canvas: Canvas,
) -> None:
    graph = row()
    aside = Graph({**graph.nodes, "b": node("b", 0, 300)}, graph.wires)
    skip = canvas.graph_scene.wires
    canvas.show_graph(aside)
    assert is_level(skip[SKIP])
    canvas.show_graph(graph)
    assert not touches(skip[SKIP], canvas.node_rect("b"))
    without = {n: view for n, view in graph.nodes.items() if n != "b"}
    canvas.show_graph(Graph(without, graph.wires[1:]))
    assert is_level(skip[SKIP])


def test_a_wire_does_not_flee_from_a_node_that_is_dragged_over_it(canvas: Canvas) -> None:
    graph = row()
    canvas.show_graph(Graph({**graph.nodes, "b": node("b", 0, 160)}, graph.wires))
    start = view_point(canvas, canvas.node_rect("b").center())
    press_move_release(canvas.viewport(), start, start - QPoint(0, 160), release=False)
    skip = canvas.graph_scene.wires[SKIP]
    assert touches(skip, canvas.node_rect("b"))
    assert is_level(skip)


def test_a_way_moves_along_when_all_of_it_is_dragged(canvas: Canvas) -> None:
    canvas.show_graph(row())
    skip = canvas.graph_scene.wires[SKIP]
    before = skip.path.boundingRect()
    canvas.select(["a", "b", "c"])
    start = view_point(canvas, canvas.node_rect("b").center())
    press_move_release(canvas.viewport(), start, start + QPoint(40, 24), release=False)
    assert skip.path.boundingRect() == before.translated(QPointF(40, 24))
    assert not touches(skip, canvas.node_rect("b"))


def test_a_way_round_can_be_clicked(canvas: Canvas) -> None:
    canvas.show_graph(row())
    skip = canvas.graph_scene.wires[SKIP]
    point = view_point(canvas, skip.path.pointAtPercent(0.5))
    press_move_release(canvas.viewport(), point, point)
    assert canvas.selected_wires() == [SKIP[1]]


def test_zoomed_out_the_way_round_is_seen(canvas: Canvas) -> None:
    canvas.show_graph(row(node("far", 5000, 0)))
    canvas.set_zoom(0.25)
    canvas.center_on("b")
    skip = canvas.graph_scene.wires[SKIP]
    at = canvas.mapFromScene(skip.path.pointAtPercent(0.5))
    image = canvas.grab().toImage()
    background = canvas.graph_scene.look.background
    seen = [image.pixelColor(at + QPoint(0, dy)) for dy in (-1, 0, 1)]
    assert any(color != background for color in seen)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(48, 200)), max_size=9),
    st.integers(-400, 400),
)
def test_no_way_along_a_row_touches_a_node_of_it(nodes: list[tuple[int, int]], height: int) -> None:
    obstacles = Obstacles()
    obstacles.put("start", (0.0, 0.0, 150.0, 100.0))
    obstacles.put("end", (2600.0, float(height), 2750.0, height + 100.0))
    for column_, tall in nodes:
        left = column_ * 240.0
        obstacles.put(f"n{column_}", (left, 0.0, left + 160.0, float(tall)))
    start, end = (150.0, 24.0), (2600.0, height + 24.0)
    way = way_round(start, end, ("start", "end"), obstacles)
    if way is None:
        return
    assert way[0] == start
    assert way[-1] == end
    for (x0, y0), (x1, y1) in pairwise(way):
        box = QRectF(QPointF(x0, y0), QPointF(x1, y1)).normalized().adjusted(0, -1, 0, 1)
        for left, top, right, bottom in obstacles.within((0, -999, 2600, 999), ("start", "end")):
            assert not box.intersects(QRectF(QPointF(left, top), QPointF(right, bottom)))


def test_a_wire_follows_its_port_when_ports_change_and_the_node_does_not(canvas: Canvas) -> None:
    ends = (wire("a.out", "c.y"),)
    for inputs in (("x", "y"), ("y", "x")):
        nodes = {"a": node("a", -300, 0), "c": node("c", 0, 0, inputs=inputs)}
        canvas.show_graph(Graph(nodes, ends))
        item = next(iter(canvas.graph_scene.wires.values()))
        assert item.path.pointAtPercent(1) == canvas.port_position("c", "y", False)


def test_a_way_back_keeps_clear_of_taller_nodes_in_its_row(canvas: Canvas) -> None:
    tall = replace(node("b", 0, 0), detail=("one", "two", "three", "four", "five"))
    nodes = [node("a", -300, 0), tall, node("c", 300, 0), node("d", -300, 300)]
    canvas.show_graph(Graph({n.id: n for n in nodes}, (wire("c.out", "d.in"),)))
    way = canvas.graph_scene.wires[End("c", "out"), End("d", "in")]
    assert canvas.node_rect("b").bottom() > canvas.node_rect("c").bottom() + 40
    assert not touches(way, canvas.node_rect("b").adjusted(-8, -8, 8, 8))
