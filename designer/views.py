"""The docks that show what a network does while it learns: curves, activations and saliency.

Loaded after the window's first paint, because plotting takes a quarter of a second to import.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.project.runs import Point
from core.train.events import (
    EpochEnd,
    Progress,
    View,
)
from core.train.summary import (
    Figures,
)
from core.visible import visible
from designer.layer_history import LayerRecord
from designer.layer_rows import layer_rows
from designer.run_lines import SECONDS, TRAIN, VALIDATION, RunLines
from widgets.layer_table import LayerTable
from widgets.pictures.inside_view import InsideView
from widgets.pictures.saliency_view import SaliencyView
from widgets.pictures.sample_chooser import SampleChooser
from widgets.plots.curve_options import EPOCH, STEP, TIME
from widgets.plots.curves import CurvePlot
from widgets.plots.look import Look
from widgets.plots.training_panel import TrainingPanel
from widgets.theme import Theme

NOTHING_RECORDED = "Nothing was recorded of the layers up to this step"
# What has a plot of its own, and what is drawn beside the metrics where it is asked for.
LOSS, RATE = "loss", "learning_rate"
SERIES = (TRAIN, VALIDATION)
# The colours of another run's curves, and what each axis is called, with the digits read out.
_OVERLAY = {TRAIN: Look(2), VALIDATION: Look(3, marked=True)}
# A run's title has so many letters in the legend.
_TITLE = 8
_AXES = {EPOCH: ("Epoch", 2), STEP: ("Step", 0), TIME: ("Seconds", 1)}


class Views(QWidget):
    """All views of one training: ``training``, ``layers``, ``activations`` and ``saliency``.

    ``sample_changed`` carries the number of the probe sample that the user chose.
    """

    sample_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.training = TrainingPanel()
        self.layers = LayerTable()
        self.inside = InsideView()
        self.value = self.inside.value
        self.saliency_view = SaliencyView()
        self.chooser = SampleChooser()
        self.choosers = (self.chooser, self.inside.chooser)
        for chooser in self.choosers:
            chooser.sample_changed.connect(self.sample_changed)
        self.activations: QWidget = self.inside
        self.saliency = QWidget()
        column = QVBoxLayout(self.saliency)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.chooser)
        column.addWidget(self.saliency_view, 1)
        self._lines = RunLines()
        self._overlay: tuple[str, RunLines] | None = None
        self._axis = EPOCH
        self._moment: tuple[int, float] | None = None
        self._metric = self._wanted = ""
        self._present: tuple[str, ...] = ()
        self.training.metric_chosen.connect(self._choose_metric)
        self.training.options.changed.connect(self._draw_all)
        self.clear()

    def clear(self) -> None:
        """Take everything of an earlier run away."""
        self.clear_curves()
        self.layers.clear()
        self.value.clear("Train, and select a node: what it computes for the sample shows here.")
        self.saliency_view.clear("Train, and see here which inputs the prediction depends on.")
        self.inside.forget()
        for chooser in self.choosers:
            chooser.set_samples(0)

    def clear_curves(self) -> None:
        """Take the curves away; the choice of the metric stays."""
        self._lines = RunLines()
        self.training.clear()
        self._metric = ""
        self.training.set_metrics((), "")
        if self._overlay is not None:
            self._draw_all()

    def show_points(self, points: Sequence[Point]) -> None:
        """Draw the recorded figures of a run anew."""
        self.clear_curves()
        self._lines = RunLines(points)
        last = points[-1].step if points else 0
        self._present = tuple(p.name for p in points if p.step == last)
        self._offer_metrics()
        self._draw_all()

    def show_overlay(self, title: str, points: Sequence[Point]) -> None:
        """Draw the recorded figures of another run beside this one's; none without points."""
        # Ids, which are dates, differ at their ends, and the legend has little room.
        short = title if len(title) <= _TITLE else f"…{title[1 - _TITLE :]}"
        self._overlay = (short, RunLines(points)) if points else None
        self._draw_all()

    def show_moment(self, moment: tuple[int, float] | None) -> None:
        """Mark a step, given with its epoch, in the curves."""
        self._moment = moment
        self._mark()

    def replays(self, record: LayerRecord | None, is_past: bool) -> None:
        """Show what was recorded of the layers; of a step that ``is_past``, name it."""
        self.layers.set_layers(layer_rows(record.layers) if record else ())
        self.layers.set_step(record.step if record and is_past else None)
        if record is None:
            self.layers.say(NOTHING_RECORDED)

    def show_progress(self, event: Progress) -> None:
        """Append the figures of some steps."""
        known = {RATE: event.learning_rate, SECONDS: event.seconds}
        found = {name: value for name, value in known.items() if not math.isnan(value)}
        self._append(TRAIN, event.step, event.epoch, {**event.train, **found})

    def show_epoch(self, event: EpochEnd) -> None:
        """Append the figures of the validation split."""
        self._append(VALIDATION, event.step, float(event.epoch), event.validation)

    def show_view(self, view: View, title: str) -> None:
        """Show a look at the probe sample; ``title`` is the watched node's name."""
        for chooser in self.choosers:
            chooser.set_samples(view.rows, view.row)
        if self.inside.chooser.shows_own:
            # The node's output for that sample comes with all else that is seen of the node.
            pass
        elif view.activation is None:
            self.value.clear("Select a node that computes something to see its output.")
        else:
            shape = str(list(view.activation.shape)) if view.activation.ndim else "one number"
            labels = view.classes if view.activation.shape == (len(view.classes),) else ()
            caption = f"{shape}, sample {view.row + 1}, step {view.step:,}"
            self.value.show_value(view.activation, title, caption, labels)
        chance = float(view.probabilities.max()) if view.probabilities.size else None
        self.saliency_view.show_saliency(
            view.sample,
            view.saliency,
            visible(view.true_text),
            visible(view.predicted_text),
            view.correct,
            chance,
            view.tokens,
        )

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.training.set_theme(theme)
        self.layers.set_theme(theme)
        self.saliency_view.set_theme(theme)

    def _append(self, series: str, step: int, epoch: float, figures: Figures) -> None:
        known = len(self._lines)
        self._lines.add(series, step, epoch, figures)
        if self._axis != self._usable_axis():
            self._draw_all()
        else:
            x = self._lines.place(self._axis, step, epoch)
            self.training.loss_plot.append(series, x, figures.get(LOSS, math.nan))
            if self._metric in figures:
                self.training.metric_plot.append(series, x, figures[self._metric])
        if series == TRAIN:
            self._present = tuple(figures)
        if len(self._lines) > known or self._metric not in self._present:
            self._offer_metrics()

    def _offer_metrics(self) -> None:
        """Offer what there is to draw; draw what was chosen last, else the present stage's first.

        A metric says more than a loss of several, and a learning rate least.
        """
        known = [name for name in self._lines.names if name != LOSS]
        names = [*(n for n in known if n != RATE), *(n for n in known if n == RATE)]
        present = [name for name in names if name in self._present] or names
        metrics = (name for name in present if not name.endswith(".loss"))
        default = next(metrics, present[0] if present else "")
        shown = self._wanted if self._wanted in names else default
        self.training.set_metrics(tuple(names), shown)
        if shown != self._metric:
            self._metric = shown
            self._draw(self.training.metric_plot, shown)

    def _choose_metric(self, name: str) -> None:
        self._wanted = name
        self._offer_metrics()

    def _usable_axis(self) -> str:
        """What is drawn over: epochs where a run is older than the record of time."""
        wanted = self.training.options.axis
        lines = [self._lines, *([self._overlay[1]] if self._overlay else [])]
        return EPOCH if wanted == TIME and not all(one.has_clock for one in lines) else wanted

    def _draw_all(self) -> None:
        """Draw both plots as the options say."""
        self._axis = self._usable_axis()
        for plot, name in (
            (self.training.loss_plot, LOSS),
            (self.training.metric_plot, self._metric),
        ):
            plot.set_axis(*_AXES[self._axis])
            plot.set_smoothing(self.training.options.smoothing)
            self._draw(plot, name)
        self._mark()

    def _mark(self) -> None:
        x = None if self._moment is None else self._lines.place(self._axis, *self._moment)
        for plot in (self.training.loss_plot, self.training.metric_plot):
            plot.set_moment(x)

    def _draw(self, plot: CurvePlot, name: str) -> None:
        plot.clear()
        for series in SERIES:
            if (name, series) in self._lines:
                plot.set_series(series, *self._lines.line(name, series, self._axis))
        if self._overlay is not None:
            title, lines = self._overlay
            for series in SERIES:
                if (name, series) in lines:
                    plot.set_look(f"{title} {series}", _OVERLAY[series])
                    plot.set_series(f"{title} {series}", *lines.line(name, series, self._axis))
