"""With several nodes selected, the inspector edits what they share, for all of them at once."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from core.design import edits
from designer.main_window import MainWindow
from tests.designer.driving import choose_data, click_node, type_number


def ids(window: MainWindow, *names: str) -> list[str]:
    found = [window.session.design.named(name) for name in names]
    return [node.id for node in found if node]


def params(window: MainWindow, name: str) -> list[object]:
    """The values of a parameter in the selected nodes."""
    nodes = window.session.design.nodes
    return [nodes[i].params.get(name) for i in window.canvas.selected_nodes()]


def test_the_title_names_the_blocks_and_the_sums_add_up(cnn: MainWindow) -> None:
    chosen = ids(cnn, "conv_1", "conv_2", "logits")
    cnn.canvas.select(chosen)
    reports = [cnn.session.analysis.nodes[i] for i in chosen]
    labels = ", ".join(r.block.label for r in reports if r.block)
    text = cnn.inspector.several.text()
    assert text.startswith(f"3 nodes: {labels}\n")
    assert f"{sum(r.parameters for r in reports):,} parameters together" in text
    assert f"{sum(r.flops for r in reports):,} operations per sample together" in text
    assert cnn.inspector.several.isVisible()
    assert not cnn.inspector.form.isVisible()


def test_many_nodes_are_counted_by_block(cnn: MainWindow) -> None:
    cnn.canvas.select(list(cnn.session.design.nodes))
    title = cnn.inspector.several.text().splitlines()[0]
    assert title.startswith(f"{len(cnn.session.design.nodes)} nodes: ")
    assert "3 Convolution" in title or "3 Conv" in title


def test_only_what_all_share_can_be_edited(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select(ids(cnn, "conv_1", "logits"))
    form = cnn.inspector.several.form
    qtbot.waitUntil(form.field("use_bias").isVisible)
    for name in ("filters", "features", "kernel_size"):
        with pytest.raises(KeyError):
            form.field(name)
    cnn.canvas.select(ids(cnn, "conv_1", "relu_1"))
    assert "no parameter in common" in cnn.inspector.several.text()


def test_one_change_reaches_all_and_is_one_step(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select(ids(cnn, "conv_1", "conv_2", "conv_3"))
    before = cnn.session.design
    assert len(set(params(cnn, "filters"))) > 1
    form = cnn.inspector.several.form
    spin = form.field("filters").editor
    assert isinstance(spin, QSpinBox)
    assert spin.text() == ""
    type_number(qtbot, form, "filters", 24)
    assert params(cnn, "filters") == [24, 24, 24]
    assert cnn.session.undo_label == "Change filters of 3 nodes"
    for _ in range(3):
        qtbot.keyClick(spin, Qt.Key.Key_Up)
    assert params(cnn, "filters") == [27, 27, 27]
    cnn.session.undo()
    assert cnn.session.design == before
    assert spin.text() == ""
    cnn.session.redo()
    assert spin.text() == "27"


def test_a_tick_reaches_nodes_of_different_blocks(qtbot: QtBot, cnn: MainWindow) -> None:
    conv, logits = ids(cnn, "conv_1", "logits")
    cnn.session.act("Set", lambda d: edits.set_params(d, conv, use_bias=False))
    cnn.session.act("Set", lambda d: edits.set_params(d, logits, use_bias=True))
    cnn.canvas.select([conv, logits])
    box = cnn.inspector.several.form.field("use_bias").editor
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert params(cnn, "use_bias") == [True, True]
    cnn.session.undo()
    assert params(cnn, "use_bias") == [False, True]
    assert box.checkState() == Qt.CheckState.PartiallyChecked


def test_a_fault_names_its_node_at_its_field(cnn: MainWindow) -> None:
    chosen = ids(cnn, "conv_1", "conv_2")
    cnn.session.act("Set", lambda d: edits.set_params(d, chosen[1], filters=0))
    cnn.canvas.select(chosen)
    form = cnn.inspector.several.form
    assert form.message("filters").startswith("conv_2: ")
    assert form.message("kernel_size") == ""
    assert "conv_2" in cnn.inspector.several.text()


def test_a_column_given_to_several_inputs_brings_its_shape(
    qtbot: QtBot, window: MainWindow
) -> None:
    choose_data(qtbot, window, "digits")
    for y in (0, 300):
        window.editor.add("Input", 0, y)
    both = list(window.session.design.nodes)
    for node in both:
        window.session.act(
            "Forget", lambda d, node=node: edits.set_params(d, node, column="x", shape=(3,))
        )
    window.canvas.select(both)
    combo = window.inspector.several.form.field("column").editor
    line = combo.lineEdit()
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "image")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert params(window, "column") == ["image", "image"]
    assert params(window, "shape") == [(8, 8, 1), (8, 8, 1)]


def test_two_uses_of_a_group_share_how_often_they_repeat(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select(ids(cnn, "relu_1"))
    cnn.groups.make()
    (use,) = cnn.canvas.selected_nodes()
    cnn.session.act("Duplicate", lambda d: edits.duplicate(d, [use]))
    cnn.canvas.select([use, list(cnn.session.design.nodes)[-1]])
    form = cnn.inspector.several.form
    with pytest.raises(KeyError):
        form.field("group")
    type_number(qtbot, form, "repeat", 3)
    assert params(cnn, "repeat") == [3, 3]


def test_one_node_again_shows_its_own_form(cnn: MainWindow) -> None:
    cnn.canvas.select(ids(cnn, "conv_1", "conv_2"))
    click_node(cnn, *ids(cnn, "conv_1"))
    assert cnn.inspector.form.isVisible()
    assert not cnn.inspector.several.isVisible()
    assert cnn.inspector.name.text() == "conv_1"


def test_nodes_that_are_deleted_leave_the_form(cnn: MainWindow) -> None:
    chosen = ids(cnn, "conv_1", "conv_2", "conv_3")
    cnn.canvas.select(chosen)
    cnn.session.act("Delete", lambda d: edits.remove(d, chosen[:1]))
    assert cnn.inspector.several.text().startswith("2 nodes: ")
