"""Adding blocks by the search popup, into wires, and bridging: each is one step of undo."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import End as DesignEnd
from core.project.gallery import examples
from designer.adding import free_place
from designer.main_window import MainWindow
from tests.designer.driving import choose_data, click_node, node
from tests.widgets.drag import press_move_release, view_point
from widgets.block_search import BlockSearch
from widgets.canvas import End

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def cnn(window: MainWindow) -> MainWindow:
    """The window on the CNN example, at 100 %, with its first nodes in view."""
    assert window.files.read(examples()["digits_cnn"])
    window.canvas.reset_zoom()
    window.canvas.center_on(node(window, "batch_norm_1"))
    return window


def popup(window: MainWindow) -> BlockSearch:
    shown = QApplication.activePopupWidget()
    assert isinstance(shown, BlockSearch)
    assert shown is window.editor.adding.popup
    return shown


def pick(qtbot: QtBot, window: MainWindow, typed: str) -> str:
    """Type into the open search and press Enter; the answer is the new node's id."""
    field = popup(window).search
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    return window.canvas.selected_nodes()[0]


def empty_point(window: MainWindow) -> QPoint:
    """A pixel of the canvas far from everything, above all nodes."""
    return QPoint(window.canvas.viewport().width() // 2, 24)


def once(window: MainWindow, before: object, label: str) -> None:
    """Assert that what was done is one step of undo with that label."""
    assert window.session.undo_label == label
    window.session.undo()
    assert window.session.design == before


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Space])
def test_a_key_opens_the_search_and_a_choice_is_placed_in_view(
    qtbot: QtBot, window: MainWindow, key: Qt.Key
) -> None:
    choose_data(qtbot, window, "digits")
    before = window.session.design
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, key)
    new = pick(qtbot, window, "targ")
    made = window.session.design.nodes[new]
    assert (made.block, made.params["column"]) == ("Target", "label")
    assert window.canvas.visible_rect().contains(window.canvas.node_rect(new))
    qtbot.waitUntil(window.canvas.hasFocus)
    once(window, before, "Add Target")


