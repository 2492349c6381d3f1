"""Points in a plane, with a picture behind them where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from widgets.fonts import smaller
from widgets.pictures.colormaps import span, table
from widgets.pictures.described import Described
from widgets.plots.marks import class_color, class_shape, paint_crosses, size_for, stamp
from widgets.plots.ticks import tick_text, ticks
from widgets.theme import Theme, dark

# Pixels from a point within which it is meant.
_NEAR = 14.0
_GAP = 5.0
_MARGIN = 0.05
_WAYS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
Limits = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Scene:
    """``points`` ``[N, 2]`` of ``classes`` int ``[N]`` (below 0: not known) or with ``values``.

    Those that are ``wrong`` bool ``[N]`` are crossed out, those that are ``hollow`` not filled.
    ``limits`` are left, right, bottom and top, else the points' own. The ``backdrop`` fills them;
    its first row is the lowest. With ``axes``, their names, there are numbers.
    """

    points: np.ndarray
    classes: np.ndarray | None = None
    values: np.ndarray | None = None
    wrong: np.ndarray | None = None
    hollow: np.ndarray | None = None
    limits: Limits | None = None
    backdrop: QImage = field(default_factory=QImage)
    axes: tuple[str, str] | None = None


class ScatterPlot(Described):
    """Shows a scene. ``looked_at`` carries the number of the point under mouse or keys, -1 for
    none, ``chosen`` that of one that was clicked or entered.

    Arrow keys go to the next point in their direction.
    """

    looked_at = Signal(int)
    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._scene = Scene(np.zeros((0, 2)))
        self._current = -1
        self.teller: Callable[[float, float, int], str] | None = None
        self.setFont(smaller(self.font(), 1.5))
        self.setMinimumSize(120, 100)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)

    @property
    def current(self) -> int:
        """The point that is looked at, -1 for none."""
        return self._current

    def show_scene(self, scene: Scene) -> None:
        """Show other points; the one that is looked at stays by its number, where it is there."""
        self._scene = scene
        if self._current >= len(scene.points):
            self._look(-1)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.update()

    def place_of(self, number: int) -> QPointF:
        """Where a point is drawn, in logical pixels."""
        x, y = self._places()[number]
        return QPointF(x, y)

    def describe(self, where: QPointF) -> str:
        """What ``teller`` says of a place and the point that is there."""
        area = self._area()
        if self.teller is None or not area.contains(where) or not len(self._scene.points):
            return ""
        left, right, bottom, top = self._limits()
        x = left + (where.x() - area.left()) / area.width() * (right - left)
        y = bottom + (area.bottom() - where.y()) / area.height() * (top - bottom)
        return self.teller(x, y, self._near(where))

    def sizeHint(self) -> QSize:
        """A square that a panel has room for."""
        return QSize(260, 220)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look at the nearest point."""
        self._look(self._near(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the nearest point."""
        near = self._near(event.position())
        if event.button() == Qt.MouseButton.LeftButton and near >= 0:
            self._look(near)
            self.chosen.emit(near)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point, and choose one."""
        key = Qt.Key(event.key())
        if key in _WAYS and len(self._scene.points):
            self._look(self._next(*_WAYS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current >= 0:
            self.chosen.emit(self._current)
        elif key == Qt.Key.Key_Escape and self._current >= 0:
            self._look(-1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the focus no more."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw backdrop, axes and points; what is wrong and what is looked at lie on top."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.fillRect(area, QColor(self._theme.base))
        if not self._scene.backdrop.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._scene.backdrop.flipped(Qt.Orientation.Vertical))
        if self._scene.axes and len(self._scene.points):
            self._paint_axes(painter, area)
        painter.setClipRect(area)
        self._paint_points(painter)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint_points(self, painter: QPainter) -> None:
        scene = self._scene
        places = [QPointF(x, y) for x, y in self._places()]
        colors = self._colors()
        hollow = np.zeros(len(places), bool) if scene.hollow is None else scene.hollow
        shapes = ["circle"] * len(places) if scene.classes is None else self._shapes()
        size, base = size_for(len(places)), self._theme.base
        ratio = self.devicePixelRatioF()
        for place, shape, color, bare in zip(places, shapes, colors, hollow.tolist(), strict=True):
            mark = stamp(shape, color, base, bare, size, ratio)
            half = mark.width() / ratio / 2
            painter.drawImage(place - QPointF(half, half), mark)
        crossed = [] if scene.wrong is None else np.flatnonzero(scene.wrong).tolist()
        paint_crosses(painter, [places[i] for i in crossed], self._theme.text, size)
        if self._current >= 0:
            painter.setPen(QPen(QColor(self._theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(places[self._current], 8.0, 8.0)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        left, right, bottom, top = self._limits()
        metrics = self.fontMetrics()
        line = metrics.height()
        across, up = self._scene.axes or ("", "")
        painter.setPen(QColor(self._theme.text_muted))
        align = Qt.AlignmentFlag
        named = area.right() - metrics.horizontalAdvance(across) - 4
        for value in ticks(left, right, 5):
            text = tick_text(value)
            x = area.left() + (value - left) / (right - left) * area.width()
            wide = metrics.horizontalAdvance(text)
            if x + wide / 2 + _GAP < named and x - wide / 2 >= area.left():
                box = QRectF(x - wide / 2 - 1, area.bottom() + 2, wide + 2, line)
                painter.drawText(box, align.AlignHCenter, text)
        box = QRectF(area.left(), area.bottom() + 2, area.width(), line)
        painter.drawText(box, align.AlignRight, across)
        for value in ticks(bottom, top, 4):
            y = area.bottom() - (value - bottom) / (top - bottom) * area.height()
            if y > area.top() + line / 2:
                box = QRectF(0, y - line / 2, area.left() - _GAP, line)
                painter.drawText(box, align.AlignRight | align.AlignVCenter, tick_text(value))
        room = metrics.elidedText(up, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(QRectF(0, 0, self.width(), line), align.AlignLeft, room)

    def _area(self) -> QRectF:
        """Where the points are."""
        if not self._scene.axes:
            return QRectF(self.rect()).adjusted(1, 1, -1, -1)
        _, _, bottom, top = self._limits()
        metrics = self.fontMetrics()
        texts = (tick_text(value) for value in ticks(bottom, top, 4))
        left = max((metrics.horizontalAdvance(t) for t in texts), default=0) + _GAP + 3
        line = metrics.height()
        return QRectF(self.rect()).adjusted(left, line + 3, -2, -line - 4)

    def _limits(self) -> Limits:
        if self._scene.limits is not None:
            return self._scene.limits
        found = []
        for axis in (0, 1):
            low, high = span(self._scene.points[:, axis])
            room = (high - low) * _MARGIN or 0.5
            found += [low - room, high + room]
        return found[0], found[1], found[2], found[3]

    def _places(self) -> np.ndarray:
        """Where the points are in pixels, ``[N, 2]``."""
        area = self._area()
        left, right, bottom, top = self._limits()
        points = np.asarray(self._scene.points, float)
        x = area.left() + (points[:, 0] - left) / (right - left) * area.width()
        y = area.bottom() - (points[:, 1] - bottom) / (top - bottom) * area.height()
        return np.stack([x, y], axis=1)

    def _colors(self) -> list[str]:
        scene, muted = self._scene, self._theme.text_muted
        if scene.classes is not None:
            names = {int(c): class_color(self._theme, int(c)) for c in np.unique(scene.classes)}
            return [names[c] if c >= 0 else muted for c in scene.classes.tolist()]
        if scene.values is not None:
            return value_colors(scene.values)
        return [self._theme.curve_colors[0]] * len(scene.points)

    def _shapes(self) -> list[str]:
        assert self._scene.classes is not None
        return [class_shape(c) if c >= 0 else "circle" for c in self._scene.classes.tolist()]

    def _near(self, where: QPointF) -> int:
        if not len(self._scene.points):
            return -1
        far = np.hypot(*(self._places() - (where.x(), where.y())).T)
        nearest = int(np.nanargmin(far)) if np.isfinite(far).any() else -1
        return nearest if nearest >= 0 and far[nearest] <= _NEAR else -1

    def _next(self, across: float, down: float) -> int:
        """The nearest point in a direction, that looked at where there is none."""
        places = self._places()
        if self._current < 0:
            middle = self._area().center()
            return int(np.hypot(*(places - (middle.x(), middle.y())).T).argmin())
        away = places - places[self._current]
        ahead = away @ (across, down)
        aside = np.abs(away @ (down, across))
        cost = np.where((ahead > 0.5) & (aside <= 2 * ahead), ahead + 2 * aside, np.inf)
        best = int(cost.argmin())
        return best if np.isfinite(cost[best]) else self._current

    def _look(self, number: int) -> None:
        if number != self._current:
            self._current = number
            self.looked_at.emit(number)
            self.update()


def value_colors(values: np.ndarray) -> list[str]:
    """The colours of values ``[N]`` from their least to their greatest, ``#rrggbb``."""
    low, high = span(values)
    share = (np.nan_to_num(values, nan=low) - low) / ((high - low) or 1.0)
    rows = table("viridis")[(np.clip(share, 0, 1) * 255).astype(int)]
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in rows.tolist()]
