"""Long curves are drawn with few points, and look as if all of them were."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.plots.curves import CurvePlot
from widgets.plots.thinning import seen_part, thinned

MANY = 100_000


def test_few_points_stay_all() -> None:
    x, y = np.arange(9.0), np.arange(9.0) ** 2
    assert thinned(x, y, 9) == (x, y)


def test_each_stretch_keeps_its_lowest_and_its_highest() -> None:
    rng = np.random.default_rng(0)
    x, y = np.arange(float(MANY)), rng.normal(size=MANY)
    y[77_777], y[12_345] = 50, -50
    near, kept = thinned(x, y, 300)
    assert 200 < len(near) <= 300
    assert (np.diff(near) >= 0).all()
    assert (near[0], near[-1]) == (0, MANY - 1)
    np.testing.assert_array_equal(kept, y[near.astype(int)])
    assert (near[kept.argmax()], near[kept.argmin()]) == (77_777, 12_345)


def test_a_gap_of_many_points_stays_a_gap() -> None:
    x, y = np.arange(1000.0), np.ones(1000)
    y[400:600] = np.nan
    y[10] = np.nan
    near, kept = thinned(x, y, 100)
    holes = near[np.isnan(kept)]
    assert len(holes) >= 10
    assert holes.min() >= 400
    assert holes.max() < 600


def test_what_is_seen_has_a_neighbour_at_either_side() -> None:
    x = np.arange(10.0)
    assert x[seen_part(x, 2.5, 5.5)].tolist() == [2, 3, 4, 5, 6]
    assert x[seen_part(x, -3, 99)].tolist() == x.tolist()


def test_a_curve_of_many_points_draws_few_and_all_of_them_from_near(qtbot: QtBot) -> None:
    plot = CurvePlot("Loss")
    qtbot.addWidget(plot)
    plot.resize(640, 300)
    with qtbot.waitExposed(plot):
        plot.show()
    x = np.arange(MANY) / 100
    plot.set_series("train", x, np.sin(x) + x / 500)
    plot.set_series("validation", x[::50], np.cos(x[::50]))
    plot.redraw()
    widget = plot.findChild(pg.PlotWidget)
    view = widget.getViewBox()
    train, validation = widget.getPlotItem().listDataItems()
    assert len(train.curve.xData) <= 2 * view.width()
    assert len(validation.scatter.data) <= 120
    assert len(plot.points("train")[0]) == MANY
    qtbot.waitUntil(lambda: view.viewRange()[0][1] > 999)
    middle = view.mapViewToScene(QPointF(500, 1.0))
    at = widget.mapFromScene(middle)

    def turn_wheel() -> bool:
        none = Qt.MouseButton.NoButton
        plain, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        place = QPointF(widget.viewport().mapToGlobal(at))
        way = QPoint(0, 1200)
        event = QWheelEvent(QPointF(at), place, QPoint(), way, none, plain, phase, False)
        QApplication.sendEvent(widget.viewport(), event)
        left, right = view.viewRange()[0]
        return bool(right - left < 1)

    qtbot.waitUntil(turn_wheel)
    left, right = view.viewRange()[0]
    inside = x[(x > left) & (x < right)]
    qtbot.waitUntil(lambda: set(inside) <= set(train.curve.xData))
    assert len(train.curve.xData) <= len(inside) + 2
    plot.fit_action.trigger()
    qtbot.waitUntil(lambda: view.viewRange()[0][1] > 999)
    assert train.curve.xData[-1] == x[-1]