def test_shift_tab_still_leaves_the_canvas(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert not window.canvas.hasFocus()


def test_space_with_a_drag_pans_and_opens_nothing(qtbot: QtBot, cnn: MainWindow) -> None:
    at, middle = empty_point(cnn), cnn.canvas.view_state()
    cnn.canvas.setFocus()
    qtbot.keyPress(cnn.canvas, Qt.Key.Key_Space)
    press_move_release(cnn.canvas.viewport(), at, at + QPoint(30, 20))
    qtbot.keyRelease(cnn.canvas, Qt.Key.Key_Space)
    assert QApplication.activePopupWidget() is None
    assert cnn.canvas.view_state() != middle


def test_a_double_click_on_nothing_opens_the_search_there(qtbot: QtBot, cnn: MainWindow) -> None:
    before, at = cnn.session.design, empty_point(cnn)
    wanted = cnn.canvas.scene_point(QPointF(at))
    qtbot.mouseDClick(cnn.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert len(popup(cnn).visible_kinds()) == len(cnn.editor.adding.offers.entries)
    new = pick(qtbot, cnn, "dropout")
    assert cnn.canvas.node_rect(new).contains(wanted)
    once(cnn, before, "Add Dropout")


def test_escape_adds_nothing(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    qtbot.mouseDClick(cnn.canvas.viewport(), Qt.MouseButton.LeftButton, pos=empty_point(cnn))
    qtbot.keyClick(popup(cnn).search, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert cnn.session.design is before


def test_a_wire_dropped_on_nothing_offers_what_takes_its_shape_and_connects_it(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    before, source = cnn.session.design, node(cnn, "batch_norm_1")
    start = view_point(cnn.canvas, cnn.canvas.port_position(source, "output", True))
    press_move_release(cnn.canvas.viewport(), start, empty_point(cnn))
    search = popup(cnn)
    assert "[B, 8, 8, 32]" in search.search.placeholderText()
    offered = search.visible_kinds()
    assert {"Conv", "MaxPool", "Flatten"} <= set(offered)
    assert not {"LSTM", "Embedding", "Input", "Target"} & set(offered)
    new = pick(qtbot, cnn, "max")
    wires = cnn.session.design.wires
    assert wires[DesignEnd(new, "input")] == DesignEnd(source, "output")
    assert cnn.session.analysis.nodes[new].outputs["output"].shape == (None, 4, 4, 32)
    once(cnn, before, "Add Max pooling")


def test_a_wire_dragged_backwards_offers_what_feeds_the_input(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    cnn.editor.add("CrossEntropy", *cnn.session.design.position(node(cnn, "batch_norm_1")))
    loss = cnn.canvas.selected_nodes()[0]
    before = cnn.session.design
    start = view_point(cnn.canvas, cnn.canvas.port_position(loss, "target", False))
    press_move_release(cnn.canvas.viewport(), start, empty_point(cnn))
    offered = popup(cnn).visible_kinds()
    assert offered[0] == "Target"
    assert not {"Input", "Dense", "Conv", "MeanSquaredError"} & set(offered)
    new = pick(qtbot, cnn, "")
    assert cnn.session.design.wires[DesignEnd(loss, "target")] == DesignEnd(new, "output")
    assert cnn.session.design.nodes[new].params["column"] == "label"
    once(cnn, before, "Add Target")


def test_a_target_is_wired_to_the_targets_side_of_a_loss(qtbot: QtBot, window: MainWindow) -> None:
    window.editor.add("Target", 0, 0)
    target = window.canvas.selected_nodes()[0]
    numbers = {"shape": (1,), "dtype": "float32"}
    window.session.act("Set", lambda d: edits.set_params(d, target, **numbers))
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_A)
    loss = pick(qtbot, window, "mean sq")
    assert window.session.design.wires == {DesignEnd(loss, "target"): DesignEnd(target, "output")}


def test_ten_layers_take_ten_picks(qtbot: QtBot, window: MainWindow) -> None:
    choose_data(qtbot, window, "digits")
    window.editor.add("Input", 0, 0)
    layers = (
        "conv",
        "batch",
        "activ",
        "max",
        "conv",
        "activ",
        "flatten",
        "dense",
        "activ",
        "dense",
    )
    window.canvas.setFocus()
    made = []
    for typed in layers:
        qtbot.keyClick(window.canvas, Qt.Key.Key_A)
        made.append(pick(qtbot, window, typed))
        assert window.canvas.visible_rect().contains(window.canvas.node_rect(made[-1]))
    assert len(set(made)) == len(layers)
    reports = window.session.analysis.nodes
    assert str(reports[made[-1]].outputs["output"]) == "[B, 64]"
    rects = [window.canvas.node_rect(i) for i in window.session.design.nodes]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[:i])


def test_the_next_layer_covers_no_other_node(qtbot: QtBot, cnn: MainWindow) -> None:
    click_node(cnn, node(cnn, "batch_norm_1"))
    others = [cnn.canvas.node_rect(i) for i in cnn.session.design.nodes]
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_A)
    new = cnn.canvas.node_rect(pick(qtbot, cnn, "dropout"))
    assert not any(new.intersects(rect) for rect in others)


def test_a_free_place_is_below_what_is_in_the_way() -> None:
    taken = [QRectF(0, 0, 200, 100), QRectF(50, 150, 200, 100)]
    x, y = free_place(taken, (10.0, 10.0))
    assert x == 10.0
    assert y > 250
    assert free_place(taken, (500.0, 0.0)) == (500.0, 0.0)


def drag_onto_wire(window: MainWindow, kind: str, source: str, target: str) -> str:
    """Add a free node above and drag it onto the wire between two nodes, without letting go."""
    canvas = window.canvas
    start = canvas.port_position(node(window, source), "output", True)
    end = canvas.port_position(node(window, target), "input", False)
    middle = (start + end) / 2
    window.editor.add(kind, middle.x() - 80, middle.y() - 260)
    new = canvas.selected_nodes()[0]
    center = canvas.node_rect(new).center()
    points = view_point(canvas, center), view_point(canvas, middle)
    press_move_release(canvas.viewport(), *points, release=False)
    return new


def release(window: MainWindow, qtbot: QtBot, new: str) -> None:
    point = view_point(window.canvas, window.canvas.node_rect(new).center())
    qtbot.mouseRelease(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_a_node_dropped_on_a_wire_is_inserted(qtbot: QtBot, cnn: MainWindow) -> None:
    new = drag_onto_wire(cnn, "Dropout", "conv_1", "batch_norm_1")
    source, target = End(node(cnn, "conv_1"), "output"), End(node(cnn, "batch_norm_1"), "input")
    assert cnn.canvas.graph_scene.wires[source, target].hovered
    before = cnn.session.design
    release(cnn, qtbot, new)
    design = cnn.session.design
    assert design.wires[DesignEnd(new, "input")] == DesignEnd(source.node, "output")
    assert design.wires[DesignEnd(target.node, "input")] == DesignEnd(new, "output")
    assert design.position(new) != before.position(new)
    once(cnn, before, f"Insert {before.nodes[new].name}")


def test_a_node_that_does_not_fit_a_wire_is_only_moved(qtbot: QtBot, cnn: MainWindow) -> None:
    new = drag_onto_wire(cnn, "LSTM", "conv_1", "batch_norm_1")
    assert not any(wire.hovered for wire in cnn.canvas.graph_scene.wires.values())
    before = cnn.session.design
    release(cnn, qtbot, new)
    assert cnn.session.design.wires == before.wires
    once(cnn, before, "Move 1 node")


def test_escape_during_the_drag_leaves_the_wire_alone(qtbot: QtBot, cnn: MainWindow) -> None:
    new = drag_onto_wire(cnn, "Dropout", "conv_1", "batch_norm_1")
    before = cnn.session.design
    cnn.canvas.setFocus()
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_Escape)
    release(cnn, qtbot, new)
    assert cnn.session.design is before
    place = cnn.canvas.node_rect(new).topLeft()
    assert (place.x(), place.y()) == before.position(new)


def test_ctrl_delete_bridges_what_it_deletes(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    gone = [node(cnn, "batch_norm_1"), node(cnn, "relu_1")]
    after = next(t for t, s in before.wires.items() if s.node == gone[1])
    cnn.canvas.select(gone)
    cnn.canvas.setFocus()
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_Delete, CONTROL)
    assert not set(gone) & set(cnn.session.design.nodes)
    assert cnn.session.design.wires[after] == DesignEnd(node(cnn, "conv_1"), "output")
    once(cnn, before, "Delete and bridge 2 nodes")
