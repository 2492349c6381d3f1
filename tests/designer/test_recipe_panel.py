"""The recipe's form: what people see of it, and what their hands do to the design."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.design import edits
from core.train.recipe import Recipe, optimizers, schedules
from designer.docks import NARROWEST, RIGHT
from designer.recipe_panel import RecipePanel, changed
from tests.designer.driving import open_recipe_panel, type_number
from widgets.fonts import load_fonts
from widgets.parameter_form import ParameterForm

Key = Qt.Key


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> RecipePanel:
    load_fonts(qapp)
    return open_recipe_panel(qtbot, 1400)


def recipe(panel: RecipePanel) -> Recipe:
    made, faults = Recipe.read(panel.session.whole.recipe)
    assert not faults
    return made


def choose(qtbot: QtBot, panel: RecipePanel, part: str, typed: str) -> None:
    """Choose another kind by typing the beginning of its name."""
    combo = panel.kinds[part].editor
    combo.setFocus()
    qtbot.keyClicks(combo, typed)
    qtbot.keyClick(combo, Key.Key_Return)


def type_into(qtbot: QtBot, form: ParameterForm, name: str, text: str) -> None:
    line = form.field(name).editor
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Key.Key_Return)


def labels(panel: RecipePanel) -> list[str]:
    found = [label for label in panel.findChildren(QLabel) if label.isVisible() and label.text()]
    return [label.text() for label in found]


def test_headings_stand_above_groups_and_rare_ones_are_folded(panel: RecipePanel) -> None:
    shown = labels(panel)
    assert [t for t in shown if t in ("Basics", "Optimizer", "Schedule")] == [
        *("Basics", "Optimizer", "Schedule")
    ]
    folds = [panel.forms[n].disclosure for n in ("Regularisation", "Precision", "Stopping")]
    assert [fold.text() for fold in folds] == ["Regularisation", "Precision", "Stopping"]
    assert all(fold.isVisible() and not fold.isChecked() for fold in folds)
    assert "L2" not in shown


def test_every_parameter_of_the_recipe_has_a_field(panel: RecipePanel) -> None:
    for param in Recipe.params():
        forms = [f for f in panel.forms.values() if param.name in f._rows]
        assert len(forms) == 1, param.name


def test_choosing_an_optimizer_by_keys_shows_its_parameters(
    qtbot: QtBot, panel: RecipePanel
) -> None:
    choose(qtbot, panel, "optimizer", "muon")
    assert recipe(panel).optimizer.kind == "Muon"
    qtbot.waitUntil(lambda: "Update size" in labels(panel))
    assert any("Newton-Schulz" in text for text in labels(panel))
    panel.session.undo()
    assert recipe(panel).optimizer.kind == "Adam"
    assert "Update size" not in labels(panel)
    assert panel.kinds["optimizer"].editor.currentText() == "Adam"


def test_the_choice_explains_each_optimizer(panel: RecipePanel) -> None:
    combo = panel.kinds["optimizer"].editor
    titles = [combo.itemText(row) for row in range(combo.count())]
    assert len(titles) == len(optimizers())
    assert titles == sorted(titles, key=str.casefold)
    for row in range(combo.count()):
        summary = optimizers()[combo.itemData(row)].summary()
        assert combo.itemData(row, Qt.ItemDataRole.ToolTipRole) == summary
    assert combo.toolTip() == optimizers()["Adam"].summary()


def test_what_was_set_is_kept_by_another_kind_and_defaults_are_not() -> None:
    first = changed({}, "optimizer.epsilon", 0.5)
    assert changed(first, "optimizer", "Yogi")["optimizer"]["epsilon"] == 0.5
    assert changed({}, "optimizer", "Yogi")["optimizer"]["epsilon"] == 1e-3
    rate = changed(changed({}, "optimizer.learning_rate", 3.0), "optimizer", "SGD")
    assert rate["optimizer"]["learning_rate"] == 0.1


@pytest.mark.parametrize("written", ["Adam", {"kind": "Tiger"}, 7])
def test_a_faulty_optimizer_can_be_chosen_anew(written: object) -> None:
    mended = changed({"optimizer": written}, "optimizer", "Lion")
    assert Recipe.read(mended)[1] == ()


def test_the_curve_follows_what_is_typed(qtbot: QtBot, panel: RecipePanel) -> None:
    assert panel.curve.spoken().startswith("From 0.001, highest 0.001")
    choose(qtbot, panel, "schedule", "cosine")
    type_into(qtbot, panel.forms["Schedule"], "schedule.warmup_epochs", "2")
    assert "highest 0.001 at epoch 2" in panel.curve.accessibleDescription()
    before = panel.curve.grab().toImage()
    type_number(qtbot, panel.form, "epochs", 40)
    assert "at epoch 40" in panel.curve.spoken()
    assert panel.curve.grab().toImage() != before


def test_a_curve_that_falls_far_has_a_logarithmic_scale(qtbot: QtBot, panel: RecipePanel) -> None:
    assert not panel.curve.is_logarithmic
    choose(qtbot, panel, "schedule", "step")
    type_into(qtbot, panel.forms["Schedule"], "schedule.drop_epochs", "3, 6")
    assert panel.curve.is_logarithmic
    assert "logarithmic" in panel.curve.spoken()


def test_a_plateau_says_that_its_fall_is_not_known(qtbot: QtBot, panel: RecipePanel) -> None:
    choose(qtbot, panel, "schedule", "reduce")
    assert any("validation loss stops falling" in text for text in labels(panel))
    panel.session.undo()
    assert not any("stops falling" in text for text in labels(panel))


def test_a_fault_is_shown_at_its_field(panel: RecipePanel) -> None:
    broken = {"optimizer": {"kind": "SGD", "momentum": 3}, "l2": -1, "schedule": {"kind": "Up"}}
    panel.session.act("Break", lambda d: edits.set_recipe(d, broken))
    message = panel.forms["Optimizer"].message("optimizer.momentum")
    assert message == "Momentum must be at most 0.999999, not 3"
    # A fold with a fault opens by itself.
    assert "L2 must be at least 0, not -1" in labels(panel)
    assert any(text.startswith("schedule must be one of") for text in labels(panel))


def test_a_refused_number_leaves_the_recipe_alone(qtbot: QtBot, panel: RecipePanel) -> None:
    before = panel.session.whole
    type_into(qtbot, panel.forms["Optimizer"], "optimizer.beta_1", "2")
    assert panel.session.whole == before
    assert "Beta 1 must be at most 0.999999, not 2" in labels(panel)


def test_a_folded_parameter_is_set_by_hand(qtbot: QtBot, panel: RecipePanel) -> None:
    stopping = panel.forms["Stopping"]
    qtbot.mouseClick(stopping.disclosure, Qt.MouseButton.LeftButton)
    type_number(qtbot, stopping, "patience", 4)
    assert recipe(panel).patience == 4
    assert stopping.disclosure.text() == "Stopping (1 set)"
    regularisation = panel.forms["Regularisation"]
    qtbot.mouseClick(regularisation.disclosure, Qt.MouseButton.LeftButton)
    box = regularisation.field("balance_classes").editor
    assert isinstance(box, QCheckBox)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert recipe(panel).balance_classes
    assert panel.session.undo_label == "Change balance classes"


def test_tab_reaches_everything_from_top_to_bottom(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.form.field("batch_size").editor.setFocus()
    seen: list[QWidget] = []
    while (focused := QApplication.focusWidget()) not in seen:
        assert focused is not None
        seen.append(focused)
        qtbot.keyClick(focused, Key.Key_Tab)
    for wanted in (
        panel.kinds["optimizer"].editor,
        panel.kinds["schedule"].editor,
        panel.forms["Precision"].disclosure,
        panel.stages_fold,
    ):
        assert wanted in seen
    tops = [w.mapTo(panel.widget(), QPoint()).y() for w in seen if panel.widget().isAncestorOf(w)]
    assert tops == sorted(tops)


@pytest.mark.parametrize(
    ("part", "kind"),
    [*(("optimizer", k) for k in optimizers()), *(("schedule", k) for k in schedules())],
)
def test_no_form_is_wider_than_the_narrowest_panel(
    panel: RecipePanel, part: str, kind: str
) -> None:
    for form in panel.forms.values():
        form.disclosure.turned.emit(True)
    panel.resize(NARROWEST[RIGHT], 900)
    stages = [{"name": "A stage with a rather long name that nobody would want", "epochs": 3}]
    wanted = {part: {"kind": kind}, "stages": stages}
    panel.session.act("Choose", lambda d: edits.set_recipe(d, wanted))
    room = panel.width() - panel.verticalScrollBar().sizeHint().width()
    assert panel.widget().minimumSizeHint().width() <= room
