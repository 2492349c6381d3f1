"""The docks that show what a network does while it learns: curves, activations and saliency.

Loaded after the window's first paint, because plotting takes a quarter of a second to import.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.project.runs import Point
from core.train.events import EpochEnd, Progress, View
from widgets.pictures.saliency_view import SaliencyView
from widgets.pictures.sample_chooser import SampleChooser
from widgets.pictures.value_view import ValueView
from widgets.plots.training_panel import TrainingPanel
from widgets.theme import Theme

# What is recorded beside the metrics.
NO_METRICS = ("loss", "learning_rate")
STEP_SERIES, VALIDATION_SERIES = "train", "validation"


class Views(QWidget):
    """All views of one training, side by side in ``training``, ``activations`` and ``saliency``.

    ``sample_changed`` carries the number of the probe sample that the user chose.
    """

    sample_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.training = TrainingPanel()
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
        self._metric = ""
        self.clear()

    def clear(self) -> None:
        """Take everything of an earlier run away."""
        self._metric = ""
        self.training.clear()
        self.training.set_metric("Metric")
        self.value.clear("Train, and select a node: what it computes for the sample shows here.")
        self.saliency_view.clear("Train, and see here which inputs the prediction depends on.")
        self.chooser.set_samples(0)

    def show_points(self, points: Sequence[Point]) -> None:
        """Draw the recorded figures of a run anew."""
        self.training.clear()
        self._name_metric([p.name for p in points])
        for plot, name in (
            (self.training.loss_plot, "loss"),
            (self.training.metric_plot, self._metric),
        ):
            for recorded, series in (("step", STEP_SERIES), ("validation", VALIDATION_SERIES)):
                chosen = [p for p in points if p.series == recorded and p.name == name]
                plot.set_series(series, [p.epoch for p in chosen], [p.value for p in chosen])

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
        self.saliency_view.set_theme(theme)

    def _append(self, series: str, epoch: float, figures: object) -> None:
        assert isinstance(figures, dict)
        self._name_metric(list(figures))
        self.training.loss_plot.append(series, epoch, figures.get("loss", float("nan")))
        if self._metric in figures:
            self.training.metric_plot.append(series, epoch, figures[self._metric])

    def _name_metric(self, names: Sequence[str]) -> None:
        if not self._metric:
            self._metric = next((n for n in dict.fromkeys(names) if n not in NO_METRICS), "")
            if self._metric:
                self.training.set_metric(self._metric)
