"""Problems are shown in words, counted, entered and mended."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from tests.widgets.showing import on_screen
from widgets.problem_list import EMPTY_TEXT, ProblemList, ProblemRow
from widgets.theme import light

PROBLEMS = [
    ProblemRow("error", "n1", "Dense 1", "The input is an image.", "Add Flatten.", "Insert"),
    ProblemRow("error", "n2", "Target", "Nothing is wired to it."),
    ProblemRow("warning", "n3", "Dropout", "The rate is high.", "", "Use 0.5"),
]


@pytest.fixture
def shown(qtbot) -> ProblemList:
    return on_screen(qtbot, ProblemList(), 400, 300)


def texts(widget) -> list[str]:
    return [t.text() for t in widget.findChildren(QLabel) if t.text() and not t.isHidden()]


def test_empty_list_says_so(shown) -> None:
    assert texts(shown) == [EMPTY_TEXT]
    assert shown.summary == "No problems"


def test_rows_say_where_what_and_what_to_do(shown) -> None:
    shown.set_problems(PROBLEMS)
    assert texts(shown.row(0)) == ["Dense 1", "The input is an image.", "Add Flatten."]
    assert shown.row(1).accessibleName() == "Error in Target: Nothing is wired to it."
    assert shown.summary == "2 errors, 1 warning"
    shown.set_problems(PROBLEMS[2:])
    assert shown.summary == "1 warning"


def test_click_and_enter_lead_to_the_node(qtbot, shown) -> None:
    shown.set_problems(PROBLEMS)
    qtbot.waitUntil(shown.row(2).isVisible)
    heard: list[str] = []
    shown.activated.connect(heard.append)
    qtbot.mouseClick(shown.row(1), Qt.MouseButton.LeftButton)
    qtbot.keyClick(shown.row(2), Qt.Key.Key_Return)
    assert heard == ["n2", "n3"]


def test_arrow_keys_move_the_focus(qtbot, shown) -> None:
    shown.set_problems(PROBLEMS)
    qtbot.waitUntil(shown.row(1).isVisible)
    shown.activateWindow()
    shown.row(0).setFocus()
    qtbot.keyClick(shown.row(0), Qt.Key.Key_Down)
    assert shown.focusWidget() is shown.row(1)
    qtbot.keyClick(shown.row(1), Qt.Key.Key_Up)
    assert shown.focusWidget() is shown.row(0)


def test_fix_asks_for_its_problem_only(qtbot, shown) -> None:
    shown.set_problems(PROBLEMS)
    qtbot.waitUntil(shown.row(2).isVisible)
    heard: list[int] = []
    activated: list[str] = []
    shown.fix_requested.connect(heard.append)
    shown.activated.connect(activated.append)
    buttons = [b for b in shown.findChildren(QPushButton) if not b.isHidden()]
    assert [b.text() for b in buttons] == ["Insert", "Use 0.5"]
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert heard == [2]
    assert activated == []


def test_the_same_problems_again_keep_the_rows(shown) -> None:
    shown.set_problems(PROBLEMS)
    row = shown.row(0)
    shown.set_problems(list(PROBLEMS))
    assert shown.row(0) is row
    shown.set_theme(light())
    assert shown.problems() == PROBLEMS


def test_very_many_problems_are_cut_and_counted(shown) -> None:
    shown.set_problems([ProblemRow("error", str(i), "N", "bad") for i in range(130)])
    assert shown.summary == "130 errors"
    assert "and 30 more" in texts(shown)
