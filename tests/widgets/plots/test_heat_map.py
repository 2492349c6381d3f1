"""Cells have the colour of their value, on the scale that the bar tells."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPainter
from pytestqt.qtbot import QtBot

from widgets.pictures.colormaps import table
from widgets.plots.heat_map import HeatMap
from widgets.theme import dark


@pytest.fixture
def shown(qtbot: QtBot) -> HeatMap:
    made = HeatMap()
    qtbot.addWidget(made)
    made.resize(500, 200)
    values = np.array([[1e-4, 1e-2, 1.0], [0.0, np.nan, -1e-2], [np.inf, 1e-12, 1e-3]])
    made.set_values(["first", "second", "third"], [10, 20, 30], values, notes={(0, 0): "vanishing"})
    return made


def color(index: int) -> QColor:
    return QColor(*(int(c) for c in table("viridis")[index]))


def test_colours_are_logarithmic_and_by_magnitude(shown: HeatMap) -> None:
    assert shown.limits() == pytest.approx((1e-9, 1.0))
    assert shown.color_at(0, 2) == color(255)
    # A hundredth is 7 of the 9 decades above the bottom.
    assert shown.color_at(0, 1) == color(round(7 / 9 * 255)) == shown.color_at(1, 2)
    # What is 0 or below the scale has its lowest colour.
    assert shown.color_at(1, 0) == shown.color_at(2, 1) == color(0)
    assert shown.color_at(1, 1) == QColor(dark().base)
    assert shown.color_at(2, 0) == QColor(dark().error)


def test_shares_are_linear(shown: HeatMap) -> None:
    shown.set_values(["one"], [1, 2, 3], np.array([[0.0, 0.5, 1.0]]), log=False)
    assert shown.limits() == (0, 1)
    assert [shown.color_at(0, c) for c in range(3)] == [color(0), color(128), color(255)]


def test_values_that_hardly_differ_have_like_colours(shown: HeatMap) -> None:
    shown.set_values(["one"], [1, 2], np.array([[0.5, 0.6]]))
    low, high = shown.limits()
    assert high / low == pytest.approx(10)
    assert low * high == pytest.approx(0.5 * 0.6)


def test_the_cell_under_the_mouse_is_read_out(shown: HeatMap) -> None:
    assert shown.describe(shown.cell_rect(0, 0).center()) == "first, step 10: 0.0001\nvanishing"
    assert shown.describe(shown.cell_rect(1, 2).center()) == "second, step 30: -0.01"
    assert shown.describe(shown.cell_rect(1, 1).center()) == "second, step 20: no value"
    assert shown.describe(shown.cell_rect(0, 0).topLeft() / 4) == ""


def test_the_picture_has_the_cells_and_the_frame_of_the_moment(shown: HeatMap) -> None:
    before = shown.grab().toImage()
    cell = shown.cell_rect(0, 2).center().toPoint()
    assert before.pixelColor(cell).name() == color(255).name()
    shown.set_moment(25)
    edge = shown.cell_rect(1, 1).topLeft().toPoint()
    assert shown.grab().toImage().pixelColor(edge).name() == dark().accent
    with pytest.raises(ValueError, match="2 rows and 1 steps"):
        shown.set_values(["one", "other"], [1], np.zeros((1, 1)))


def test_a_name_that_has_room_is_whole(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made = HeatMap()
    qtbot.addWidget(made)
    made.resize(700, 200)
    # Of several some are wider than their rounded advance, whatever the typeface.
    names = ["logits", "stem", "norm_1", "stage_1/conv_1", "stage_1/norm_1", "dense_2", "hidden"]
    written: list[str] = []
    real = QPainter.drawText

    def noted(painter: QPainter, *given: object) -> object:
        written.append(str(given[-1]))
        return real(painter, *given)

    monkeypatch.setattr(QPainter, "drawText", noted)
    for name in names:
        made.set_values([name], [1, 2], np.ones((1, 2)))
        made.grab()
    assert set(names) <= set(written)
