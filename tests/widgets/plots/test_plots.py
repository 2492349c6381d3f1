"""What is plotted is what was given."""

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QProgressBar

from tests.widgets.showing import on_screen
from widgets.plots.curves import EMPTY_TEXT, CurvePlot
from widgets.plots.look import Look
from widgets.plots.training_panel import TrainingPanel
from widgets.theme import dark, light


@pytest.fixture
def plot(qtbot) -> CurvePlot:
    return on_screen(qtbot, CurvePlot("Loss"), 420, 260)


def drawn(plot: CurvePlot) -> list[pg.PlotDataItem]:
    return plot.findChild(pg.PlotWidget).getPlotItem().listDataItems()


def visible_texts(plot: CurvePlot) -> str:
    return " ".join(t.text() for t in plot.findChildren(QLabel) if not t.isHidden())


def test_series_reach_the_screen(plot) -> None:
    plot.set_series("train", [0, 1, 2], [3.0, 2.0, 1.0])
    plot.redraw()
    x, y = drawn(plot)[0].getOriginalDataset()
    np.testing.assert_array_equal(x, [0, 1, 2])
    np.testing.assert_array_equal(y, [3, 2, 1])
    assert plot.names() == ["train"]


def test_appended_points_are_drawn_by_one_timer(qtbot, plot) -> None:
    for i in range(200):
        plot.append("train", i / 10, 1 / (i + 1))
    assert not drawn(plot)
    qtbot.waitUntil(lambda: len(drawn(plot)) == 1)
    x, y = plot.points("train")
    np.testing.assert_allclose(x, np.arange(200) / 10)
    np.testing.assert_allclose(y, 1 / np.arange(1, 201))
    np.testing.assert_array_equal(drawn(plot)[0].getOriginalDataset()[1], y)


def test_what_is_not_finite_is_a_gap(plot) -> None:
    plot.set_series("train", [0, 1, 2, 3, 4], [1.0, np.inf, np.nan, 2.0, 3.0])
    plot.redraw()
    path = drawn(plot)[0].curve.getPath()
    steps = [path.elementAt(i) for i in range(path.elementCount())]
    drawn_to = [(s.x, s.y) for s in steps if s.isLineTo() and s.x > 0]
    started_at = [(s.x, s.y) for s in steps if s.isMoveTo() and s.x > 0]
    assert (started_at, drawn_to) == ([(3.0, 2.0)], [(4.0, 3.0)])
    assert np.isfinite([(s.x, s.y) for s in steps]).all()


def test_logarithmic_scale(plot) -> None:
    plot.set_series("train", [0, 1, 2], [100.0, 0.0, 0.01])
    plot.log_action.trigger()
    y = drawn(plot)[0].getData()[1]
    np.testing.assert_allclose(y, [2, np.nan, -2])
    np.testing.assert_array_equal(plot.points("train")[1], [100, 0, 0.01])
    plot.log_action.trigger()
    np.testing.assert_allclose(drawn(plot)[0].getData()[1], [100, 0, 0.01])


def test_curves_fit_into_the_view(plot) -> None:
    plot.set_series("train", [0, 5], [10.0, 20.0])
    plot.redraw()
    plot.grab()
    (x0, x1), (y0, y1) = plot.findChild(pg.PlotWidget).getViewBox().viewRange()
    assert x0 <= 0 < 5 <= x1
    assert y0 <= 10 < 20 <= y1


def test_validation_has_markers_and_train_has_not(plot) -> None:
    plot.set_series("train", [0, 1], [1.0, 2.0])
    plot.set_series("validation", [0, 1], [1.0, 2.0])
    plot.redraw()
    train, validation = drawn(plot)
    assert train.opts["symbol"] is None
    assert validation.opts["symbol"] == "o"
    assert train.opts["pen"].color().rgb() != validation.opts["pen"].color().rgb()


