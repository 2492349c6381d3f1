"""Fields that stand for several values show none of them, and a person's value replaces all."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QListWidget, QSpinBox
from pytestqt.qtbot import QtBot

from core.params import Param
from tests.widgets.test_parameter_form import COLUMNS, PARAMS, Heard, editor, retype, wheel
from widgets.field import SEVERAL
from widgets.parameter_form import ParameterForm

ALL = {p.name: SEVERAL for p in PARAMS}


@pytest.fixture
def form(qtbot: QtBot) -> ParameterForm:
    made = ParameterForm()
    qtbot.addWidget(made)
    made.set_values(PARAMS, ALL, options=COLUMNS)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


@pytest.fixture
def heard(form: ParameterForm) -> Heard:
    return Heard(form)


def test_no_field_shows_a_value(form: ParameterForm) -> None:
    units = editor(form, "units", QSpinBox)
    assert (units.text(), units.lineEdit().placeholderText()) == ("", "several values")
    for name in ("rate", "shape", "note", "file"):
        line = editor(form, name, QLineEdit)
        assert (line.text(), line.placeholderText()) == ("", "several values")
    bias = editor(form, "bias", QCheckBox)
    assert bias.checkState() == Qt.CheckState.PartiallyChecked
    assert bias.text() == "several values"
    padding = editor(form, "padding", QComboBox)
    assert (padding.currentText(), padding.placeholderText()) == ("", "several values")
    target = editor(form, "target", QComboBox)
    assert (target.currentText(), target.lineEdit().placeholderText()) == ("", "several values")
    names = editor(form, "inputs", QListWidget)
    ticks = {names.item(i).checkState() for i in range(names.count())}
    assert ticks == {Qt.CheckState.PartiallyChecked}


def test_walking_through_the_fields_changes_nothing(
    qtbot: QtBot, form: ParameterForm, heard: Heard
) -> None:
    for param in PARAMS:
        field = form.field(param.name).editor
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_Tab)
    for name in ("units", "padding"):
        form.setFocus()
        wheel(form.field(name).editor)
    assert heard == []
    assert editor(form, "units", QSpinBox).text() == ""


def test_a_number_is_typed_over_several(qtbot: QtBot, form: ParameterForm, heard: Heard) -> None:
    units = editor(form, "units", QSpinBox)
    units.setFocus()
    qtbot.keyClicks(units, "48")
    qtbot.keyClick(units, Qt.Key.Key_Return)
    assert heard == [("units", 48)]
    qtbot.keyClick(units, Qt.Key.Key_Up)
    assert heard == [("units", 48), ("units", 49)]


def test_steps_begin_at_the_lowest_number(qtbot: QtBot, form: ParameterForm, heard: Heard) -> None:
    units = editor(form, "units", QSpinBox)
    units.setFocus()
    qtbot.keyClick(units, Qt.Key.Key_Up)
    assert heard == [("units", 1)]
    qtbot.keyClick(units, Qt.Key.Key_Down)
    assert heard == [("units", 1)]
    assert units.text() == "1"


def test_several_may_return_and_a_low_number_may_follow(form: ParameterForm, heard: Heard) -> None:
    units = editor(form, "units", QSpinBox)
    for value, text in ((64, "64"), (SEVERAL, ""), (0, "0"), (SEVERAL, ""), (7, "7")):
        form.set_values(PARAMS, {**ALL, "units": value}, options=COLUMNS)
        assert units.text() == text
    assert heard == []


def test_a_click_ticks_and_the_next_one_clears(
    qtbot: QtBot, form: ParameterForm, heard: Heard
) -> None:
    bias = editor(form, "bias", QCheckBox)
    for _ in range(2):
        qtbot.keyClick(bias, Qt.Key.Key_Space)
    assert heard == [("bias", True), ("bias", False)]
    assert bias.text() == ""


def test_typed_text_is_taken_and_faulty_text_is_refused(
    qtbot: QtBot, form: ParameterForm, heard: Heard
) -> None:
    rate = editor(form, "rate", QLineEdit)
    retype(qtbot, rate, "-1")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert heard == []
    assert "at least 0" in form.message("rate")
    qtbot.keyClick(rate, Qt.Key.Key_Escape)
    assert (rate.text(), form.message("rate")) == ("", "")
    retype(qtbot, rate, "0.5")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert heard == [("rate", 0.5)]


def test_text_typed_and_taken_away_again_changes_nothing(
    qtbot: QtBot, form: ParameterForm, heard: Heard
) -> None:
    for line in (editor(form, "note", QLineEdit), editor(form, "target", QComboBox).lineEdit()):
        retype(qtbot, line, "a")
        qtbot.keyClick(line, Qt.Key.Key_Backspace)
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == []


def test_a_choice_and_names_replace_several(
    qtbot: QtBot, form: ParameterForm, heard: Heard
) -> None:
    padding = editor(form, "padding", QComboBox)
    padding.setFocus()
    qtbot.keyClick(padding, Qt.Key.Key_Down)
    names = editor(form, "inputs", QListWidget)
    names.setCurrentRow(1)
    qtbot.keyClick(names, Qt.Key.Key_Space)
    assert heard == [("padding", "same"), ("inputs", ("b",))]


def test_a_faulty_value_of_another_kind_gets_a_field_that_shows_it(
    qtbot: QtBot, form: ParameterForm
) -> None:
    units = Param("units", "int", 64, "Units", "Number of outputs.", minimum=1)
    form.set_values((units,), {"units": 3}, subject="good")
    form.set_values((units,), {"units": "many"}, subject="faulty")
    assert editor(form, "units", QLineEdit).text() == "many"
