"""Smoothing, the mark of a moment, and curves of one point."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from widgets.plots.curves import CurvePlot
from widgets.plots.smoothing import smoothed


@pytest.fixture
def plot(qtbot: QtBot) -> CurvePlot:
    made = CurvePlot("Loss")
    qtbot.addWidget(made)
    made.resize(420, 260)
    return made


def drawn(plot: CurvePlot) -> list[pg.PlotDataItem]:
    return plot.findChild(pg.PlotWidget).getPlotItem().listDataItems()


def test_a_curve_of_one_point_is_seen_and_loses_its_mark(plot: CurvePlot) -> None:
    plot.append("train", 0, 1)
    plot.redraw()
    assert drawn(plot)[0].opts["symbol"] == "o"
    plot.append("train", 1, 2)
    plot.redraw()
    assert drawn(plot)[0].opts["symbol"] is None


def test_smoothed_curves_have_the_others_behind_them(plot: CurvePlot) -> None:
    values = np.array([4.0, 2.0, 3.0, 1.0])
    plot.set_series("train", range(4), values)
    plot.set_smoothing(0.6)
    front, behind = drawn(plot)
    np.testing.assert_allclose(front.getOriginalDataset()[1], smoothed(values, 0.6))
    np.testing.assert_array_equal(behind.getOriginalDataset()[1], values)
    assert behind.zValue() < front.zValue()
    np.testing.assert_array_equal(plot.points("train")[1], values)
    plot.append("train", 4, 5.0)
    plot.redraw()
    assert len(drawn(plot)[1].getOriginalDataset()[1]) == 5
    plot.set_smoothing(0.0)
    (only,) = drawn(plot)
    assert only.getOriginalDataset()[1][-1] == 5.0


def test_numbers_of_a_logarithmic_axis_do_not_touch(plot: CurvePlot) -> None:
    plot.resize(300, 150)
    plot.set_series("train", [0, 1, 2], [2.0, 0.3, 0.05])
    plot.log_action.trigger()
    plot.show()
    plot.grab()
    axis = plot.findChild(pg.PlotWidget).getAxis("left")
    image = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    _, _, texts = axis.generateDrawSpecs(painter)
    painter.end()
    rects = sorted((rect.top(), rect.bottom()) for rect, _, text in texts if text)
    assert rects
    assert all(above[1] <= below[0] for above, below in pairwise(rects))


def test_a_moment_is_marked_and_does_not_widen_the_view(plot: CurvePlot) -> None:
    plot.set_series("train", [0, 1], [1.0, 2.0])
    plot.redraw()
    assert plot.moment() is None
    plot.set_moment(40.0)
    plot.grab()
    assert plot.moment() == 40.0
    assert plot.findChild(pg.PlotWidget).getViewBox().viewRange()[0][1] < 2
    plot.set_moment(None)
    assert plot.moment() is None
