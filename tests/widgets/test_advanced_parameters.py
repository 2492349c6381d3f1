"""What few need is folded away, can be unfolded by hand and by keys, and is never hidden if set."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox

from core.params import Param
from widgets.field import SEVERAL
from widgets.parameter_form import ParameterForm

PARAMS = (
    Param("units", "int", 64, "Units", "Number of outputs.", minimum=1),
    Param("l2", "float", 0.0, "L2", "Pulls weights to zero.", minimum=0.0, advanced=True),
    Param("bias", "bool", True, "Bias", "Add a bias."),
    Param("limit", "int", 2, "Limit", "Greatest length.", minimum=1, advanced=True),
)
NAMES = [p.name for p in PARAMS]


@pytest.fixture
def form(qtbot) -> ParameterForm:
    made = ParameterForm()
    qtbot.addWidget(made)
    made.set_values(PARAMS, {}, subject="first")
    made.resize(320, 400)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


def seen(form: ParameterForm) -> list[str]:
    """The parameters that can be seen, from top to bottom."""
    shown = [n for n in NAMES if form.field(n).isVisible()]
    return sorted(shown, key=lambda n: form.field(n).y())


def click(qtbot, form: ParameterForm) -> None:
    qtbot.mouseClick(form.disclosure, Qt.MouseButton.LeftButton)


def key(qtbot, form: ParameterForm, key: Qt.Key) -> None:
    form.disclosure.setFocus()
    qtbot.keyClick(form.disclosure, key)


def test_a_click_unfolds_and_folds(qtbot, form) -> None:
    assert seen(form) == ["units", "bias"]
    assert form.disclosure.text() == "Advanced"
    height = form.sizeHint().height()
    click(qtbot, form)
    assert seen(form) == ["units", "bias", "l2", "limit"]
    assert form.sizeHint().height() > height
    click(qtbot, form)
    assert seen(form) == ["units", "bias"]
    assert form.sizeHint().height() == height


@pytest.mark.parametrize(
    ("unfold", "fold"),
    [
        (Qt.Key.Key_Space, Qt.Key.Key_Space),
        (Qt.Key.Key_Return, Qt.Key.Key_Enter),
        (Qt.Key.Key_Right, Qt.Key.Key_Left),
    ],
)
def test_keys_unfold_and_fold(qtbot, form, unfold, fold) -> None:
    key(qtbot, form, unfold)
    assert "l2" in seen(form)
    if unfold == Qt.Key.Key_Right:
        key(qtbot, form, unfold)
        assert "l2" in seen(form)
    key(qtbot, form, fold)
    assert "l2" not in seen(form)
    assert form.disclosure.hasFocus()


def test_tab_goes_through_what_can_be_seen(qtbot, form) -> None:
    def walk() -> list[object]:
        form.field("units").editor.setFocus()
        found = []
        for _ in range(6):
            focused = QApplication.focusWidget()
            if focused in found:
                break
            found.append(focused)
            qtbot.keyClick(focused, Qt.Key.Key_Tab)
        return found

    usual = [form.field(n).editor for n in ("units", "bias")]
    assert walk() == [*usual, form.disclosure]
    click(qtbot, form)
    assert walk() == [*usual, form.disclosure, form.field("l2").editor, form.field("limit").editor]


def test_what_a_person_chose_holds_for_what_is_shown_next(qtbot, form) -> None:
    click(qtbot, form)
    form.set_values(PARAMS, {"units": 3}, subject="second")
    assert "l2" in seen(form)
    form.set_values(PARAMS[:1], {}, subject="third")
    assert not form.disclosure.isVisible()
    form.set_values(PARAMS, {}, subject="fourth")
    assert "l2" in seen(form)
    click(qtbot, form)
    form.set_values(PARAMS, {}, subject="first")
    assert "l2" not in seen(form)


def test_what_is_set_unfolds_by_itself(qtbot, form) -> None:
    form.set_values(PARAMS, {"l2": 0.1}, subject="second")
    assert "l2" in seen(form)
    assert form.disclosure.text() == "Advanced (1 set)"
    form.set_values(PARAMS, {}, subject="first")
    assert "l2" not in seen(form)
    # Undo may set it while the same thing is shown.
    form.set_values(PARAMS, {"l2": SEVERAL, "limit": 5}, subject="first")
    assert "l2" in seen(form)
    assert form.disclosure.text() == "Advanced (2 set)"


def test_a_fault_unfolds_by_itself(form) -> None:
    form.set_values(PARAMS, {}, {"limit": "Limit is too small"}, subject="first")
    assert form.field("limit").isVisible()
    assert form.message("limit") == "Limit is too small"


def test_a_person_may_fold_what_is_set(qtbot, form) -> None:
    form.set_values(PARAMS, {"l2": 0.1}, {"l2": "L2 is odd"}, subject="second")
    click(qtbot, form)
    assert seen(form) == ["units", "bias"]
    assert form.message("l2") == ""
    form.set_values(PARAMS, {"l2": 0.1, "units": 3}, {"l2": "L2 is odd"}, subject="second")
    assert seen(form) == ["units", "bias"]
    assert form.disclosure.text() == "Advanced (1 set)"
    click(qtbot, form)
    assert form.message("l2") == "L2 is odd"


def test_setting_an_advanced_parameter_back_leaves_it_unfolded(qtbot, form) -> None:
    heard = []
    form.changed.connect(lambda name, value: heard.append((name, value)))
    form.set_values(PARAMS, {"limit": 3}, subject="second")
    spin = form.field("limit").editor
    assert isinstance(spin, QSpinBox)
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Down)
    assert heard == [("limit", 2)]
    form.set_values(PARAMS, {"limit": 2}, subject="second")
    assert "limit" in seen(form)
    assert spin.hasFocus()
    assert form.disclosure.text() == "Advanced"


def test_typed_text_outlives_a_fold(qtbot, form) -> None:
    click(qtbot, form)
    line = form.field("l2").editor
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "-1")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert form.message("l2") == "L2 must be at least 0, not -1"
    click(qtbot, form)
    click(qtbot, form)
    assert (line.text(), form.message("l2")) == ("-1", "L2 must be at least 0, not -1")


def test_screen_readers_hear_what_it_does(qtbot, form) -> None:
    assert form.disclosure.accessibleName() == "Advanced"
    assert form.disclosure.accessibleDescription() == "Closed. Show parameters that few need."
    assert form.disclosure.toolTip() == "Show parameters that few need."
    click(qtbot, form)
    assert form.disclosure.accessibleDescription() == "Open. Hide parameters that few need."
    assert form.field("l2").editor.toolTip() == "Pulls weights to zero."


def test_the_first_editor_is_what_unfolds_it(qtbot, form) -> None:
    form.set_values(PARAMS[1:2], {}, subject="second")
    assert form.first_editor() is form.disclosure
    click(qtbot, form)
    assert form.first_editor() is form.field("l2").editor