def test_empty_text_until_there_are_points_and_after_clear(plot) -> None:
    assert EMPTY_TEXT in visible_texts(plot)
    plot.append("train", 0, 1)
    plot.redraw()
    assert EMPTY_TEXT not in visible_texts(plot)
    plot.clear()
    assert EMPTY_TEXT in visible_texts(plot)
    assert drawn(plot) == []
    assert plot.names() == []


def test_header_tells_the_last_value_and_the_one_under_the_mouse(qtbot, plot) -> None:
    plot.set_series("train", [0, 1, 2], [9.0, 5.0, 4.25])
    plot.redraw()
    assert "4.25" in visible_texts(plot)
    widget = plot.findChild(pg.PlotWidget)
    plot.grab()
    box = widget.getViewBox()
    where = box.mapViewToScene(QPointF(1.1, 5.0))
    widget.scene().sigMouseMoved.emit(where)
    text = visible_texts(plot)
    assert "Epoch 1.1" in text
    assert ">5<" in text
    widget.scene().sigMouseMoved.emit(QPointF(-50, -50))
    assert "4.25" in visible_texts(plot)


def test_theme_changes_ground_and_curves(plot) -> None:
    plot.set_series("train", [0, 1], [1.0, 2.0])
    for theme in (light(), dark()):
        plot.set_theme(theme)
        plot.redraw()
        assert plot.findChild(pg.PlotWidget).backgroundBrush().color().name() == theme.base
        assert drawn(plot)[0].opts["pen"].color().name() == theme.curve_colors[0]


def test_unequal_lengths_are_refused(plot) -> None:
    with pytest.raises(ValueError, match="2 x values and 1 y values"):
        plot.set_series("train", [0, 1], [1.0])
    with pytest.raises(KeyError):
        plot.points("nothing")


@pytest.fixture
def panel(qtbot) -> TrainingPanel:
    made = TrainingPanel()
    qtbot.addWidget(made)
    return made


def test_panel_shows_progress(panel) -> None:
    text = "epoch 3 of 30 · 12,300 samples/s · 14 s left"
    panel.set_progress(0.1, text)
    bar = panel.findChild(QProgressBar)
    assert bar.value() / bar.maximum() == pytest.approx(0.1)
    assert text in [label.text() for label in panel.findChildren(QLabel)]
    panel.set_progress(None, "compiling")
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    assert panel.progress() == (None, "compiling")
    panel.set_progress(7.0, "done")
    assert panel.progress() == (1.0, "done")


def test_panel_names_its_metric_and_clears(panel) -> None:
    panel.set_metrics(("accuracy",), "accuracy")
    assert panel.metric_plot.accessibleName() == "Accuracy"
    panel.loss_plot.append("train", 0, 1)
    panel.metric_plot.append("train", 0, 1)
    panel.clear()
    assert panel.loss_plot.names() == panel.metric_plot.names() == []


def test_context_menu_actions_are_reachable(plot) -> None:
    assert plot.contextMenuPolicy() == Qt.ContextMenuPolicy.DefaultContextMenu
    assert plot.fit_action.text() == "Show all"
    assert plot.log_action.isCheckable()


def test_curves_of_more_runs_than_colours_are_dashed_and_named_as_they_are(plot) -> None:
    colors = len(dark().curve_colors)
    for number in range(colors + 1):
        plot.set_look(f"<b>{number}</b>", Look(number, marked=number == 1))
        plot.set_series(f"<b>{number}</b>", [0, 1], [number, number])
    plot.redraw()
    pens = [item.opts["pen"] for item in drawn(plot)]
    assert pens[0].style() == Qt.PenStyle.SolidLine
    assert pens[colors].style() == Qt.PenStyle.DashLine
    assert pens[0].color().rgb() == pens[colors].color().rgb()
    assert [item.opts["symbol"] is not None for item in drawn(plot)[:3]] == [False, True, False]
    assert "&lt;b&gt;0&lt;/b&gt;" in visible_texts(plot)
