"""A sequence as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.cells import Cell, CellPicture
from widgets.pictures.colormaps import paint, span, table, to_image

_BAR = 12
_BAR_LABELS = 58
_CAPTION = 18

_JOIN = "    "
_ACROSS, _DOWN = ("Step", "steps"), ("Feature", "features")


class SequenceMap(CellPicture):
    """Shows an array [T, F]: time runs to the right, features run down, colours lie around 0.

    With ``colormap="inferno"`` the colours run from 0 up instead, for values that are never
    negative. ``name`` is written below the map. A cell is (step, feature).
    """

    def __init__(
        self, colormap: str = "diverging", name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._colormap = colormap
        self._values = np.zeros((0, 0))
        self._limits: tuple[float, float] | None = None
        self._across, self._down = _ACROSS, _DOWN
        self._steps: Sequence[str] = ()
        self._image = QImage()
        self.setMinimumSize(120, 60)

    def set_value(self, value: np.ndarray, limits: tuple[float, float] | None = None) -> None:
        """Show ``value`` [T, F], with ``limits`` on a scale that others have too.

        Raises ValueError for another rank.
        """
        if value.ndim != 2:
            raise ValueError(f"a heat map needs an array [T, F], not {value.shape}")
        self._values, self._limits = np.asarray(value, dtype=np.float64), limits
        low, high = self.limits()
        self._image = to_image(paint(self._values.T, low, high, self._colormap))
        across, down = value.shape
        self.setAccessibleName(f"{across} {self._across[1]} of {down} {self._down[1]}")
        self.renew_cell()
        self.update()

    def name_axes(
        self, across: tuple[str, str], down: tuple[str, str], steps: Sequence[str] = ()
    ) -> None:
        """Say what one element of each axis is called, and what several are.

        ``steps`` name those to the right. It counts for what is shown next.
        """
        self._across, self._down, self._steps = across, down, steps

    def limits(self) -> tuple[float, float]:
        """The values of the first and the last colour."""
        if self._limits is not None:
            return self._limits
        low, high = span(self._values)
        if self._colormap != "diverging":
            return min(low, 0.0), high if high > 0 else 1.0
        most = max(abs(low), abs(high)) or 1.0
        return -most, most

    def set_colormap(self, name: str) -> None:
        """Take other colours for what is shown next."""
        self._colormap = name

    def map_rect(self) -> QRectF:
        """Where the map is, in logical pixels."""
        right = self.width() - _BAR - _BAR_LABELS - 8
        return QRectF(0, 0, max(right, 10), max(self.height() - _CAPTION, 10))

    def cell_at(self, where: QPointF) -> Cell | None:
        """See ``CellPicture``."""
        rect = self.map_rect()
        if not rect.contains(where) or not self._values.size:
            return None
        steps, features = self._values.shape
        step = min(int((where.x() - rect.left()) / rect.width() * steps), steps - 1)
        feature = min(int((where.y() - rect.top()) / rect.height() * features), features - 1)
        return step, feature

    def cell_rect(self, cell: Cell) -> QRectF:
        """See ``CellPicture``."""
        rect, (steps, features) = self.map_rect(), self._values.shape
        if cell[0] >= steps or cell[1] >= features:
            return QRectF()
        wide, tall = rect.width() / steps, rect.height() / features
        return QRectF(rect.left() + cell[0] * wide, rect.top() + cell[1] * tall, wide, tall)

    def moved(self, cell: Cell | None, right: int, down: int) -> Cell | None:
        """See ``CellPicture``; there is nothing beyond the edges."""
        steps, features = self._values.shape
        if not self._values.size:
            return None
        if cell is None:
            return 0, 0
        return min(max(cell[0] + right, 0), steps - 1), min(max(cell[1] + down, 0), features - 1)

    def words(self, cell: Cell) -> str:
        """The step, feature and value."""
        step, feature = cell
        name = f" {self._steps[step]!r}" if step < len(self._steps) else ""
        value = f"{self._values[step, feature]:.4g}"
        return f"{self._across[0]} {step}{name}, {self._down[0].lower()} {feature}: {value}"

    def sizeHint(self) -> QSize:
        """A wide strip."""
        return QSize(320, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the map with hard pixels, the axes' names and the bar of colours."""
        if self._image.isNull():
            return
        painter = QPainter(self)
        rect = self.map_rect()
        painter.drawImage(rect, self._image)
        painter.setPen(self.palette().placeholderText().color())
        steps, features = self._values.shape
        below = QRectF(0, rect.bottom() + 2, self.width(), _CAPTION)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, self._caption(steps, features))
        self._draw_bar(painter, rect)
        self.draw_cell(painter)
        self.draw_focus(painter)
        painter.end()

    def _caption(self, steps: int, features: int) -> str:
        """The axes' names, as many as there is room for."""
        if self._across == _ACROSS:
            across = f"time → {steps} steps"
        else:
            across = f"{self._across[1]} → {steps}"
        parts = [self._name, across, f"{self._down[1]} ↓ {features}"]
        parts = [part for part in parts if part]
        while (
            len(parts) > 1
            and self.fontMetrics().horizontalAdvance(_JOIN.join(parts)) > self.width()
        ):
            parts.pop()
        return _JOIN.join(parts)

    def _draw_bar(self, painter: QPainter, rect: QRectF) -> None:
        bar = QRectF(rect.right() + 8, rect.top(), _BAR, rect.height())
        painter.drawImage(bar, to_image(table(self._colormap)[::-1, None]))
        low, high = self.limits()
        line = painter.fontMetrics().height()
        tops = (bar.top(), bar.center().y() - line / 2, bar.bottom() - line)
        for top, value in zip(tops, (high, (low + high) / 2, low), strict=True):
            painter.drawText(
                QRectF(bar.right() + 5, top, _BAR_LABELS, line),
                Qt.AlignmentFlag.AlignVCenter,
                f"{value:.3g}",
            )
