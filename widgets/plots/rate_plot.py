"""A plot of the loss over learning rates on a logarithmic axis, on which a rate is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.plots.plain_plot import color_axes, plain_plot
from widgets.plots.points import Points
from widgets.plots.ticks import tick_text
from widgets.theme import Theme, dark

# Above the first loss, the share of the fall below it that is shown of an explosion.
_HEADROOM = 0.6


class _Rates(pg.AxisItem):
    """An axis of powers of ten that are all written as in the field below the plot."""

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Texts for the logarithms of rates."""
        return [tick_text(10.0**value) for value in values]


class RatePlot(QWidget):
    """Tried rates with their losses, the smoothed curve, and a line at the chosen rate.

    A click chooses the rate there; ``chosen`` carries it.
    """

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points = Points()
        self._plot = plain_plot(bottom=_Rates("bottom"))
        self._plot.setAccessibleName("Loss by learning rate")
        self._plot.setLogMode(x=True, y=False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._tried = self._plot.plot([], [])
        self._smooth = self._plot.plot([], [])
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.hide()
        self._plot.addItem(self._line, ignoreBounds=True)
        self._plot.scene().sigMouseClicked.connect(self._click)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._plot)
        self.set_theme(dark())

    def set_range(self, first: float, last: float) -> None:
        """Show the rates between these."""
        self._plot.setXRange(np.log10(first), np.log10(last), padding=0.02)

    def append(self, rate: float, loss: float) -> None:
        """Add a rate that was tried."""
        self._points.append(rate, loss)
        self._tried.setData(self._points.x, self._points.y)
        self._fit(self._points.y)

    def set_smoothed(self, rates: Sequence[float], losses: Sequence[float]) -> None:
        """Draw the smoothed curve."""
        self._smooth.setData(rates, losses)
        self._fit(np.array(losses))

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """The tried rates and their losses."""
        return self._points.x.copy(), self._points.y.copy()

    def choose(self, rate: float) -> None:
        """Put the line to a rate."""
        self._line.setPos(np.log10(rate))
        self._line.show()

    def place_of(self, rate: float) -> QPointF:
        """Where a rate is in the widget that is clicked on, ``canvas``, at half the height."""
        box = self._plot.getViewBox()
        middle = QRectF(box.viewRect()).center().y()
        return QPointF(self._plot.mapFromScene(box.mapViewToScene(QPointF(np.log10(rate), middle))))

    @property
    def canvas(self) -> QWidget:
        """The widget that takes clicks."""
        return self._plot.viewport()

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in the colours of ``theme``."""
        color_axes(self._plot, theme)
        for side, text in (("left", "Loss"), ("bottom", "Learning rate")):
            self._plot.setLabel(side, text, color=theme.text_muted)
        faint = QColor(theme.accent)
        faint.setAlphaF(0.45)
        self._tried.setPen(pg.mkPen(faint, width=1))
        self._smooth.setPen(pg.mkPen(theme.accent, width=2))
        self._line.setPen(pg.mkPen(theme.success, width=2, style=Qt.PenStyle.DashLine))

    def _fit(self, losses: np.ndarray) -> None:
        """Show the fall; the explosion at the end would flatten it."""
        known = losses[np.isfinite(losses)]
        if not len(known):
            return
        first, least = float(known[0]), float(known.min())
        fall = max(first - least, 0.05 * abs(first), 1e-12)
        self._plot.setYRange(least - 0.1 * fall, first + _HEADROOM * fall, padding=0)

    def _click(self, event: Any) -> None:
        box = self._plot.getViewBox()
        if box.sceneBoundingRect().contains(event.scenePos()):
            self.chosen.emit(float(10 ** box.mapSceneToView(event.scenePos()).x()))
