"""Stages of a training are added, named, moved and removed by hand and by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QToolButton
from pytestqt.qtbot import QtBot

from core.design import edits
from core.train.stage import Stage
from designer.recipe_panel import RecipePanel
from designer.stages_editor import StagesEditor
from tests.designer.driving import open_recipe_panel, type_number
from tests.designs import iris_mlp

Key = Qt.Key


@pytest.fixture
def panel(qtbot: QtBot) -> RecipePanel:
    return open_recipe_panel(qtbot, 1600)


@pytest.fixture
def editor(qtbot: QtBot, panel: RecipePanel) -> StagesEditor:
    """The stages, unfolded."""
    qtbot.mouseClick(panel.stages_fold, Qt.MouseButton.LeftButton)
    assert panel.stages.isVisible()
    return panel.stages


def stages(panel: RecipePanel) -> tuple[Stage, ...]:
    return panel.session.analysis_of_whole.recipe.stages


def press(qtbot: QtBot, editor: StagesEditor, text: str) -> None:
    button = next(b for b in editor.findChildren(QToolButton) if b.accessibleName() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def titles(editor: StagesEditor) -> list[str]:
    rows = editor.entries.rows
    return [rows.item(row).text() for row in range(rows.count()) if rows.isVisible()]


def named(qtbot: QtBot, editor: StagesEditor, name: str) -> None:
    """Add a stage, whose name then has the cursor, and type it."""
    press(qtbot, editor, "Add stage")
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, name)
    qtbot.keyClick(line, Key.Key_Return)


def tick(qtbot: QtBot, editor: StagesEditor, field: str, name: str) -> None:
    box = editor.form.field(field).editor
    assert isinstance(box, QListWidget)
    item = box.findItems(name, Qt.MatchFlag.MatchExactly)[0]
    rect = box.visualItemRect(item)
    place = QPoint(rect.left() + 14, rect.center().y())
    qtbot.mouseClick(box.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_without_stages_it_says_what_happens(panel: RecipePanel, editor: StagesEditor) -> None:
    assert "all losses train everything" in editor.text()
    assert titles(editor) == []
    assert not editor.entries.remove.isEnabled()


def test_stages_are_added_and_filled_in(
    qtbot: QtBot, panel: RecipePanel, editor: StagesEditor
) -> None:
    named(qtbot, editor, "Head")
    named(qtbot, editor, "All")
    assert titles(editor) == ["1.  Head, 10 epochs", "2.  All, 10 epochs"]
    editor.entries.rows.setFocus()
    qtbot.keyClick(editor.entries.rows, Key.Key_Up)
    type_number(qtbot, editor.form, "epochs", 3)
    tick(qtbot, editor, "trains", "dense_2")
    tick(qtbot, editor, "losses", "loss")
    assert stages(panel) == (Stage("Head", 3, ("loss",), ("dense_2",)), Stage("All", 10))
    assert editor.text() == "13 epochs in all; the epochs above do not count."
    assert "at epoch 13" in panel.curve.spoken()
    assert panel.stages_fold.text() == "Stages (2)"


def test_what_has_weights_is_offered_to_train(
    qtbot: QtBot, panel: RecipePanel, editor: StagesEditor
) -> None:
    press(qtbot, editor, "Add stage")
    box = editor.form.field("trains").editor
    assert [box.item(row).text() for row in range(box.count())] == ["dense", "dense_2"]


def test_keys_add_move_and_remove(qtbot: QtBot, panel: RecipePanel, editor: StagesEditor) -> None:
    for name in "ABC":
        named(qtbot, editor, name)
    rows = editor.entries.rows
    rows.setFocus()
    qtbot.keyClick(rows, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [s.name for s in stages(panel)] == ["A", "C", "B"]
    assert rows.currentRow() == 1
    qtbot.keyClick(rows, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [s.name for s in stages(panel)] == ["C", "A", "B"]
    assert not editor.entries.up.isEnabled()
    qtbot.keyClick(rows, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(rows, Key.Key_Delete)
    assert [s.name for s in stages(panel)] == ["A", "B"]
    qtbot.keyClick(rows, Key.Key_Insert)
    assert len(stages(panel)) == 3
    for _ in range(3):
        panel.session.undo()
    assert [s.name for s in stages(panel)] == ["C", "A", "B"]


def test_removing_the_last_stage_leaves_the_recipe_without_any(
    qtbot: QtBot, panel: RecipePanel, editor: StagesEditor
) -> None:
    press(qtbot, editor, "Add stage")
    assert panel.session.undo_label == "Add stage"
    press(qtbot, editor, "Remove stage")
    assert "stages" not in panel.session.whole.recipe
    assert not editor.form.isVisible()


def test_a_design_with_stages_shows_them(panel: RecipePanel) -> None:
    assert not panel.stages.isVisible()
    wanted = {"stages": [{"epochs": 0}, {"name": "Second", "epochs": 2}]}
    panel.session.open(edits.set_recipe(iris_mlp(), wanted), None)
    assert panel.stages.isVisible()
    assert titles(panel.stages) == ["1.  Stage 1, 10 epochs", "2.  Second, 2 epochs"]
    message = panel.stages.form.message("epochs")
    assert message == "stage 1: Epochs must be at least 1, not 0"


def test_every_button_says_what_it_does(editor: StagesEditor) -> None:
    for action in (*editor.entries.rows.actions(),):
        assert action.text()
        assert action.shortcut().toString() in action.toolTip()
        assert not action.icon().isNull()
