"""People type, tick and step; the form emits what is valid, once, and says what is not."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QSpinBox,
)

from core.params import Param
from widgets.parameter_fields import PathField, format_value
from widgets.parameter_form import ParameterForm

PARAMS = (
    Param("units", "int", 64, "Units", "Number of outputs.", minimum=1),
    Param("rate", "float", 0.001, "Learning rate", "Step size.", minimum=0),
    Param("bias", "bool", True, "Bias", "Add a bias."),
    Param("padding", "choice", "same", "Padding", "Edges.", choices=("same", "valid")),
    Param("shape", "ints", (8, 8, 1), "Shape", "Height, width, channels.", minimum=1),
    Param("weights", "floats", (1.0, 0.5), "Class weights", "One a class.", minimum=0),
    Param("note", "text", "", "Note", "Free text."),
    Param("file", "path", "", "File", "A file."),
    Param("target", "column", "", "Target", "The column to learn."),
    Param("inputs", "names", (), "Inputs", "Columns."),
    Param("seed", "int", 0, "Seed", "Random seed.", minimum=0, maximum=2**63),
)
COLUMNS = {"target": ["a", "b"], "inputs": ["a", "b", "c"]}


class Heard(list):
    """The changes that a form emitted."""

    def __init__(self, form: ParameterForm) -> None:
        super().__init__()
        form.changed.connect(lambda name, value: self.append((name, value)))


@pytest.fixture
def form(qtbot) -> ParameterForm:
    made = ParameterForm()
    qtbot.addWidget(made)
    made.set_values(PARAMS, {}, options=COLUMNS)
    made.resize(320, 500)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


@pytest.fixture
def heard(form) -> Heard:
    return Heard(form)


def editor(form: ParameterForm, name: str, kind: type):
    found = form.field(name).editor
    assert isinstance(found, kind)
    return found


def retype(qtbot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


def wheel(widget) -> QWheelEvent:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


def test_showing_values_emits_nothing(qtbot, form, heard) -> None:
    form.set_values(PARAMS, {"units": 3, "rate": 2.0, "bias": False, "inputs": ("b",)})
    form.set_values(PARAMS, {"units": 5, "target": "b", "padding": "valid"}, options=COLUMNS)
    assert heard == []
    assert editor(form, "units", QSpinBox).value() == 5
    assert editor(form, "padding", QComboBox).currentText() == "valid"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"),
        (1e-5, "1e-5"),
        (2.5e-7, "2.5e-7"),
        (1.0, "1"),
        (1e22, "1e22"),
        (-0.25, "-0.25"),
    ],
)
def test_numbers_are_written_as_people_type_them(value: float, text: str) -> None:
    assert format_value(value) == text
    assert float(text) == value


def test_enter_commits_once(qtbot, form, heard) -> None:
    line = editor(form, "rate", QLineEdit)
    assert line.text() == "0.001"
    retype(qtbot, line, "3e-4")
    assert heard == []
    qtbot.keyClick(line, Qt.Key.Key_Return)
    editor(form, "note", QLineEdit).setFocus()
    assert heard == [("rate", 3e-4)]


def test_leaving_the_field_commits_once(qtbot, form, heard) -> None:
    retype(qtbot, editor(form, "shape", QLineEdit), "28,28,3")
    editor(form, "note", QLineEdit).setFocus()
    assert heard == [("shape", (28, 28, 3))]
    assert editor(form, "shape", QLineEdit).text() == "28, 28, 3"


def test_a_list_of_numbers_is_typed_with_commas(qtbot, form, heard) -> None:
    line = editor(form, "weights", QLineEdit)
    assert line.text() == "1, 0.5"
    retype(qtbot, line, "2,.25, 1e-3")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == [("weights", (2.0, 0.25, 0.001))]
    assert line.text() == "2, 0.25, 0.001"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("weights", "1, x", "Class weights must be numbers with commas between them, not '1, x'"),
        ("weights", "1, -1", "Class weights must be at least 0, not -1"),
        ("rate", "fast", "Learning rate must be a number, not 'fast'"),
        ("rate", "-1", "Learning rate must be at least 0, not -1"),
        ("shape", "8, x", "Shape must be whole numbers with commas between them, not '8, x'"),
        ("shape", "8, 0", "Shape must be at least 1, not 0"),
    ],
)
def test_invalid_text_stays_and_is_explained(qtbot, form, heard, name, text, message) -> None:
    line = editor(form, name, QLineEdit)
    retype(qtbot, line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == []
    assert form.message(name) == message
    assert line.text() == text
    assert line.property("invalid") is True
    form.set_values(PARAMS, {}, options=COLUMNS)
    assert (line.text(), form.message(name)) == (text, message)


def test_message_goes_as_soon_as_the_text_is_right(qtbot, form, heard) -> None:
    line = editor(form, "rate", QLineEdit)
    retype(qtbot, line, "1e")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert form.message("rate")
    qtbot.keyClicks(line, "-2")
    assert form.message("rate") == ""
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == [("rate", 0.01)]


def test_escape_gives_up_what_was_typed(qtbot, form, heard) -> None:
    line = editor(form, "rate", QLineEdit)
    retype(qtbot, line, "bad")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert (line.text(), form.message("rate"), heard) == ("0.001", "", [])


def test_spin_check_and_choice_count_at_once(qtbot, form, heard) -> None:
    spin = editor(form, "units", QSpinBox)
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    editor(form, "bias", QCheckBox).click()
    combo = editor(form, "padding", QComboBox)
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert heard == [("units", 65), ("bias", False), ("padding", "valid")]


def test_digits_typed_into_a_spin_box_count_on_enter(qtbot, form, heard) -> None:
    spin = editor(form, "units", QSpinBox)
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "128")
    assert heard == []
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert heard == [("units", 128)]


def test_wheel_over_a_field_without_focus_changes_nothing(qtbot, form, heard) -> None:
    editor(form, "note", QLineEdit).setFocus()
    for name in ("units", "padding", "target"):
        assert not wheel(form.field(name).editor).isAccepted()
    assert heard == []
    spin = editor(form, "units", QSpinBox)
    spin.setFocus()
    wheel(spin)
    assert heard == [("units", 65)]


def test_refresh_keeps_focus_cursor_and_unfinished_text(qtbot, form, heard) -> None:
    line = editor(form, "note", QLineEdit)
    retype(qtbot, line, "half a wor")
    qtbot.keyClick(line, Qt.Key.Key_Left)
    form.set_values(PARAMS, {"units": 7}, options=COLUMNS)
    assert QApplication.focusWidget() is line
    assert (line.text(), line.cursorPosition()) == ("half a wor", 9)
    assert editor(form, "units", QSpinBox).value() == 7
    form.set_values(PARAMS, {"note": "undone"}, options=COLUMNS)
    assert line.text() == "undone"


def test_another_subject_drops_unfinished_text(qtbot, form) -> None:
    form.set_values(PARAMS, {}, options=COLUMNS, subject="node 1")
    line = editor(form, "rate", QLineEdit)
    retype(qtbot, line, "bad")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    form.set_values(PARAMS, {}, options=COLUMNS, subject="node 2")
    assert (line.text(), form.message("rate")) == ("0.001", "")


def test_faults_from_outside_are_shown_and_go(form) -> None:
    form.set_values(PARAMS, {"units": -3}, {"units": "Units must be at least 1"}, COLUMNS)
    assert form.message("units") == "Units must be at least 1"
    assert editor(form, "units", QSpinBox).value() == -3
    form.set_values(PARAMS, {"units": 3}, {}, COLUMNS)
    assert form.message("units") == ""


def test_stepping_inside_faulty_values_is_refused(qtbot, form, heard) -> None:
    form.set_values(PARAMS, {"units": -3}, {}, COLUMNS)
    spin = editor(form, "units", QSpinBox)
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    assert heard == []
    assert form.message("units") == "Units must be at least 1, not -2"


def test_columns_can_be_chosen_or_typed(qtbot, form, heard) -> None:
    combo = editor(form, "target", QComboBox)
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    chosen = combo.currentText()
    assert heard == [("target", chosen)]
    assert chosen in COLUMNS["target"]
    retype(qtbot, combo.lineEdit(), "other")
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    assert heard[1:] == [("target", "other")]
    retype(qtbot, combo.lineEdit(), "b")
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    assert heard[2:] == [("target", "b")]


def test_new_columns_leave_the_chosen_one(qtbot, form, heard) -> None:
    form.set_values(PARAMS, {"target": "b"}, options=COLUMNS)
    form.set_values(PARAMS, {"target": "b"}, options={"target": ["x", "y"], "inputs": ["a"]})
    combo = editor(form, "target", QComboBox)
    assert combo.currentText() == "b"
    assert [combo.itemText(i) for i in range(combo.count())] == ["x", "y"]
    assert heard == []


def test_names_are_ticked(qtbot, form, heard) -> None:
    names = editor(form, "inputs", QListWidget)
    names.setFocus()
    names.setCurrentRow(2)
    qtbot.keyClick(names, Qt.Key.Key_Space)
    names.setCurrentRow(0)
    qtbot.keyClick(names, Qt.Key.Key_Space)
    assert heard == [("inputs", ("c",)), ("inputs", ("a", "c"))]


def test_chosen_names_that_are_not_offered_are_kept(qtbot, form, heard) -> None:
    form.set_values(PARAMS, {"inputs": ("gone",)}, options=COLUMNS)
    names = editor(form, "inputs", QListWidget)
    names.setCurrentRow(0)
    qtbot.keyClick(names, Qt.Key.Key_Space)
    assert heard == [("inputs", ("a", "gone"))]


def test_names_without_options_are_typed(qtbot, form, heard) -> None:
    form.set_values(PARAMS, {})
    line = editor(form, "inputs", QLineEdit)
    retype(qtbot, line, "x, y")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == [("inputs", ("x", "y"))]


def test_browse_fills_the_path(qtbot, form, heard, monkeypatch) -> None:
    asked = []

    def choose(parent, title: str, start: str) -> tuple[str, str]:
        asked.append(title)
        return "/data/iris.csv", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    field = form.field("file")
    assert isinstance(field, PathField)
    field.browse.click()
    assert asked == ["Choose File"]
    assert heard == [("file", "/data/iris.csv")]
    assert editor(form, "file", QLineEdit).text() == "/data/iris.csv"


def test_whole_numbers_beyond_a_spin_box_are_typed(qtbot, form, heard) -> None:
    line = editor(form, "seed", QLineEdit)
    retype(qtbot, line, str(2**40))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == []
    assert str(2**40) in form.message("seed")
    retype(qtbot, line, str(2**31 - 1))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == [("seed", 2**31 - 1)]


def test_undo_is_local_only_while_typing(qtbot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    form = ParameterForm()
    form.set_values(PARAMS, {})
    window.setCentralWidget(form)
    undone = []
    action = QAction("Undo", window)
    action.setShortcut(QKeySequence.StandardKey.Undo)
    action.triggered.connect(lambda: undone.append(1))
    window.addAction(action)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    line = editor(form, "note", QLineEdit)
    retype(qtbot, line, "abc")
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, line.text()) == ([], "")
    qtbot.keyClicks(line, "abc")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, line.text()) == ([1], "abc")


def test_fields_are_named_for_screen_readers_and_labels_lead_to_them(form) -> None:
    labels = {label.text(): label for label in form.findChildren(QLabel) if label.buddy()}
    for param in PARAMS:
        field = form.field(param.name)
        assert field.editor.accessibleName() == param.label
        assert labels[param.label].buddy() is field.editor
        assert labels[param.label].toolTip() == param.help


def test_another_structure_builds_other_fields(qtbot, form, heard) -> None:
    form.set_values(PARAMS[:1], {"units": 2})
    with pytest.raises(KeyError):
        form.field("rate")
    form.set_values((), {})

    def texts() -> list[str]:
        return [label.text() for label in form.findChildren(QLabel) if label.isVisible()]

    qtbot.waitUntil(lambda: texts() == ["Nothing to set here."])
    assert heard == []
