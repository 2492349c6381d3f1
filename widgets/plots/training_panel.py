"""What one watches while a network trains: the loss, the metric and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.figure_titles import figure_title
from widgets import icons
from widgets.inputs import ComboBox
from widgets.labels import ElidedLabel
from widgets.plots.curve_options import CurveOptions
from widgets.plots.curves import EMPTY_TEXT, REDRAW_MS, CurvePlot
from widgets.plots.moment_slider import MomentSlider
from widgets.rate_field import RateField
from widgets.theme import Theme

_STEPS = 1000
_A_FRAME_MS = 34
WAITING_TEXT = "The loss shows from the first steps on"


class TrainingPanel(QWidget):
    """Two plots, ``loss_plot`` and ``metric_plot``, side by side above a progress bar.

    ``rate`` is the field of the learning rate, ``moments`` the slider over the steps that can be
    looked at again, ``options`` says how curves are drawn.
    ``look_share`` is the button that tells what looking takes of the training's time.
    ``metric_chosen`` carries the name of the metric that the user wants to see in the second.
    """

    metric_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss_plot = CurvePlot("Loss", y_label="")
        # One drawing a frame: both at once would be felt.
        later = REDRAW_MS + _A_FRAME_MS
        self.metric_plot = CurvePlot("Metric", y_label="", empty_text="", redraw_ms=later)
        self.metric_choice = ComboBox()
        self.metric_choice.setAccessibleName("Metric that is drawn")
        self.metric_choice.setToolTip("Choose the metric that is drawn")
        self.metric_choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        # In a narrow panel the names are cut rather than the plots pushed out.
        self.metric_choice.setMinimumContentsLength(6)
        self.metric_choice.activated.connect(self._choose)
        self.metric_plot.set_chooser(self.metric_choice)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Training progress")
        self._text = ElidedLabel()
        self._text.setProperty("role", "muted")
        plots = QSplitter(Qt.Orientation.Horizontal)
        plots.setChildrenCollapsible(False)
        plots.addWidget(self.loss_plot)
        plots.addWidget(self.metric_plot)
        line = QVBoxLayout()
        line.setContentsMargins(10, 2, 10, 6)
        line.setSpacing(2)
        # The text must not widen the panel while it changes.
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.rate = RateField()
        under = QHBoxLayout()
        under.setSpacing(10)
        under.addWidget(self._bar, 1)
        under.addWidget(self.rate)
        self.look_share = QToolButton()
        self.look_share.setIconSize(QSize(16, 16))
        self.look_share.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.look_share.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.moments = MomentSlider()
        self.loss_plot.log_action.setText("Logarithmic &loss")
        self.metric_plot.log_action.setText("Logarithmic &metric")
        self.options = CurveOptions((self.loss_plot.log_action, self.metric_plot.log_action))
        self.loss_plot.set_corner(self.options)
        line.addWidget(self.moments)
        told = QHBoxLayout()
        told.setSpacing(10)
        told.addWidget(self._text, 1)
        told.addWidget(self.look_share)
        line.addLayout(told)
        line.addLayout(under)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(plots, 1)
        column.addLayout(line)
        self.set_metrics((), "")
        self.set_progress(0.0, "")

    def showEvent(self, event: QShowEvent) -> None:
        """Both headings take the same height, so that the plots are in line."""
        self.loss_plot.set_heading_height(self.metric_choice.sizeHint().height())
        super().showEvent(event)

    def set_waiting(self, is_waiting: bool) -> None:
        """While there is no curve: say that it comes, or how to get it."""
        self.loss_plot.set_empty_text(WAITING_TEXT if is_waiting else EMPTY_TEXT)

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

    def set_metrics(self, names: Sequence[str], shown: str) -> None:
        """Offer the named metrics, of which one is ``shown``; without any there is no choice."""
        offered = [self.metric_choice.itemData(i) for i in range(self.metric_choice.count())]
        if offered != list(names) or not offered:
            self.metric_choice.clear()
            for name in names:
                self.metric_choice.addItem(figure_title(name), name)
            if not names:
                self.metric_choice.addItem("Metric", "")
        self.metric_choice.setCurrentIndex(max(self.metric_choice.findData(shown), 0))
        self.metric_choice.setEnabled(len(names) > 1)
        # The choice above the plot says what is drawn.
        self.metric_plot.set_title(figure_title(shown) if shown else "Metric", "")

    def _choose(self, _index: int) -> None:
        self.metric_chosen.emit(self.metric_choice.currentData())

    def clear(self) -> None:
        """Take the curves and the progress away."""
        self.loss_plot.clear()
        self.metric_plot.clear()
        self.rate.clear()
        self.set_progress(0.0, "")

    def set_theme(self, theme: Theme) -> None:
        """Draw the plots in the colours of ``theme``."""
        self.look_share.setIcon(icons.icon("eye", theme.text))
        for part in (self.loss_plot, self.metric_plot, self.moments, self.options):
            part.set_theme(theme)
