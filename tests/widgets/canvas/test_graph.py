"""Showing graphs by difference, views, tooltips, drops and pictures."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain, node, wire
from widgets import theme
from widgets.canvas import Canvas, Frame, Graph
from widgets.canvas.hits import hit_at
from widgets.canvas.hover import tooltip_for
from widgets.canvas.mime import block_mime


def test_unchanged_items_stay_the_same_objects(canvas: Canvas) -> None:
    scene = canvas.graph_scene
    before = dict(scene.nodes), dict(scene.wires)
    graph = chain()
    changed = replace(graph.nodes["b"], title="other", position=(40.0, 8.0))
    canvas.select(["b"])
    canvas.show_graph(Graph({**graph.nodes, "b": changed}, graph.wires))
    assert (scene.nodes, scene.wires) == before
    assert canvas.node_rect("b").topLeft() == QPointF(40, 8)
    assert any(text.text == "other" for text in scene.nodes["b"].layout.texts)
    (item,) = scene.wires.values()
    assert item.path.pointAtPercent(1) == canvas.port_position("b", "in", False)
    assert canvas.selected_nodes() == ["b"]


def test_nodes_and_wires_come_and_go(canvas: Canvas) -> None:
    graph = chain()
    changes = QSignalSpy(canvas.selection_changed)
    canvas.select(["c"])
    nodes = {"a": graph.nodes["a"], "b": graph.nodes["b"], "d": node("d", 300, 0)}
    canvas.show_graph(Graph(nodes, (*graph.wires, wire("b.out", "d.in"))))
    assert set(canvas.graph_scene.nodes) == {"a", "b", "d"}
    assert len(canvas.graph_scene.wires) == 2
    assert changes.at(1)[0] == []
    canvas.show_graph(Graph({}))
    assert canvas.graph_scene.items() == []


def test_a_preview_gives_way_to_the_graph(canvas: Canvas) -> None:
    canvas.preview({"b": (500.0, 500.0)})
    canvas.show_graph(chain())
    assert canvas.node_rect("b").topLeft() == QPointF(0, 0)


def test_frames_surround_their_nodes(canvas: Canvas) -> None:
    graph = chain()
    frames = (Frame("outer", "Outer", ("a", "b")), Frame("inner", "Inner", ("b",)))
    canvas.show_graph(Graph(graph.nodes, graph.wires, frames))
    outer, inner = (canvas.graph_scene.frames[name] for name in ("outer", "inner"))
    assert outer.rect.contains(canvas.node_rect("a"))
    assert outer.zValue() < inner.zValue()
    canvas.preview({"a": (-700.0, -300.0)})
    assert outer.rect.contains(canvas.node_rect("a"))


def test_texts_stay_inside_the_node(canvas: Canvas) -> None:
    ports = tuple(f"a port with a rather long name {i}" for i in range(2))
    view = node("long", 0, 0, ports, ports, title="word " * 40, detail=("x" * 300,), badge="error")
    canvas.show_graph(Graph({"long": view}))
    item = canvas.graph_scene.nodes["long"]
    fonts = canvas.graph_scene.fonts
    assert 150 <= item.layout.rect.width() <= 264
    for text in item.layout.texts:
        assert text.at.x() >= 0
        assert text.at.x() + fonts.width(text.role, text.text) <= item.layout.rect.width()


@pytest.mark.parametrize(
    ("place", "expected"),
    [((-74, 26), "carries 3"), ((0, 24), "in"), ((76, 60), "")],
    ids=["wire", "port", "node"],
)
def test_tooltips(canvas: Canvas, place: tuple[float, float], expected: str) -> None:
    text = tooltip_for(hit_at(canvas.graph_scene, QPointF(*place), 1.0), canvas.graph_scene)
    assert expected in text
    assert bool(text) == bool(expected)


def test_a_badge_explains_itself(canvas: Canvas) -> None:
    view = node("bad", 0, 0, badge="warning", badge_text="1 < 2 is doubtful")
    canvas.show_graph(Graph({"bad": view}))
    badge = canvas.graph_scene.nodes["bad"].layout.badge.center()
    text = tooltip_for(hit_at(canvas.graph_scene, badge, 1.0), canvas.graph_scene)
    assert "Warning" in text
    assert "1 &lt; 2 is doubtful" in text


def test_a_block_is_dropped_centred_on_the_pointer(canvas: Canvas, qtbot: QtBot) -> None:
    mime = block_mime("Größe")
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(300, 200), copy, mime, buttons, keys)
    QApplication.sendEvent(canvas.viewport(), enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(300, 200), copy, mime, buttons, keys)
    with qtbot.waitSignal(canvas.block_dropped) as dropped:
        QApplication.sendEvent(canvas.viewport(), drop)
    kind, x, y = dropped.args
    corner = canvas.viewportTransform().map(QPointF(x, y))
    assert kind == "Größe"
    assert 50 < 300 - corner.x() < 100
    assert 20 < 200 - corner.y() < 80


def test_other_drops_are_refused(canvas: Canvas) -> None:
    mime = QMimeData()
    mime.setText("something")
    enter = QDragEnterEvent(
        QPoint(300, 200),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas.viewport(), enter)
    assert not enter.isAccepted()


def test_the_view_can_be_restored(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_zoom(0.7)
    canvas.centerOn(120, -60)
    state = canvas.view_state()
    other = Canvas()
    qtbot.addWidget(other)
    other.restore_view_state(state)
    other.resize(1000, 700)
    other.show()
    qtbot.waitExposed(other)
    assert other.view_state() == pytest.approx(state, abs=3)


def test_fitting_before_the_first_show_waits_for_the_size(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.show_graph(chain())
    canvas.fit_all()
    canvas.resize(500, 400)
    canvas.show()
    qtbot.waitExposed(canvas)
    assert all(canvas.visible_rect().contains(canvas.node_rect(node)) for node in "abc")


def test_zoomed_out_the_nodes_are_drawn_as_rectangles(canvas: Canvas) -> None:
    canvas.set_zoom(0.1)
    canvas.center_on("b")
    image = canvas.viewport().grab().toImage()
    expected = canvas.graph_scene.look.family("Dense").overview.name()
    assert image.pixelColor(image.rect().center()).name() == expected
    canvas.preview({"b": (3000.0, 0.0)})
    image = canvas.viewport().grab().toImage()
    assert image.pixelColor(image.rect().center()).name() != expected


def test_the_theme_can_be_changed(canvas: Canvas) -> None:
    canvas.set_theme(theme.light())
    image = canvas.viewport().grab().toImage()
    assert image.pixelColor(5, 5).lightness() > 200
