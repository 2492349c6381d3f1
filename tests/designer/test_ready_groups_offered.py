"""Ready groups in the palette and the search: found, dropped, set up, wired and looked into."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.tensor import Tensor
from designer.main_window import MainWindow
from tests.designer.driving import click_node, type_number
from tests.designer.test_groups import double_click
from tests.ready import TITLES
from tests.widgets.drag import drag_to_canvas

KINDS = [f"ready:{title}" for title in TITLES]


def headings(window: MainWindow) -> list[str]:
    rows = window.palette_panel.list
    return [rows.topLevelItem(i).text(0) for i in range(rows.topLevelItemCount())]


def test_all_stand_under_a_heading_of_their_own(window: MainWindow) -> None:
    found = [k for k in window.palette_panel.visible_kinds() if k.startswith("ready:")]
    assert found == sorted(KINDS, key=str.casefold)
    assert headings(window)[-1] == "Ready groups"


@pytest.mark.parametrize(("typed", "title"), [("gpt", "GPT block"), ("resnet", "Residual block")])
def test_they_are_found_by_what_they_are_known_for(
    qtbot: QtBot, window: MainWindow, typed: str, title: str
) -> None:
    window.palette_panel.search.setFocus()
    qtbot.keyClicks(window.palette_panel.search, typed)
    assert f"ready:{title}" in window.palette_panel.visible_kinds()


def test_one_is_dropped_and_set_up(qtbot: QtBot, window: MainWindow) -> None:
    kind = "ready:Transformer encoder"
    window.palette_panel.list.verticalScrollBar().setValue(10_000)
    drag_to_canvas(qtbot, window.palette_panel, kind, window.canvas, QPoint(200, 200))
    (use,) = window.session.design.nodes.values()
    assert use.block == "Group"
    assert use.name == "transformer_encoder"
    assert window.session.undo_label == "Add Transformer encoder"
    click_node(window, use.id)
    type_number(qtbot, window.inspector.form, "hidden_units", 96)
    type_number(qtbot, window.inspector.form, "repeat", 3)
    params = window.session.design.nodes[use.id].params
    assert (params["hidden_units"], params["repeat"]) == (96, 3)
    double_click(qtbot, window, use.id)
    assert window.session.path == (use.id,)
    assert "attention" in {n.name for n in window.session.design.nodes.values()}
    (note,) = window.session.design.notes.values()
    assert "Vaswani" in note.text
    boxes = [window.canvas.node_rect(i) for i in window.session.design.nodes]
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)


def test_two_of_one_kind_are_uses_of_one_group(window: MainWindow) -> None:
    for place in (100, 300):
        window.editor.add("ready:GPT block", place, 0)
    names = [n.name for n in window.session.design.nodes.values()]
    assert names == ["gpt_block", "gpt_block_2"]
    assert [g.name for g in window.session.design.groups.values()] == ["GPT block"]


def test_only_those_that_can_take_a_tensor_are_offered_for_a_wire(cnn: MainWindow) -> None:
    offers = cnn.editor.offers
    image = cnn.session.analysis.outputs()
    (wide,) = [t for end, t in image.items() if cnn.session.design.nodes[end.node].name == "image"]
    assert offers.taking_ports("ready:Projected residual", wide) == ("input",)
    assert offers.taking_ports("ready:Transformer encoder", wide) == ()
    sequence = Tensor((None, 5, 512))
    assert offers.taking_ports("ready:Transformer encoder", sequence) == ("input",)


def test_they_cannot_be_removed(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = window.palette_panel
    panel.list.verticalScrollBar().setValue(10_000)
    with qtbot.waitSignal(panel.menu_requested):
        panel.list.customContextMenuRequested.emit(panel.item_rect("ready:GPT block").center())
    assert QApplication.activePopupWidget() is None
    assert "ready:GPT block" in panel.visible_kinds()
