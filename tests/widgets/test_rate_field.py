"""The field of the learning rate: what it shows, and what is a rate."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from widgets.rate_field import RateField


@pytest.fixture
def field(qtbot: QtBot) -> RateField:
    made = RateField()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.set_live(True)
    made.show_rate(0.001)
    return made


def typed(qtbot: QtBot, field: RateField, text: str) -> None:
    field.edit.setFocus()
    field.edit.selectAll()
    qtbot.keyClicks(field.edit, text)


def test_a_typed_rate_is_told_once(qtbot: QtBot, field: RateField) -> None:
    told: list[float] = []
    field.chosen.connect(told.append)
    typed(qtbot, field, "5e-4")
    assert told == []
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert told == [0.0005]
    assert field.edit.text() == "0.0005"


@pytest.mark.parametrize("text", ["", "fast", "0", "-0.1", "inf", "nan", "1,5"])
def test_what_is_no_rate_is_not_told(qtbot: QtBot, field: RateField, text: str) -> None:
    typed(qtbot, field, text or " ")
    with qtbot.assertNotEmitted(field.chosen):
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert field.edit.text() == "0.001"
    assert field.rate() == 0.001


def test_what_is_being_typed_is_not_overwritten_and_escape_gives_it_up(
    qtbot: QtBot, field: RateField
) -> None:
    typed(qtbot, field, "0.0")
    field.show_rate(0.0009)
    assert field.edit.text() == "0.0"
    qtbot.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "0.0009"


@pytest.mark.parametrize("rate", [0.0009997, 1.2345e-05, 1.234e-10, 0.1, 12345.0])
def test_every_rate_fits_the_field(field: RateField, rate: float) -> None:
    field.show_rate(rate)
    text = field.edit.text()
    assert float(text) == pytest.approx(rate, rel=1e-3)
    metrics = QFontMetrics(field.edit.font())
    assert metrics.horizontalAdvance(text) + 16 < field.edit.width()


def test_without_a_rate_it_is_empty(field: RateField) -> None:
    field.clear()
    assert field.edit.text() == ""
    assert math.isnan(field.rate())
