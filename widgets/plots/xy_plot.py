"""A plot of curves, dots and bars over two axes of numbers, shown as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from widgets.fonts import smaller
from widgets.plots.look import Look
from widgets.plots.plain_plot import color_axes, plain_plot
from widgets.plots.xy_line import XYLine
from widgets.theme import Theme, dark


class XYPlot(QWidget):
    """Curves in the theme's colours by their order; ``diagonal`` draws the line y = x.

    A ``square`` plot always shows 0 to 1 on both axes. The legend is left out if not wanted.
    """

    def __init__(
        self,
        title: str,
        x_label: str,
        y_label: str,
        *,
        square: bool = False,
        diagonal: bool = False,
        legend: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._labels = dark(), (x_label, y_label)
        self._square, self._has_legend = square, legend
        self._caption = ""
        self.lines: tuple[XYLine, ...] = ()
        self.bars: tuple[np.ndarray, np.ndarray] | None = None
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        small = smaller(self.font())
        self._text.setFont(small)
        self._plot = plain_plot(small, grid=0.3)
        self._plot.setAccessibleName(title)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.getPlotItem().setContentsMargins(2, 6, 10, 2)
        self._plot.getAxis("left").setWidth(52)
        self._plot.getAxis("bottom").setHeight(34)
        self._diagonal = pg.InfiniteLine(pos=(0, 0), angle=45, movable=False)
        if diagonal:
            self._plot.addItem(self._diagonal, ignoreBounds=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._text)
        column.addWidget(self._plot, 1)
        self._drawn: list[Any] = []
        self.set_theme(self._theme)

    def show_all(
        self,
        lines: Sequence[XYLine],
        bars: tuple[np.ndarray, np.ndarray] | None = None,
        labels: tuple[str, str] | None = None,
        text: str = "",
    ) -> None:
        """Draw these instead; ``bars`` are edges ``[N + 1]`` and heights ``[N]``.

        ``labels`` rename the axes; ``text`` stands above the plot.
        """
        self.lines, self.bars = tuple(lines), bars
        self._labels = labels or self._labels
        self._caption = text
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in the colours of ``theme``."""
        self._theme = theme
        color_axes(self._plot, theme)
        dashes = Qt.PenStyle.DashLine
        self._diagonal.setPen(pg.mkPen(theme.text_muted, width=1, style=dashes))
        self._draw()

    def _draw(self) -> None:
        for item in self._drawn:
            self._plot.removeItem(item)
        self._drawn = []
        theme = self._theme
        for side, text in zip(("bottom", "left"), self._labels, strict=True):
            self._plot.setLabel(side, text, color=theme.text_muted)
        if self.bars is not None:
            edges, heights = self.bars
            color = QColor(theme.curve_colors[0])
            color.setAlphaF(0.35)
            item = pg.BarGraphItem(
                x0=edges[:-1], x1=edges[1:], y0=0, height=heights, brush=color, pen=None
            )
            self._add(item)
        for number, line in enumerate(self.lines):
            self._add(self._item(line, Look(number)))
        if self._square:
            self._plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.02)
        else:
            self._plot.enableAutoRange()
        self._write()

    def _add(self, item: Any) -> None:
        self._plot.addItem(item)
        self._drawn.append(item)

    def _item(self, line: XYLine, look: Look) -> Any:
        color = QColor(look.color_in(self._theme))
        if line.bare:
            color.setAlphaF(0.5)
        width = 3 if line.strong else 1.5
        pen = None if line.bare else pg.mkPen(color, width=width, style=look.dashes_in(self._theme))
        item = pg.PlotDataItem(line.x, line.y, pen=pen, connect="finite", antialias=True)
        if line.marked:
            item.setSymbol("o")
            item.setSymbolSize(3 if line.bare else 6)
            item.setSymbolPen(None)
            item.setSymbolBrush(pg.mkBrush(color))
        return item

    def _write(self) -> None:
        parts = [escape(self._caption)] if self._caption else []
        if self._has_legend:
            for number, line in enumerate(self.lines):
                if line.name:
                    look = Look(number)
                    color = look.color_in(self._theme)
                    parts.append(
                        f'<span style="color:{color}">{look.sign_in(self._theme)}</span>&nbsp;'
                        f"{escape(line.name).replace(' ', '&nbsp;')}"
                    )
        self._text.setText("&nbsp; ".join(parts))
        self._text.setVisible(bool(parts))
