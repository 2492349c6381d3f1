"""The list of steps follows undo and redo, and jumps with keys and clicks."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design
from designer.history_panel import HistoryPanel
from tests.designer.workbench import Workbench
from widgets.theme import Theme, dark, light

NAMES = ("one", "two", "three", "four")


@pytest.fixture
def window(qtbot: QtBot) -> Workbench:
    """A window in which the design was renamed four times."""
    made = Workbench(qtbot, Design(name="none"))
    for name in NAMES:
        made.session.act(f"Name {name}", partial(edits.set_name, name=name))
    return made


@pytest.fixture
def panel(qtbot: QtBot, window: Workbench) -> HistoryPanel:
    """The panel beside the canvas."""
    made = HistoryPanel(window.session)
    window.side.addWidget(made)
    window.begin(qtbot)
    return made


def rows(panel: HistoryPanel, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[str]:
    model = panel.list.model()
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def click(qtbot: QtBot, panel: HistoryPanel, row: int) -> None:
    place = panel.list.visualRect(panel.list.model().index(row, 0)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_steps_are_named_and_their_standing_is_told(window: Workbench, panel: HistoryPanel) -> None:
    window.session.undo()
    assert rows(panel) == ["Open", *(f"Name {n}" for n in NAMES)]
    spoken = rows(panel, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken[2:] == ["Name two", "Name three, present", "Name four, undone"]
    assert panel.list.currentIndex().row() == window.session.at == 3


def test_a_click_jumps_back_and_forth_in_one_change(
    qtbot: QtBot, window: Workbench, panel: HistoryPanel
) -> None:
    seen: list[tuple[str, str]] = []
    window.session.changed.connect(lambda a, b: seen.append((a.name, b.name)))
    click(qtbot, panel, 1)
    assert window.session.undo_label == "Name one"
    assert window.session.redo_label == "Name two"
    click(qtbot, panel, 4)
    click(qtbot, panel, 4)
    assert seen == [("four", "one"), ("one", "four")]


def test_arrow_keys_choose_and_enter_jumps(
    qtbot: QtBot, window: Workbench, panel: HistoryPanel
) -> None:
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    assert window.session.design.name == "four"
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert window.session.design.name == "two"
    qtbot.keyClick(panel.list, Qt.Key.Key_Home)
    qtbot.keyClick(panel.list, Qt.Key.Key_Enter)
    assert window.session.design.name == "none"


def test_an_act_after_a_jump_forgets_what_was_undone(
    window: Workbench, panel: HistoryPanel
) -> None:
    window.session.jump(1)
    window.session.act("Name other", lambda d: edits.set_name(d, "other"))
    assert rows(panel) == ["Open", "Name one", "Name other"]


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_dots_are_filled_up_to_the_present_and_hollow_after_it(
    window: Workbench, panel: HistoryPanel, theme: Theme
) -> None:
    panel.set_theme(theme)
    window.session.jump(2)
    panel.list.setCurrentIndex(panel.list.model().index(0, 0))
    picture = panel.list.viewport().grab().toImage()
    colors = []
    for row in range(5):
        rect = panel.list.visualRect(panel.list.model().index(row, 0))
        colors.append(picture.pixelColor(QPoint(rect.left() + 18, rect.center().y())).name())
    assert colors[1] == theme.text_muted
    assert colors[2] == theme.accent
    assert not {theme.accent, theme.text_muted} & set(colors[3:])


@pytest.mark.parametrize("index", [-1, 5, 99])
def test_a_jump_beyond_the_history_does_nothing(window: Workbench, index: int) -> None:
    before = window.session.design
    window.session.jump(index)
    assert window.session.design is before
    assert window.session.at == 4
