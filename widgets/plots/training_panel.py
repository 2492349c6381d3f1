"""What one watches while a network trains: the loss, the metric and how far it has come."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from widgets.plots.curves import CurvePlot
from widgets.rate_field import RateField
from widgets.theme import Theme

_STEPS = 1000


class TrainingPanel(QWidget):
    """Two plots, ``loss_plot`` and ``metric_plot``, side by side above a progress bar.

    ``rate`` is the field of the learning rate.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss_plot = CurvePlot("Loss", y_label="Loss")
        self.metric_plot = CurvePlot("Metric", y_label="Metric", empty_text="")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Training progress")
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        plots = QSplitter(Qt.Orientation.Horizontal)
        plots.setChildrenCollapsible(False)
        plots.addWidget(self.loss_plot)
        plots.addWidget(self.metric_plot)
        line = QVBoxLayout()
        line.setContentsMargins(10, 4, 10, 8)
        line.setSpacing(4)
        # The text must not widen the panel while it changes.
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.rate = RateField()
        under = QHBoxLayout()
        under.setSpacing(10)
        under.addWidget(self._bar, 1)
        under.addWidget(self.rate)
        line.addWidget(self._text)
        line.addLayout(under)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(plots, 1)
        column.addLayout(line)
        self.set_progress(0.0, "")

    def set_progress(self, fraction: float | None, text: str) -> None:
        """Show a fraction from 0 to 1, or None while it is unknown, and ``text`` beside it."""
        self._bar.setRange(0, 0 if fraction is None else _STEPS)
        if fraction is not None:
            self._bar.setValue(round(min(max(fraction, 0.0), 1.0) * _STEPS))
        self._text.setText(text)
        self._bar.setAccessibleDescription(text)

    def progress(self) -> tuple[float | None, str]:
        """The fraction and the text shown."""
        known = self._bar.maximum() > 0
        return (self._bar.value() / _STEPS if known else None), self._text.text()

    def set_metric(self, name: str) -> None:
        """Name the second plot after the metric that it shows."""
        self.metric_plot.set_title(name, name)

    def clear(self) -> None:
        """Take the curves and the progress away."""
        self.loss_plot.clear()
        self.metric_plot.clear()
        self.rate.clear()
        self.set_progress(0.0, "")

    def set_theme(self, theme: Theme) -> None:
        """Draw the plots in the colours of ``theme``."""
        self.loss_plot.set_theme(theme)
        self.metric_plot.set_theme(theme)
