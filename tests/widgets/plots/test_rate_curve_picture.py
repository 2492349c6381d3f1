"""The small picture of the learning rate: its axes, its scale and what is drawn."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from tests.widgets.showing import on_screen
from widgets.plots.rate_curve import RateCurve
from widgets.plots.ticks import decades, is_steep, tick_text, ticks
from widgets.theme import Theme, dark, light


@given(st.floats(0, 1e3), st.floats(1e-6, 1e4), st.integers(2, 8))
def test_ticks_are_round_and_few(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    assert len(found) <= most + 1
    assert all(low - span * 1e-6 <= t <= low + span * (1 + 1e-6) for t in found)
    for one, other in pairwise(found):
        step = other - one
        leading = step / 10 ** math.floor(math.log10(step) + 1e-9)
        assert min(abs(leading - nice) for nice in (1, 2, 5, 10)) < 1e-3


def test_ticks_of_a_training() -> None:
    assert ticks(0, 20, 5) == [0, 5, 10, 15, 20]
    assert decades(1e-6, 0.12) == pytest.approx([1e-6, 1e-4, 1e-2])
    assert [tick_text(v) for v in (0.0, 0.05, 0.0005, 2e-5, 1000.0)] == [
        *("0", "0.05", "0.0005", "2e-5", "1000")
    ]


def test_what_falls_far_is_steep() -> None:
    assert is_steep([1.0] * 10 + [0.1] * 10 + [0.01] * 10)
    assert not is_steep([0.5 * (1 + math.cos(math.pi * n / 100)) for n in range(101)])
    assert not is_steep([n / 100 for n in range(101)])
    assert not is_steep([0.0] * 10)


@pytest.fixture
def curve(qtbot: QtBot) -> RateCurve:
    return on_screen(qtbot, RateCurve(), 300, 150)


def rows_of(curve: RateCurve, x: int, color: QColor) -> list[int]:
    """The rows in which a column of the picture has (nearly) the colour."""
    image = curve.grab().toImage()
    return [y for y in range(image.height()) if near(image.pixelColor(x, y), color)]


def near(one: QColor, other: QColor) -> bool:
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return max(abs(a - b) for a, b in parts) < 60


@pytest.mark.parametrize("theme", [dark(), light()], ids=["dark", "light"])
def test_the_line_falls_where_the_rate_does(curve: RateCurve, theme: Theme) -> None:
    curve.set_theme(theme)
    curve.set_points([(0.0, 0.1), (10.0, 0.1), (10.01, 0.02), (20.0, 0.02)])
    color = QColor(theme.curve_colors[0])
    early, late = rows_of(curve, 90, color), rows_of(curve, 270, color)
    assert early
    assert late
    assert max(early) < min(late) - 50


def test_a_rate_of_nothing_is_drawn(curve: RateCurve) -> None:
    curve.set_points([(0.0, 0.0), (1.0, 0.0)])
    assert rows_of(curve, 150, QColor(dark().curve_colors[0]))
    assert curve.spoken() == "From 0, highest 0 at epoch 0, to 0 at epoch 1."


def test_the_rate_under_the_mouse_is_told(qtbot: QtBot, curve: RateCurve) -> None:
    curve.set_points([(n / 10, 0.1) for n in range(101)])
    qtbot.mouseMove(curve, QPoint(150, 60))
    qtbot.waitUntil(lambda: QToolTip.text().endswith(": 0.1"))
    assert QToolTip.text().startswith("Epoch ")
