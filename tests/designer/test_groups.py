"""Groups with mouse and keys: make, enter, edit inside, leave, expand, reuse."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.design.document import End
from designer.exposing_dialog import ExposingDialog
from designer.main_window import MainWindow
from tests.designer.driving import click_node, node, type_number
from tests.widgets.drag import drag_to_canvas, view_point

CTRL = Qt.KeyboardModifier.ControlModifier
BLOCK = ("conv_1", "batch_norm_1", "relu_1")
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier = CTRL) -> None:
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, key, held)


def double_click(qtbot: QtBot, window: MainWindow, node_id: str) -> None:
    """Double-click on a node's body, below its title."""
    rect = window.canvas.node_rect(node_id)
    point = view_point(window.canvas, QPointF(rect.center().x(), rect.bottom() - 6))
    qtbot.mouseDClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=point)


def grouped(qtbot: QtBot, window: MainWindow, *names: str) -> str:
    """Make a group of the named nodes with the keyboard; the id of the node that uses it."""
    window.canvas.select([node(window, name) for name in names])
    press(qtbot, window, Qt.Key.Key_G)
    (use,) = window.canvas.selected_nodes()
    return use


def test_a_group_is_one_node_with_the_ports_of_what_it_holds(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.analysis_of_whole
    use = grouped(qtbot, cnn, *BLOCK)
    view = cnn.canvas.graph.nodes[use]
    assert view.container
    assert ([p.label for p in view.inputs], [p.label for p in view.outputs]) == (
        ["input"],
        ["output"],
    )
    after = cnn.session.analysis_of_whole
    assert after.parameters == before.parameters
    assert after.problems == before.problems
    assert cnn.session.undo_label == "Group"
    press(qtbot, cnn, Qt.Key.Key_Z)
    assert cnn.session.analysis_of_whole.nodes == before.nodes


def test_a_group_is_entered_edited_and_left(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    total = cnn.session.analysis_of_whole.parameters
    double_click(qtbot, cnn, use)
    assert cnn.session.path == (use,)
    titles = {n.title for n in cnn.canvas.graph.nodes.values()}
    assert titles == {"input", *BLOCK, "output"}
    crumb = cnn.groups.breadcrumb
    assert crumb.isVisible()
    assert crumb.names == (cnn.session.whole.name, "group")
    click_node(cnn, node(cnn, "conv_1"))
    filters = cnn.session.design.nodes[node(cnn, "conv_1")].params["filters"]
    type_number(qtbot, cnn.inspector.form, "filters", 2 * filters)
    assert cnn.session.analysis_of_whole.parameters > total
    qtbot.mouseClick(crumb.buttons()[0], Qt.MouseButton.LeftButton)
    assert cnn.session.path == ()
    assert not crumb.isVisible()
    assert cnn.canvas.selected_nodes() == [use]
    shapes = cnn.canvas.graph.nodes[use].detail
    assert f"{2 * filters}]" in shapes[0]


def test_the_keyboard_enters_leaves_and_expands(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.analysis_of_whole
    use = grouped(qtbot, cnn, *BLOCK)
    press(qtbot, cnn, Qt.Key.Key_Return)
    assert cnn.session.path == (use,)
    press(qtbot, cnn, Qt.Key.Key_Backspace)
    assert cnn.session.path == ()
    press(qtbot, cnn, Qt.Key.Key_G, CTRL | SHIFT)
    assert all(n.block != "Group" for n in cnn.session.design.nodes.values())
    assert len(cnn.canvas.selected_nodes()) == len(BLOCK)
    assert cnn.session.analysis_of_whole.parameters == before.parameters
    assert [f.name for f in cnn.session.design.frames.values()] == ["group"]
    assert {n.name for n in cnn.session.design.nodes.values()} == {
        r.node.name for r in before.nodes.values()
    }


def test_undo_inside_of_a_group_that_goes_leads_out_of_it(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    cnn.session.enter(use)
    press(qtbot, cnn, Qt.Key.Key_Z)
    assert cnn.session.path == ()
    assert "conv_1" in {n.title for n in cnn.canvas.graph.nodes.values()}


def test_a_group_that_cannot_be_made_says_why(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select([node(cnn, "conv_1"), node(cnn, "relu_1")])
    design = cnn.session.design
    press(qtbot, cnn, Qt.Key.Key_G)
    assert cnn.session.design is design
    assert "feeds the selection again" in cnn.banner.message()


def test_repeats_are_typed_in_the_inspector(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, "relu_1")
    click_node(cnn, use)
    type_number(qtbot, cnn.inspector.form, "repeat", 3)
    assert cnn.canvas.graph.nodes[use].copies == 3
    flat = cnn.session.analysis_of_whole.design.nodes
    assert sum(n.block == "Activation" and "group" in n.name for n in flat.values()) == 3


def test_a_muted_node_is_passed_by_and_taken_in_again(qtbot: QtBot, cnn: MainWindow) -> None:
    relu = node(cnn, "relu_1")
    click_node(cnn, relu)
    press(qtbot, cnn, Qt.Key.Key_M)
    assert cnn.canvas.graph.nodes[relu].muted
    assert cnn.session.analysis_of_whole.design.nodes[relu].block == "Bypass"
    assert cnn.session.undo_label == "Mute 1 node"
    press(qtbot, cnn, Qt.Key.Key_M)
    assert not cnn.canvas.graph.nodes[relu].muted


def test_a_problem_inside_of_a_group_is_gone_to(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    cnn.session.enter(use)
    conv = node(cnn, "conv_1")
    cnn.canvas.select([conv])
    press(qtbot, cnn, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    cnn.groups.leave()
    assert cnn.canvas.graph.nodes[use].badge == "error"
    (problem,) = [p for p in cnn.session.analysis_of_whole.errors if "not connected" in p.message]
    assert "group/batch_norm_1" in problem.message
    cnn.docks.show("problems")
    cnn.problems.activated.emit(problem.node)
    assert cnn.session.path == (use,)
    assert cnn.canvas.selected_nodes() == [node(cnn, "batch_norm_1")]


def test_copies_of_a_group_are_pasted_as_uses_of_it(qtbot: QtBot, cnn: MainWindow) -> None:
    grouped(qtbot, cnn, *BLOCK)
    press(qtbot, cnn, Qt.Key.Key_C)
    assert '"groups"' in QApplication.clipboard().text()
    press(qtbot, cnn, Qt.Key.Key_V)
    uses = [n for n in cnn.session.design.nodes.values() if n.block == "Group"]
    assert len(uses) == 2
    assert len(cnn.session.design.groups) == 1


def test_a_group_is_in_the_palette_and_dragged_from_there(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    group = cnn.session.design.nodes[use].params["group"]
    assert f"group:{group}" in cnn.palette_panel.visible_kinds()
    drag_to_canvas(qtbot, cnn.palette_panel, f"group:{group}", cnn.canvas, QPoint(200, 480))
    uses = [n for n in cnn.session.design.nodes.values() if n.block == "Group"]
    assert [n.params["group"] for n in uses] == [group, group]
    assert cnn.session.undo_label == "Add Group"


def test_inside_a_group_its_ports_are_on_offer_and_itself_is_not(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    assert "GroupInput" not in cnn.palette_panel.visible_kinds()
    cnn.session.enter(use)
    assert {"GroupInput", "GroupOutput"} <= set(cnn.palette_panel.visible_kinds())
    assert not [k for k in cnn.palette_panel.visible_kinds() if k.startswith("group:")]
    cnn.editor.add("GroupInput", 0, 300)
    cnn.groups.leave()
    assert len(cnn.canvas.graph.nodes[use].inputs) == 2


def test_a_block_is_kept_and_used_in_another_design(
    qtbot: QtBot, cnn: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    cnn.canvas.select([use])
    with qtbot.waitSignal(cnn.groups.library_changed):
        cnn.actions_by_name["keep_group"].trigger()
    (mine,) = [k for k in cnn.palette_panel.visible_kinds() if k.startswith("file:")]
    monkeypatch.setattr(cnn.files, "may_leave", lambda: True)
    cnn.files.new()
    assert mine in cnn.palette_panel.visible_kinds()
    cnn.canvas.fit_all()
    drag_to_canvas(qtbot, cnn.palette_panel, mine, cnn.canvas, QPoint(200, 200))
    (node_,) = cnn.session.design.nodes.values()
    assert node_.block == "Group"
    assert {n.block for n in cnn.session.design.groups["g1"].nodes.values()} == {
        *("GroupInput", "Conv", "BatchNorm", "Activation", "GroupOutput")
    }
    cnn.groups.remove(mine)
    assert mine not in cnn.palette_panel.visible_kinds()


def test_only_groups_that_can_take_a_tensor_are_offered_for_a_wire(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    kind = f"group:{cnn.session.design.nodes[use].params['group']}"
    outputs = cnn.session.analysis.outputs()
    image = outputs[End(node(cnn, "image"), "output")]
    logits = outputs[End(node(cnn, "logits"), "output")]
    assert cnn.editor.offers.taking_ports(kind, image) == ("input",)
    assert cnn.editor.offers.taking_ports(kind, logits) == ()


def test_a_broken_file_in_the_library_is_passed_over(cnn: MainWindow) -> None:
    folder = cnn.groups.library.folder
    folder.mkdir(parents=True)
    (folder / "broken.loomblock").write_text("{")
    cnn.editor.offers.look_into_library()
    assert not [k for k in cnn.palette_panel.visible_kinds() if k.startswith("file:")]
    cnn.editor.add(f"file:{folder / 'broken.loomblock'}", 0, 0)
    assert "broken.loomblock" in cnn.banner.message()


def test_a_parameter_is_exposed_and_each_use_sets_it_for_itself(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    cnn.session.enter(use)
    cnn.canvas.select([node(cnn, "conv_1")])

    def tick() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExposingDialog)
        dialog.boxes["filters"].click()
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    QTimer.singleShot(0, tick)
    cnn.actions_by_name["expose"].trigger()
    assert cnn.session.undo_label == "Expose parameters"
    cnn.groups.leave()
    type_number(qtbot, cnn.inspector.form, "filters", 12)
    assert cnn.session.analysis.nodes[use].outputs["output"].shape == (None, 8, 8, 12)
    inner = cnn.session.design.groups[cnn.session.design.nodes[use].params["group"]]
    assert (
        inner.nodes[next(i for i, n in inner.nodes.items() if n.name == "conv_1")].params["filters"]
        == 32
    )


def test_a_use_takes_the_weights_of_another(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, "relu_3")
    group = cnn.session.design.nodes[use].params["group"]
    cnn.editor.add(f"group:{group}", 0, 600)
    field = cnn.inspector.form.field("weights_of").editor
    assert [field.itemText(i) for i in range(field.count())] == ["its own", "group"]
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    (new,) = cnn.canvas.selected_nodes()
    assert cnn.session.design.nodes[new].params["weights_of"] == use
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert cnn.session.design.nodes[new].params["weights_of"] == ""


def test_a_node_in_a_group_is_found_and_gone_to(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    press(qtbot, cnn, Qt.Key.Key_F)
    qtbot.keyClicks(cnn.find_node.search, "group/conv_1")
    qtbot.keyClick(cnn.find_node.search, Qt.Key.Key_Return)
    assert cnn.session.path == (use,)
    assert cnn.canvas.selected_nodes() == [node(cnn, "conv_1")]


def test_nothing_is_exposed_of_a_block_that_nobody_knows(qtbot: QtBot, cnn: MainWindow) -> None:
    use = grouped(qtbot, cnn, *BLOCK)
    cnn.session.enter(use)
    relu = node(cnn, "relu_1")
    strange = replace(cnn.session.design.nodes[relu], block="Wormhole")
    cnn.session.act("Turn strange", lambda d: replace(d, nodes={**d.nodes, strange.id: strange}))
    cnn.canvas.select([relu])

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExposingDialog)
        assert dialog.boxes == {}
        dialog.reject()

    QTimer.singleShot(0, look)
    cnn.actions_by_name["expose"].trigger()
    assert cnn.session.undo_label == "Turn strange"
