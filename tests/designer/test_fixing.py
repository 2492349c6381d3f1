"""Problems mended from a node: a click on its badge, a key, its menu. Each is one step of undo."""

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design, Node
from designer.main_window import MainWindow
from tests.designer.workbench import Workbench
from tests.designs import iris_mlp
from tests.widgets.drag import press_move_release, view_point
from widgets.canvas import Canvas


def wrong_shape(design: Design) -> Design:
    """An Input that says another shape than its column has."""
    return edits.set_params(design, "input", shape=(7,))


def named_twice(design: Design) -> Design:
    """Two nodes called ``dense``; the second leads to no loss as well."""
    extra = Node("extra", "dense", "Dense", design.nodes["dense"].params)
    return edits.add_node(design, extra, (0.0, 300.0))


@pytest.fixture
def bench(qtbot: QtBot) -> Workbench:
    made = Workbench(qtbot, iris_mlp())
    made.begin(qtbot)
    return made


def click_badge(canvas: Canvas, node: str) -> None:
    at = view_point(canvas, canvas.badge_rect(node).center())
    assert canvas.viewport().rect().contains(at), "the badge is out of view"
    press_move_release(canvas.viewport(), at, QPoint(at))


def spoil(bench: Workbench) -> Design:
    bench.session.act("Change the shape", wrong_shape)
    assert bench.canvas.graph.nodes["input"].badge == "error"
    return bench.session.design


def test_a_click_on_the_badge_mends_and_is_undone_in_one_step(bench: Workbench) -> None:
    spoilt = spoil(bench)
    assert bench.canvas.graph.nodes["input"].fix == "Take it from the data"
    click_badge(bench.canvas, "input")
    assert bench.session.design.nodes["input"].params["shape"] == (4,)
    assert not bench.session.analysis.problems
    assert bench.session.undo_label == "Take it from the data"
    bench.session.undo()
    assert bench.session.design == spoilt


def test_the_point_key_mends_the_selected_node(qtbot: QtBot, bench: Workbench) -> None:
    spoil(bench)
    bench.canvas.select(["input"])
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Period)
    assert not bench.session.analysis.problems


def test_of_several_fixes_one_is_chosen(qtbot: QtBot, bench: Workbench) -> None:
    bench.session.act("Spoil", named_twice)
    assert bench.canvas.graph.nodes["extra"].fix == "Choose one of 2 fixes"
    bench.canvas.fit_all()
    click_badge(bench.canvas, "extra")
    menu = bench.editor.fixing.menu
    assert menu is not None
    assert [a.text() for a in menu.actions()] == ["Fix: Rename to dense_3", "Fix: Remove dense"]
    assert "two nodes" in menu.actions()[0].toolTip()
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert bench.session.design.nodes["extra"].name == "dense_3"
    assert bench.session.undo_label == "Rename to dense_3"
    assert bench.editor.fixing.menu is None
    # What is left has one fix, which a click carries out.
    click_badge(bench.canvas, "extra")
    assert "extra" not in bench.session.design.nodes


def test_a_menu_that_is_left_changes_nothing(qtbot: QtBot, bench: Workbench) -> None:
    bench.session.act("Spoil", named_twice)
    spoilt = bench.session.design
    bench.canvas.fit_all()
    click_badge(bench.canvas, "extra")
    qtbot.keyClick(bench.editor.fixing.menu, Qt.Key.Key_Escape)
    assert bench.editor.fixing.menu is None
    assert bench.session.design is spoilt


def test_a_problem_without_a_fix_only_selects(bench: Workbench) -> None:
    loss = next(e for e in bench.session.design.wires if e.node == "loss")
    bench.session.act("Disconnect", lambda d: edits.disconnect(d, loss))
    before = bench.session.design
    assert bench.canvas.graph.nodes["loss"].badge == "error"
    assert bench.canvas.graph.nodes["loss"].fix == ""
    click_badge(bench.canvas, "loss")
    assert bench.session.design is before
    assert bench.canvas.selected_nodes() == ["loss"]


def open_menu(window: MainWindow, node: str, key: Qt.Key) -> list[str]:
    """Open a node's context menu, press a key in it, and tell what it offered."""
    offered: list[str] = []

    def answer() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        offered.extend(action.text() for action in menu.actions())
        QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, key)

    QTimer.singleShot(0, answer)
    window.canvas.context_menu_requested.emit(QPoint(), node)
    return offered


def test_the_nodes_menu_offers_the_fix(window: MainWindow) -> None:
    window.session.open(wrong_shape(iris_mlp()), None)
    offered = open_menu(window, "input", Qt.Key.Key_Return)
    assert offered[:2] == ["Fix: Take it from the data", ""]
    assert not window.session.analysis.problems
    offered = open_menu(window, "dense", Qt.Key.Key_Escape)
    assert offered
    assert not [text for text in offered if text.startswith("Fix")]
