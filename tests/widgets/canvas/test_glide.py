"""Nodes and the view glide to another place, and end exactly there."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain, node, wire
from tests.widgets.drag import press_move_release, view_point
from widgets.canvas import Canvas, Graph

START, END = QPointF(0, 160), QPointF(400, -80)


@pytest.fixture
def gliding(canvas: Canvas) -> Canvas:
    """A canvas on which a movement lasts longer than any test."""
    canvas.glide.milliseconds = 60_000
    return canvas


def moved(x: float = END.x(), y: float = END.y()) -> Graph:
    """The chain with c elsewhere."""
    graph = chain()
    return Graph({**graph.nodes, "c": node("c", x, y, inputs=("x", "y"))}, graph.wires)


def place(canvas: Canvas, name: str = "c") -> QPointF:
    return canvas.node_rect(name).topLeft()


def test_a_node_glides_and_arrives_exactly(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.glide.milliseconds = 60
    way: list[QPointF] = []
    canvas.show_graph(moved(), glide=True)
    qtbot.waitUntil(lambda: way.append(place(canvas)) or not canvas.glide.running)
    assert place(canvas) == END
    assert way[0] != END
    assert all(0 <= at.x() <= 400 and -80 <= at.y() <= 160 for at in way)


def test_without_being_asked_or_with_no_duration_nodes_jump(gliding: Canvas) -> None:
    gliding.show_graph(moved())
    assert place(gliding) == END
    gliding.glide.milliseconds = 0
    gliding.show_graph(chain(), glide=True)
    assert place(gliding) == START
    assert not gliding.glide.running


def test_wires_follow_and_go_round_nodes_in_the_end(gliding: Canvas) -> None:
    nodes = {"a": node("a", -300, 0), "b": node("b", 0, 300), "c": node("c", 300, 0)}
    graph = Graph(nodes, (wire("a.out", "c.in"),))
    gliding.show_graph(graph)
    skip = next(iter(gliding.graph_scene.wires.values()))
    assert skip.path.boundingRect().height() == 0
    gliding.show_graph(Graph({**nodes, "b": node("b", 0, 0)}, graph.wires), glide=True)
    gliding.glide.finish()
    rect = gliding.node_rect("b")
    assert rect.topLeft() == QPointF(0, 0)
    assert not any(rect.contains(skip.path.pointAtPercent(step / 100)) for step in range(101))
    gliding.show_graph(Graph({**nodes, "c": node("c", 300, 80)}, graph.wires), glide=True)
    gliding.glide.finish()
    assert skip.line.p2() == gliding.port_position("c", "in", False)


@pytest.mark.parametrize("way", ["press", "key", "wheel", "graph", "fit"])
def test_what_comes_next_ends_a_glide(gliding: Canvas, way: str) -> None:
    gliding.show_graph(moved(), glide=True)
    assert place(gliding) == START
    if way == "press":
        point = QPoint(5, 5)
        press_move_release(gliding.viewport(), point, point)
    elif way == "key":
        QTest.keyClick(gliding, Qt.Key.Key_Escape)
    elif way == "wheel":
        gliding.zoom_by(1, QPointF(5, 5))
    elif way == "graph":
        gliding.show_graph(moved())
    else:
        gliding.fit_all()
    assert place(gliding) == END


def test_a_new_glide_begins_where_the_last_one_ends(gliding: Canvas) -> None:
    gliding.show_graph(moved(), glide=True)
    gliding.show_graph(moved(800, 0), glide=True)
    assert place(gliding) == END
    gliding.glide.finish()
    assert place(gliding) == QPointF(800, 0)


def test_nothing_glides_under_a_gesture(gliding: Canvas) -> None:
    start = view_point(gliding, gliding.node_rect("b").center())
    press_move_release(gliding.viewport(), start, start + QPoint(20, 20), release=False)
    gliding.show_graph(moved(), glide=True)
    assert place(gliding) == END


def test_very_many_nodes_jump(gliding: Canvas) -> None:
    names = [f"n{i}" for i in range(401)]
    gliding.show_graph(Graph({n: node(n, 0, 0) for n in names}))
    gliding.show_graph(Graph({n: node(n, 10, 0) for n in names}), glide=True)
    assert not gliding.glide.running
    assert place(gliding, "n0") == QPointF(10, 0)


def test_a_drop_reports_where_the_node_is_dropped_after_a_glide(gliding: Canvas) -> None:
    gliding.show_graph(moved(0, 200), glide=True)
    moves = QSignalSpy(gliding.moved)
    start = view_point(gliding, QRectF(0, 200, 152, 60).center())
    press_move_release(gliding.viewport(), start, start + QPoint(24, 16))
    assert moves.at(0) == [{"c": (24.0, 216.0)}]


def test_the_view_glides_and_arrives_exactly(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_graph(moved(4000, 3000))
    canvas.glide.milliseconds = 60
    zooms: list[float] = []
    canvas.zoom_changed.connect(zooms.append)
    canvas.fit_all()
    assert canvas.zoom == 1.0
    qtbot.waitUntil(lambda: not canvas.glide.running)
    assert zooms == sorted(zooms, reverse=True)
    assert all(canvas.visible_rect().contains(canvas.node_rect(name)) for name in "abc")
    ended = canvas.view_state()
    canvas.glide.milliseconds = 0
    canvas.fit_all()
    assert canvas.view_state() == ended


def test_revealing_and_resetting_the_zoom_glide(gliding: Canvas) -> None:
    gliding.show_graph(moved(4000, 3000))
    gliding.reveal("c")
    assert not gliding.visible_rect().contains(gliding.node_rect("c"))
    gliding.glide.finish()
    assert gliding.visible_rect().contains(gliding.node_rect("c"))
    before = gliding.view_state()
    gliding.reveal("c")
    assert gliding.view_state() == before
    gliding.set_zoom(0.5)
    QTest.keyClick(gliding, Qt.Key.Key_0)
    assert gliding.glide.running
    gliding.glide.finish()
    assert gliding.zoom == 1.0


def test_the_view_does_not_glide_when_it_is_first_shown(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.glide.milliseconds = 60_000
    canvas.show_graph(moved(4000, 3000))
    canvas.fit_all()
    canvas.resize(600, 500)
    canvas.show()
    qtbot.waitExposed(canvas)
    assert not canvas.glide.running
    assert all(canvas.visible_rect().contains(canvas.node_rect(name)) for name in "abc")
