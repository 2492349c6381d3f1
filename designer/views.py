"""The docks that show what a network does while it learns: curves, activations and saliency.

Loaded after the window's first paint, because plotting takes a quarter of a second to import.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.project.runs import Point
from core.train.events import EpochEnd, Figures, Progress, View
from widgets.layer_table import LayerTable
from widgets.pictures.saliency_view import SaliencyView
from widgets.pictures.sample_chooser import SampleChooser
from widgets.pictures.value_view import ValueView
from widgets.plots.curves import CurvePlot
from widgets.plots.training_panel import TrainingPanel
from widgets.theme import Theme

# What is recorded beside the metrics.
NO_METRICS = ("loss", "learning_rate")
STEP_SERIES, VALIDATION_SERIES = "train", "validation"
# What curves are made of, by the series of a run's record.
_SERIES = {"step": STEP_SERIES, "validation": VALIDATION_SERIES}


class Views(QWidget):
    """All views of one training: ``training``, ``layers``, ``activations`` and ``saliency``.

    ``sample_changed`` carries the number of the probe sample that the user chose.
    """

    sample_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.training = TrainingPanel()
        self.layers = LayerTable()
        self.value = ValueView()
        self.saliency_view = SaliencyView()
        self.chooser = SampleChooser()
        self.chooser.sample_changed.connect(self.sample_changed)
        self.activations: QWidget = self.value
        self.saliency = QWidget()
        column = QVBoxLayout(self.saliency)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.chooser)
        column.addWidget(self.saliency_view, 1)
        # By figure and series, the epochs and values of all that may be drawn.
        self._curves: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
        self._metric = self._wanted = ""
        self._present: tuple[str, ...] = ()
        self.training.metric_chosen.connect(self._choose_metric)
        self.clear()

    def clear(self) -> None:
        """Take everything of an earlier run away."""
        self.clear_curves()
        self.layers.clear()
        self.value.clear("Train, and select a node: what it computes for the sample shows here.")
        self.saliency_view.clear("Train, and see here which inputs the prediction depends on.")
        self.chooser.set_samples(0)

    def clear_curves(self) -> None:
        """Take the curves away; the choice of the metric stays."""
        self._curves.clear()
        self.training.clear()
        self._metric = ""
        self.training.set_metrics((), "")

    def show_points(self, points: Sequence[Point]) -> None:
        """Draw the recorded figures of a run anew."""
        self.clear_curves()
        for point in points:
            if point.series in _SERIES:
                curve = self._curves.setdefault((point.name, _SERIES[point.series]), ([], []))
                curve[0].append(point.epoch)
                curve[1].append(point.value)
        last = points[-1].step if points else 0
        self._present = tuple(p.name for p in points if p.step == last)
        self._offer_metrics()
        self._draw(self.training.loss_plot, "loss")
        self._draw(self.training.metric_plot, self._metric)

    def show_progress(self, event: Progress) -> None:
        """Append the figures of some steps."""
        self._append(STEP_SERIES, event.epoch, event.train)

    def show_epoch(self, event: EpochEnd) -> None:
        """Append the figures of the validation split."""
        self._append(VALIDATION_SERIES, float(event.epoch), event.validation)

    def show_view(self, view: View, title: str) -> None:
        """Show a look at the probe sample; ``title`` is the watched node's name."""
        self.chooser.set_samples(view.rows, view.row)
        if view.activation is None:
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
            view.true_text,
            view.predicted_text,
            view.correct,
            chance,
            view.tokens,
        )

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.training.set_theme(theme)
        self.layers.set_theme(theme)
        self.saliency_view.set_theme(theme)

    def _append(self, series: str, epoch: float, figures: Figures) -> None:
        known = len(self._curves)
        for name, value in figures.items():
            curve = self._curves.setdefault((name, series), ([], []))
            curve[0].append(epoch)
            curve[1].append(value)
        self.training.loss_plot.append(series, epoch, figures.get("loss", float("nan")))
        if self._metric in figures:
            self.training.metric_plot.append(series, epoch, figures[self._metric])
        if series == STEP_SERIES:
            self._present = tuple(figures)
        if len(self._curves) > known or self._metric not in self._present:
            self._offer_metrics()

    def _offer_metrics(self) -> None:
        """Offer what there is to draw; draw what was chosen last, else the present stage's first.

        A metric says more than a loss of several.
        """
        names = dict.fromkeys(name for name, _ in self._curves if name not in NO_METRICS)
        present = [name for name in names if name in self._present] or list(names)
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

    def _draw(self, plot: CurvePlot, name: str) -> None:
        plot.clear()
        for series in (STEP_SERIES, VALIDATION_SERIES):
            if (name, series) in self._curves:
                plot.set_series(series, *self._curves[name, series])
