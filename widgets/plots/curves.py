"""A plot of named curves that grows while a network trains."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QContextMenuEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from widgets.colors import mix
from widgets.fonts import smaller
from widgets.plots.look import Look
from widgets.plots.plain_plot import color_axes, plain_plot
from widgets.plots.points import Points
from widgets.plots.smoothing import smoothed
from widgets.plots.thinning import seen_part, thinned
from widgets.plots.value_axis import ValueAxis
from widgets.theme import Theme, dark

EMPTY_TEXT = "Press Train to see the loss fall"
# Drawing takes time from training on a small machine; four pictures a second look live enough.
REDRAW_MS = 250
_MARKED = "validation"
# Points of a curve with markers; of others there are two a pixel, and as many in a narrow plot.
_MOST_MARKS, _LEAST = 120, 400


class CurvePlot(QWidget):
    """Curves over a common x axis; a value that is not finite is a gap.

    The curve called ``validation`` has a marker on each point, unless a look says otherwise; so has
    a curve of one point. Smoothed curves have the others faintly behind them. New points are drawn
    at most four times a second. The header names the curves with their last value,
    or with the value under the mouse.
    """

    def __init__(
        self,
        title: str,
        x_label: str = "Epoch",
        y_label: str = "Loss",
        empty_text: str = EMPTY_TEXT,
        parent: QWidget | None = None,
        redraw_ms: int = REDRAW_MS,
    ) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._series: dict[str, Points] = {}
        self._items: dict[str, Any] = {}
        self._raw: dict[str, Any] = {}
        self._smoothing = 0.0
        self._digits = 2
        self._looks: dict[str, Look] = {}
        self._stale: set[str] = set()
        self._x_label = x_label
        self._y_label = y_label
        self._hover_x: float | None = None
        self._title = QLabel(title)
        self._title.setProperty("role", "title")
        self._legend = QLabel()
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setWordWrap(True)
        self._legend.setFont(smaller(self.font()))
        self._plot = self._make_plot()
        self._empty = QLabel(empty_text)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(redraw_ms)
        self._timer.timeout.connect(self.redraw)
        self.log_action = QAction("Logarithmic scale", self)
        self.log_action.setCheckable(True)
        self.log_action.toggled.connect(self._set_log)
        self.fit_action = QAction("Show all", self)
        self.fit_action.triggered.connect(self._fit)
        self._lay_out()
        self.set_theme(self._theme)
        self._name(title)

    def set_series(self, name: str, x: Sequence[float], y: Sequence[float]) -> None:
        """Replace the points of the curve ``name``, which is made if it is new."""
        self._curve(name).replace(x, y)
        self._touch(name)

    def set_look(self, name: str, look: Look) -> None:
        """Draw the curve ``name`` like this; other curves take the colours in their order."""
        self._looks[name] = look
        self._curve(name)
        self._touch(name)

    def append(self, name: str, x: float, y: float) -> None:
        """Add one point at the end of the curve ``name``, which is made if it is new."""
        self._curve(name).append(x, y)
        self._touch(name)

    def clear(self) -> None:
        """Take all curves away."""
        for item in (*self._items.values(), *self._raw.values()):
            self._plot.removeItem(item)
        self._series.clear()
        self._items.clear()
        self._raw.clear()
        self._looks.clear()
        self._stale.clear()
        self._hover_x = None
        self._fit()

    def points(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The x and y values of a curve, float64. Raises KeyError if there is no such curve."""
        return self._series[name].x.copy(), self._series[name].y.copy()

    def names(self) -> list[str]:
        """The curves, oldest first."""
        return list(self._series)

    def set_smoothing(self, weight: float) -> None:
        """Draw moving averages that keep so much, from 0 to below 1, of the average before."""
        if weight != self._smoothing:
            self._smoothing = weight
            self._stale.update(self._series)
            self.redraw()

    def set_axis(self, label: str, digits: int = 2) -> None:
        """Change what the horizontal axis is, and how many digits of it are read out."""
        self._x_label, self._digits = label, digits
        self._label_axes()
        self._write_legend()

    def set_moment(self, x: float | None) -> None:
        """Mark a place on the horizontal axis, or none."""
        self._moment.setVisible(x is not None)
        if x is not None:
            self._moment.setPos(x)

    def moment(self) -> float | None:
        """The place that is marked."""
        return float(self._moment.value()) if self._moment.isVisible() else None

    def set_chooser(self, chooser: QWidget) -> None:
        """Put something that chooses what is drawn in the place of the heading."""
        self._title.hide()
        self._heading.insertWidget(0, chooser, 0, Qt.AlignmentFlag.AlignLeft)

    def set_corner(self, widget: QWidget) -> None:
        """Put something into the corner at the right of the heading."""
        self._heading.addWidget(widget)

    def set_empty_text(self, text: str) -> None:
        """Change what stands in the plot while there is no curve."""
        self._empty.setText(text)

    def set_heading_height(self, height: int) -> None:
        """Let the heading take so many pixels."""
        self._title.setFixedHeight(height)

    def set_title(self, title: str, y_label: str) -> None:
        """Change the heading and the label of the vertical axis."""
        self._title.setText(title)
        self._y_label = y_label
        self._name(title)
        self._label_axes()

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in the colours of ``theme``."""
        self._theme = theme
        color_axes(self._plot, theme)
        self._cursor.setPen(pg.mkPen(theme.text_muted, style=Qt.PenStyle.DashLine))
        self._moment.setPen(pg.mkPen(theme.accent, width=2))
        self._label_axes()
        for name in self._items:
            self._style(name)
        self._write_legend()

    def redraw(self) -> None:
        """Draw the points that came since the last time, now."""
        self._timer.stop()
        log = self.log_action.isChecked()
        for name in [name for name in self._series if name in self._stale]:
            points = self._series[name]
            if name not in self._items:
                self._items[name] = self._make_item()
            smooth = smoothed(points.y, self._smoothing)
            self._draw(name, self._items[name], points.x, smooth, log)
            self._draw_raw(name, points, log)
            self._style(name)
        self._stale.clear()
        self._show_axes()
        self._write_legend()

    def _draw(self, name: str, item: Any, x: np.ndarray, y: np.ndarray, log: bool) -> None:
        """Draw as many points as can be told apart in what is seen of the horizontal axis."""
        view = self._plot.getViewBox()
        if not view.autoRangeEnabled()[0]:
            part = seen_part(x, *view.viewRange()[0])
            x, y = x[part], y[part]
        drawn = np.isfinite(y) & (y > 0) if log else np.isfinite(y)
        most = _MOST_MARKS if self._look(name).marked else max(2 * int(view.width()), _LEAST)
        item.setData(*thinned(x, np.where(drawn, y, np.nan), most))

    def _draw_raw(self, name: str, points: Points, log: bool) -> None:
        """What is smoothed, behind the curve."""
        if not self._smoothing:
            if name in self._raw:
                self._plot.removeItem(self._raw.pop(name))
            return
        if name not in self._raw:
            item = self._raw[name] = self._make_item()
            item.setZValue(-1)
        self._draw(name, self._raw[name], points.x, points.y, log)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the scale and the view."""
        menu = QMenu(self)
        menu.addActions([self.fit_action, self.log_action])
        menu.exec(event.globalPos())
        menu.deleteLater()

    def _name(self, title: str) -> None:
        for widget in (self, self._plot):
            widget.setAccessibleName(title)

    def _make_plot(self) -> Any:
        plot = plain_plot(smaller(self.font()), left=ValueAxis())
        plot.getPlotItem().setContentsMargins(4, 10, 14, 4)
        plot.getViewBox().setDefaultPadding(0.04)
        # The label stands closer to the numbers than by itself; the curves need the room.
        plot.getAxis("bottom").setHeight(36)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        plot.addItem(self._cursor, ignoreBounds=True)
        self._moment = pg.InfiniteLine(angle=90, movable=False)
        self._moment.hide()
        self._moment.setZValue(-2)
        plot.addItem(self._moment, ignoreBounds=True)
        plot.scene().sigMouseMoved.connect(self._on_mouse)
        plot.getViewBox().sigRangeChangedManually.connect(self._touch_all)
        return plot

    def _lay_out(self) -> None:
        header = self._header = QVBoxLayout()
        header.setContentsMargins(10, 6, 2, 4)
        header.setSpacing(1)
        self._heading = QHBoxLayout()
        self._heading.setSpacing(4)
        self._heading.addWidget(self._title)
        self._heading.addStretch(1)
        header.addLayout(self._heading)
        # The legend grows with its values and must not widen the panel.
        self._legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        header.addWidget(self._legend)
        stack = QGridLayout()
        stack.addWidget(self._plot, 0, 0)
        stack.addWidget(self._empty, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addLayout(stack, 1)

    def _label_axes(self) -> None:
        self._plot.setLabel("left", self._y_label, color=self._theme.text_muted)
        self._plot.getAxis("left").setWidth(58 if self._y_label else 46)
        self._plot.setLabel("bottom", self._x_label, color=self._theme.text_muted)
        # Setting a label shows its axis.
        self._show_axes()

    def _show_axes(self) -> None:
        """Axes where there is a curve, the hint where there is none."""
        empty = not any(len(p.x) for p in self._series.values())
        self._empty.setVisible(empty)
        for side in ("left", "bottom"):
            self._plot.showAxis(side, not empty)

    def _curve(self, name: str) -> Points:
        if name not in self._series:
            self._series[name] = Points()
        return self._series[name]

    def _make_item(self) -> Any:
        item = pg.PlotDataItem(connect="finite", antialias=True)
        item.setLogMode(False, self.log_action.isChecked())
        self._plot.addItem(item)
        return item

    def _look(self, name: str) -> Look:
        if name in self._looks:
            return self._looks[name]
        number = [other for other in self._series if other not in self._looks].index(name)
        return Look(number, name == _MARKED)

    def _color(self, name: str) -> str:
        return self._look(name).color_in(self._theme)

    def _style(self, name: str) -> None:
        color, item, dashes = (
            self._color(name),
            self._items[name],
            self._look(name).dashes_in(self._theme),
        )
        marked = self._look(name).marked
        # A line of one point would not be seen.
        if marked or len(self._series[name].x) == 1:
            item.setSymbol("o")
            item.setSymbolSize(6)
            item.setSymbolPen(pg.mkPen(self._theme.base, width=1))
            item.setSymbolBrush(pg.mkBrush(color))
        else:
            item.setSymbol(None)
        if marked:
            item.setPen(pg.mkPen(color, width=2, style=dashes))
            item.setZValue(1)
        else:
            item.setPen(pg.mkPen(_faint(color, 0.8), width=1 + bool(self._smoothing), style=dashes))
        if name in self._raw:
            self._raw[name].setPen(pg.mkPen(_faint(color, 0.3), width=1))

    def _touch(self, name: str) -> None:
        self._stale.add(name)
        if not self._timer.isActive():
            self._timer.start()

    def _touch_all(self, *_: object) -> None:
        for name in self._series:
            self._touch(name)

    def _set_log(self, log: bool) -> None:
        self._plot.setLogMode(x=False, y=log)
        self._fit()

    def _fit(self) -> None:
        self._plot.enableAutoRange()
        self._stale.update(self._series)
        self.redraw()

    def _on_mouse(self, where: QPointF) -> None:
        inside = self._plot.getViewBox().sceneBoundingRect().contains(where)
        shown = inside and any(len(p.x) for p in self._series.values())
        self._hover_x = self._plot.getViewBox().mapSceneToView(where).x() if shown else None
        self._cursor.setVisible(shown)
        if self._hover_x is not None:
            self._cursor.setPos(self._hover_x)
        self._write_legend()

    def _write_legend(self) -> None:
        muted = self._theme.text_muted
        parts = []
        if self._hover_x is not None:
            parts.append(
                f'<span style="color:{muted}">{self._x_label} '
                f"{self._hover_x:,.{self._digits}f}</span>"
            )
        for name, points in self._series.items():
            line = self._look(name).sign_in(self._theme)
            value = points.near(self._hover_x)
            shown = (
                "" if value is None else f'&nbsp;<span style="font-weight:600">{value:.3g}</span>'
            )
            words = f"{escape(name).replace(' ', '&nbsp;')}{shown}"
            parts.append(
                f'<span style="color:{self._color(name)}">{line}</span>&nbsp;'
                f'<span style="color:{mix(self._theme.text, muted, 0.5)}">{words}</span>'
            )
        # Only between the series may the line break.
        self._legend.setText("&nbsp; ".join(parts))


def _faint(color: str, opacity: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(opacity)
    return made
