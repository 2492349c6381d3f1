"""What plots of pyqtgraph have in common: no menu, no buttons, no frame, axes in muted colours."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QFont

from widgets.theme import Theme

_SIDES = ("left", "bottom")


def plain_plot(font: QFont | None = None, grid: float = 0.4, **axes: pg.AxisItem) -> Any:
    """An empty plot; numbers at short ticks in ``font``, a grid of that opacity.

    ``axes`` replace those at the sides of these names.
    """
    plot = pg.PlotWidget(axisItems=axes)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.showGrid(x=True, y=True, alpha=grid)
    plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
    for side in _SIDES:
        plot.getAxis(side).enableAutoSIPrefix(False)
        if font is not None:
            # Finer lines than those of the numbers would take as long to draw as all the rest.
            plot.getAxis(side).setStyle(tickFont=font, tickLength=-4, maxTickLevel=1)
    return plot


def color_axes(plot: Any, theme: Theme) -> None:
    """Give the ground and the axes the colours of ``theme``."""
    plot.setBackground(theme.base)
    for side in _SIDES:
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(theme.border))
        axis.setTextPen(pg.mkPen(theme.text_muted))
