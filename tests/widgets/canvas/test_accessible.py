"""What a screen reader finds on the canvas, and that Qt and Python agree on who frees it."""

import gc
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain, node, wire
from widgets.canvas import Canvas, Frame, Graph, NoteView
from widgets.canvas.accessible import interface_of

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
Role = QAccessible.Role


pytestmark = pytest.mark.usefixtures("listening")


@pytest.fixture
def focused(qtbot: QtBot, canvas: Canvas) -> Canvas:
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    return canvas


def children(of: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [of.child(index) for index in range(of.childCount())]


def name(of: QAccessibleInterface) -> str:
    return of.text(QAccessible.Text.Name)


def items(canvas: Canvas) -> list[QAccessibleInterface]:
    """What stands for the nodes, notes and frames; widgets over the canvas come behind them."""
    count = len(canvas.graph.nodes) + len(canvas.graph.notes) + len(canvas.graph.frames)
    return children(whole(canvas))[:count]


def whole(canvas: Canvas) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(canvas)
    assert found is not None
    return found


def with_marks() -> Graph:
    graph = chain()
    nodes = {**graph.nodes, "b": replace(graph.nodes["b"], muted=True)}
    frames = (Frame("frame1", "Stem", ("a", "b")),)
    notes = (NoteView("note1", "# Plan\nfirst, second", (300.0, 200.0, 224.0, 72.0)),)
    return Graph(nodes, graph.wires, frames, notes)


def test_nodes_notes_and_frames_are_children_of_the_canvas(canvas: Canvas) -> None:
    canvas.show_graph(with_marks())
    root = whole(canvas)
    assert (root.role(), name(root)) == (Role.List, "Design canvas")
    assert [(part.role(), name(part)) for part in items(canvas)] == [
        (Role.ListItem, "node a, Kind, detail"),
        (Role.ListItem, "node b, Kind, detail, muted: passes on what it is given"),
        (Role.ListItem, "node c, Kind, detail"),
        (Role.Note, "note: Plan. first, second"),
        (Role.Grouping, "frame Stem around node a and node b"),
    ]
    for place, part in enumerate(items(canvas)):
        assert root.indexOfChild(part) == place
        assert part.parent() is root
        assert part.isValid()
        assert part.window() is canvas.window().windowHandle()


def test_ports_say_what_they_are_wired_to(canvas: Canvas) -> None:
    a, b, c = items(canvas)
    assert [name(port) for port in children(a)] == [
        "input in, not connected",
        "output out, connected to node b in",
    ]
    assert name(b.child(0)) == "input in, connected from node a out"
    assert [name(port) for port in children(c)][:2] == [
        "input x, not connected",
        "input y, not connected",
    ]
    assert b.child(0).parent() is b
    assert b.indexOfChild(b.child(1)) == 1
    assert b.child(7) is None


def test_parts_are_where_they_are_on_the_screen(canvas: Canvas) -> None:
    root = whole(canvas)
    a, _, c = items(canvas)
    card = canvas.viewportTransform().mapRect(canvas.node_rect("a")).toAlignedRect()
    corner = canvas.viewport().mapToGlobal(card.topLeft())
    assert (a.rect().topLeft(), a.rect().size()) == (corner, card.size())
    middle = c.rect().center()
    assert root.childAt(middle.x(), middle.y()) is c
    port = c.child(1).rect().center()
    assert c.childAt(port.x(), port.y()) is c.child(1)
    empty = canvas.viewport().mapToGlobal(QPoint(4, 4))
    assert root.childAt(empty.x(), empty.y()) is root
    assert root.childAt(-500, -500) is None
    canvas.pan_by(QPoint(5000, 0))
    assert a.state().offscreen


def test_keys_move_focus_and_selection(focused: Canvas) -> None:
    root = whole(focused)
    a, b, _ = items(focused)
    assert root.focusChild() is root
    QTest.keyClick(focused, Key.Key_Right)
    assert root.focusChild() is a
    QTest.keyClick(focused, Key.Key_Right, ALT)
    assert root.focusChild() is b
    assert [(s.focused, s.selected) for s in (a.state(), b.state())] == [(0, 0), (1, 1)]
    assert b.state().selectable
    QTest.keyClick(focused, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert [part.state().selected for part in items(focused)] == [1, 1, 1]
    QTest.keyClick(focused, Key.Key_Escape)
    assert root.focusChild() is root


def test_a_change_keeps_what_stands_for_a_node_and_ends_what_has_gone(canvas: Canvas) -> None:
    root = whole(canvas)
    a, b, c = items(canvas)
    port = c.child(0)
    graph = chain()
    bad = {"badge": "error", "badge_text": "Too wide.\nCut it."}
    renamed = replace(graph.nodes["a"], title="stem", **bad)
    canvas.show_graph(Graph({"a": renamed, "d": node("d", 0, 300)}))
    assert [name(part) for part in items(canvas)] == [
        "stem, Kind, detail, error: Too wide. Cut it",
        "node d, Kind, detail",
    ]
    assert root.child(0) is a
    assert name(a.child(1)) == "output out, not connected"
    canvas.show_graph(graph)
    assert root.child(1) is not b
    assert root.child(2).child(0) is not port


def test_ports_that_come_and_go(canvas: Canvas) -> None:
    c = whole(canvas).child(2)
    before = children(c)
    graph = chain()
    for inputs in (("x",), ("x", "y", "z")):
        shown = Graph({**graph.nodes, "c": node("c", 0, 160, inputs=inputs)})
        canvas.show_graph(shown)
        assert c.childCount() == len(inputs) + 1
    assert c.child(0) is before[0]
    assert name(c.child(2)) == "input z, not connected"


def test_a_field_over_the_canvas_is_found(focused: Canvas) -> None:
    root = whole(focused)
    focused.select(["b"])
    QTest.keyClick(focused, Key.Key_F2)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    found = QAccessible.queryAccessibleInterface(field)
    assert root.focusChild() is found
    parent, above = found, found.parent()
    while above is not root:
        parent, above = above, above.parent()
    place = root.indexOfChild(parent)
    assert place >= len(focused.graph.nodes)
    assert root.child(place) is parent
    middle = found.rect().center()
    assert root.childAt(middle.x(), middle.y()) is found


def test_a_thousand_nodes_survive_collection_and_the_canvas_ends_them(
    qtbot: QtBot, qapp: QApplication
) -> None:
    canvas = Canvas()
    nodes = {f"n{i}": node(f"n{i}", i * 200.0, 0) for i in range(1000)}
    wires = tuple(wire(f"n{i}.out", f"n{i + 1}.in") for i in range(999))
    canvas.show_graph(Graph(nodes, wires))
    canvas.show()
    qtbot.waitExposed(canvas)
    root = interface_of(canvas)
    for _ in range(3):
        for part in items(canvas):
            assert len(children(part)) == 2
            QAccessible.uniqueId(part)
        gc.collect()
    assert name(root.child(500)) == "node n500, Kind, detail"
    numbers = [QAccessible.uniqueId(part) for part in items(canvas)]
    canvas.show_graph(Graph({i: nodes[i] for i in list(nodes)[500:]}))
    gc.collect()
    assert [QAccessible.accessibleInterface(i) for i in numbers[:500]] == [None] * 500
    assert name(QAccessible.accessibleInterface(numbers[700])) == "node n700, Kind, detail"
    del part
    canvas.deleteLater()
    qapp.sendPostedEvents(canvas, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [QAccessible.accessibleInterface(i) for i in numbers] == [None] * 1000


LEAVE_WITH_PARTS_KNOWN = """
import gc
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLineEdit
from tests.widgets.canvas.samples import chain
from widgets.canvas import Canvas, Graph
app = QApplication([])
QAccessible.setActive(True)
for left_to_qt in (False, True):
    canvas = Canvas()
    canvas.show_graph(chain())
    canvas.show()
    app.processEvents()
    root = QAccessible.queryAccessibleInterface(canvas)
    ports = [root.child(i).child(0) for i in range(root.childCount())]
    QAccessible.uniqueId(ports[0])
    if not left_to_qt:
        del canvas
        gc.collect()
"""


def test_leaving_the_program_frees_nothing_twice() -> None:
    folder = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", LEAVE_WITH_PARTS_KNOWN],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
