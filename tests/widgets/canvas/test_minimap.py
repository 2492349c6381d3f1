"""The minimap is there when it helps, shows what is in view, and moves it."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain, node
from tests.widgets.drag import press_move_release
from widgets.canvas import Canvas, Frame, Graph
from widgets.canvas.minimap import Minimap
from widgets.theme import light


def wide(**more: object) -> Graph:
    """Nodes at the corners of an area much larger than the view."""
    at = {"nw": (0, 0), "ne": (6000, 0), "sw": (0, 4000), "se": (6000, 4000)}
    return Graph({name: node(name, x, y) for name, (x, y) in at.items()}, **more)


@pytest.fixture
def minimap(canvas: Canvas) -> Minimap:
    canvas.show_graph(wide())
    canvas.center_on("nw")
    canvas.minimap.switch(True)
    return canvas.minimap


def seen_center(canvas: Canvas) -> QPointF:
    return canvas.visible_rect().center()


def color_at(minimap: Minimap, point: QPointF) -> QColor:
    return minimap.grab().toImage().pixelColor(point.toPoint())


def shows(minimap: Minimap, point: QPointF, color: QColor) -> bool:
    return color_at(minimap, point).name() == color.name()


def test_it_is_shown_only_where_the_graph_does_not_fit(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.minimap.switch(True)
    canvas.fit_all()
    assert not canvas.minimap.isVisible()
    canvas.show_graph(wide())
    qtbot.waitUntil(canvas.minimap.isVisible)
    canvas.fit_all()
    assert not canvas.minimap.isVisible()
    canvas.pan_by(QPoint(300, 0))
    assert canvas.minimap.isVisible()
    canvas.minimap.switch(False)
    assert not canvas.minimap.isVisible()


def test_m_switches_it(canvas: Canvas) -> None:
    switched = QSignalSpy(canvas.minimap.toggled)
    canvas.show_graph(wide())
    for on in (True, False):
        QTest.keyClick(canvas, Qt.Key.Key_M)
        assert canvas.minimap.on == on
        assert canvas.minimap.isVisible() == on
    assert [switched.at(i)[0] for i in range(2)] == [True, False]


def test_it_stays_in_the_corner_and_out_of_a_small_canvas(minimap: Minimap, qtbot: QtBot) -> None:
    canvas = minimap.parentWidget()
    for width, height in ((1000, 700), (700, 500)):
        canvas.resize(width, height)
        assert minimap.geometry().right() == width - 13
        assert minimap.geometry().bottom() == height - 13
    canvas.resize(400, 300)
    assert not minimap.isVisible()


def test_nodes_show_in_their_colour_and_the_view_as_a_rectangle(
    canvas: Canvas, minimap: Minimap
) -> None:
    style = canvas.graph_scene.look
    at = minimap.point_on(canvas.node_rect("se").center())
    assert shows(minimap, at, style.family("Dense").overview)
    canvas.set_zoom(0.4)
    seen = canvas.visible_rect()
    edge = minimap.point_on(QPointF(seen.center().x(), seen.bottom()))
    rows = [color_at(minimap, edge + QPointF(0, dy)).blue() for dy in (-2, -1, 0, 1, 2)]
    assert max(rows) > style.accent.blue() - 60
    canvas.set_theme(light())
    assert color_at(minimap, QPointF(100, 10)).lightness() > 200


def test_frames_are_shown(canvas: Canvas, minimap: Minimap, qtbot: QtBot) -> None:
    middle = minimap.point_on(QPointF(3000, 2000))
    plain = color_at(minimap, middle)
    canvas.show_graph(wide(frames=(Frame("f", "All", ("nw", "se")),)))
    qtbot.waitUntil(lambda: color_at(minimap, middle) != plain)


def test_a_moved_node_moves_on_it(canvas: Canvas, minimap: Minimap, qtbot: QtBot) -> None:
    color = canvas.graph_scene.look.family("Dense").overview
    canvas.preview({"se": (3000.0, 2000.0)})
    assert not shows(minimap, minimap.point_on(canvas.node_rect("se").center()), color)
    qtbot.waitUntil(
        lambda: shows(minimap, minimap.point_on(canvas.node_rect("se").center()), color)
    )


def test_a_click_brings_the_place_to_the_middle(canvas: Canvas, minimap: Minimap) -> None:
    point = minimap.point_on(canvas.node_rect("se").center()).toPoint()
    press_move_release(minimap, point, point)
    assert canvas.visible_rect().contains(canvas.node_rect("se").center())
    assert canvas.selected_nodes() == []


def test_a_drag_takes_the_view_along(canvas: Canvas, minimap: Minimap) -> None:
    canvas.set_zoom(0.3)
    start = minimap.point_on(seen_center(canvas)).toPoint() + QPoint(4, 3)
    before = seen_center(canvas)
    press_move_release(minimap, start, start + QPoint(30, 20))
    scale = minimap.point_on(QPointF(1, 0)).x() - minimap.point_on(QPointF(0, 0)).x()
    way = seen_center(canvas) - before
    assert way.x() == pytest.approx(30 / scale, abs=4 / canvas.zoom)
    assert way.y() == pytest.approx(20 / scale, abs=4 / canvas.zoom)


def test_the_wheel_zooms_around_the_middle_of_the_view(canvas: Canvas, minimap: Minimap) -> None:
    before = seen_center(canvas)
    center = QPointF(minimap.rect().center())
    none, up = Qt.MouseButton.NoButton, QPoint(0, 120)
    keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(center, minimap.mapToGlobal(center), QPoint(), up, none, keys, phase, False)
    QApplication.sendEvent(minimap, event)
    assert canvas.zoom == pytest.approx(1.2)
    assert (seen_center(canvas) - before).manhattanLength() < 3


def test_an_empty_canvas_has_none(canvas: Canvas, minimap: Minimap, qtbot: QtBot) -> None:
    canvas.show_graph(Graph({}))
    qtbot.waitUntil(lambda: not minimap.isVisible())
    canvas.show_graph(chain())
    assert minimap.accessibleName() == "Minimap"
