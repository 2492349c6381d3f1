"""Copy, cut and paste with real keys, in one window and from one to another."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.design.document import Design, End
from core.design.fragment import KEY, SHIFT
from designer.clipboard import Clipboard
from tests.designer.workbench import Workbench
from tests.designs import iris_mlp


@pytest.fixture(autouse=True)
def pointer_elsewhere(qapp: QApplication) -> Iterator[None]:
    """The pointer is over no window and the clipboard is empty."""
    QGuiApplication.clipboard().clear()
    QCursor.setPos(QPoint(5, 5))
    yield
    QGuiApplication.clipboard().clear()


def bench(qtbot: QtBot, design: Design) -> tuple[Workbench, Clipboard]:
    made = Workbench(qtbot, design)
    clipboard = Clipboard(made.session, made.canvas)
    for keys, slot in (
        ("Ctrl+C", clipboard.copy),
        ("Ctrl+X", clipboard.cut),
        ("Ctrl+V", clipboard.paste),
    ):
        made.shortcut(keys, slot)
    made.move(100, 100)
    made.begin(qtbot)
    return made, clipboard


def test_copy_and_paste_add_selected_copies_as_one_step(qtbot: QtBot) -> None:
    window, _ = bench(qtbot, iris_mlp())
    before, canvas = window.session.design, window.canvas
    target, source = next(iter(before.wires.items()))
    canvas.select([source.node, target.node])
    window.key(qtbot, Qt.Key.Key_C)
    assert window.session.design is before
    window.key(qtbot, Qt.Key.Key_V)
    after, copies = window.session.design, canvas.selected_nodes()
    blocks = {before.nodes[i].block for i in (source.node, target.node)}
    assert {after.nodes[i].block for i in copies} == blocks
    assert not set(copies) & set(before.nodes)
    inner = {(t.node, s.node) for t, s in after.wires.items() if t.node in copies}
    assert len(inner) == 1
    assert window.session.undo_label == "Paste 2 nodes"
    window.session.undo()
    assert window.session.design == before


def test_repeated_pastes_shift_on_from_the_original(qtbot: QtBot) -> None:
    window, _ = bench(qtbot, iris_mlp())
    first = next(iter(window.session.design.nodes))
    x, y = window.session.design.position(first)
    window.canvas.select([first])
    window.key(qtbot, Qt.Key.Key_C)
    for number in (1, 2):
        window.key(qtbot, Qt.Key.Key_V)
        (made,) = window.canvas.selected_nodes()
        assert window.session.design.position(made) == (x + number * SHIFT, y + number * SHIFT)


def test_a_paste_lands_under_the_pointer(qtbot: QtBot) -> None:
    window, _ = bench(qtbot, iris_mlp())
    canvas = window.canvas
    canvas.select([next(iter(window.session.design.nodes))])
    window.key(qtbot, Qt.Key.Key_C)
    spot = QPoint(300, 500)
    QCursor.setPos(canvas.viewport().mapToGlobal(spot))
    window.key(qtbot, Qt.Key.Key_V)
    wanted = canvas.scene_point(QPointF(spot))
    (made,) = canvas.selected_nodes()
    place = window.session.design.position(made)
    assert place == pytest.approx((wanted.x(), wanted.y()), abs=1)


def test_cut_takes_nodes_away_and_another_window_pastes_them(qtbot: QtBot) -> None:
    window, _ = bench(qtbot, iris_mlp())
    before = window.session.design
    window.canvas.select(list(before.nodes))
    window.key(qtbot, Qt.Key.Key_X)
    assert not window.session.design.nodes
    assert window.session.undo_label == f"Cut {len(before.nodes)} nodes"
    other, _ = bench(qtbot, Design())
    other.key(qtbot, Qt.Key.Key_V)
    after = other.session.design
    assert [n.name for n in after.nodes.values()] == [n.name for n in before.nodes.values()]
    assert len(after.wires) == len(before.wires)
    ids = dict(zip(before.nodes, after.nodes, strict=True))
    for old, new in ids.items():
        assert after.position(new) == before.position(old)
    for target, source in before.wires.items():
        assert after.wires[End(ids[target.node], target.port)].node == ids[source.node]
    window.session.undo()
    assert window.session.design == before


def test_the_clipboard_holds_readable_json(qtbot: QtBot) -> None:
    window, clipboard = bench(qtbot, iris_mlp())
    assert not clipboard.copy()
    assert not clipboard.available
    window.canvas.select([next(iter(window.session.design.nodes))])
    with qtbot.waitSignal(clipboard.available_changed):
        window.key(qtbot, Qt.Key.Key_C)
    assert clipboard.available
    content = json.loads(QGuiApplication.clipboard().text())
    assert list(content) == [KEY, "nodes", "wires", "groups", "view"]
    assert len(content["nodes"]) == 1


@pytest.mark.parametrize("text", ["", "a shopping list", '{"layerloom_fragment": 1, "nodes": 3}'])
def test_other_content_is_refused_and_changes_nothing(qtbot: QtBot, text: str) -> None:
    window, clipboard = bench(qtbot, iris_mlp())
    before = window.session.design
    QGuiApplication.clipboard().setText(text)
    with qtbot.waitSignal(clipboard.trouble) as told:
        window.key(qtbot, Qt.Key.Key_V)
    assert told.args is not None
    assert told.args[0].startswith("The clipboard")
    assert window.session.design is before
    assert not window.session.undo_label
