"""The minimap: the whole graph in the canvas' lower right corner, and the part of it in view."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from widgets.canvas.overview import draw_overview
from widgets.canvas.style import faded

if TYPE_CHECKING:
    from widgets.canvas.graph_view import GraphView

SIZE = QSize(204, 144)
_MARGIN = 12
_PADDING = 8.0
_RADIUS = 8.0
_DOT_ZOOM, _DOT = 0.02, 3.0
_SMALLEST_CANVAS = QSize(420, 320)
# Drawing anew takes at most this share of the time, and waits for the end of a drag where it takes
# longer than this, in seconds, because that would be felt.
_SHARE = 0.05
_FELT = 0.008
_SOONEST = 40


class Minimap(QWidget):
    """Shown while it is switched on and the graph is not all in view.

    A click or a drag brings a place to the middle of the view, and the wheel zooms.
    """

    toggled = Signal(bool)

    def __init__(self, view: GraphView) -> None:
        super().__init__(view)
        self._view = view
        self._on = False
        self._picture: QPixmap | None = None
        self._content = QRectF()
        self._held = QPointF()
        self._cost = 0.0
        self._waiting = QTimer(self, singleShot=True)
        self._waiting.timeout.connect(self._draw_anew)
        self.resize(SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Minimap")
        self.setToolTip("Click or drag to move the view, turn the wheel to zoom (M hides this)")
        view.zoom_changed.connect(self.view_changed)
        self.hide()

    @property
    def on(self) -> bool:
        """Whether it is shown where the graph is not all in view."""
        return self._on

    def switch(self, on: bool) -> None:
        """Switch it on or off."""
        if on != self._on:
            self._on = on
            self._draw_anew()
            self.toggled.emit(on)

    def graph_changed(self) -> None:
        """Draw the graph anew soon."""
        if self._on and not self._waiting.isActive():
            self._waiting.start(max(_SOONEST, round(1000 * self._cost / _SHARE)))

    def view_changed(self, *_: object) -> None:
        """Show what is in view now."""
        if not self._on:
            return
        size = self._view.size()
        self.move(size.width() - SIZE.width() - _MARGIN, size.height() - SIZE.height() - _MARGIN)
        room = size.width() >= _SMALLEST_CANVAS.width() and (
            size.height() >= _SMALLEST_CANVAS.height()
        )
        hidden = not self._content.isEmpty() and not self._view.visible_rect().contains(
            self._content
        )
        self.setVisible(room and hidden)
        self.update()

    def point_on(self, scene_point: QPointF) -> QPointF:
        """Where a scene point is on this widget."""
        return self._transform().map(scene_point)

    def paintEvent(self, event: QPaintEvent) -> None:
        style = self._view.graph_scene.look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QPainterPath()
        card.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        painter.fillPath(card, faded(style.surface, 0.9))
        if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatio():
            self._picture = self._drawn()
        painter.drawPixmap(0, 0, self._picture)
        painter.setClipPath(card)
        seen = self._transform().mapRect(self._view.visible_rect())
        seen = seen.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.setPen(QPen(style.accent, 1.5))
        painter.setBrush(faded(style.accent, 0.14))
        painter.drawRoundedRect(seen, 2, 2)
        painter.setClipping(False)
        painter.setPen(style.border_pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(card)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the part in view, or bring it here."""
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._view.glide.finish()
        seen, point = self._view.visible_rect(), self._scene_point(event)
        self._held = seen.center() - point if seen.contains(point) else QPointF()
        self._view.centerOn(point + self._held)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the part in view along."""
        event.accept()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._view.centerOn(self._scene_point(event) + self._held)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the middle of the view."""
        event.accept()
        self._view.zoom_by(event.angleDelta().y() / 120)

    def _scene_point(self, event: QMouseEvent) -> QPointF:
        return self._transform().inverted()[0].map(event.position())

    def _draw_anew(self) -> None:
        if self._view.gesture is not None and self._cost > _FELT:
            self._waiting.start(_SOONEST)
            return
        begin = perf_counter()
        self._content = self._view.graph_scene.content_rect()
        self._picture = None
        self.view_changed()
        if not self._on:
            self.hide()
        elif self.isVisible():
            self._picture = self._drawn()
        self._cost = perf_counter() - begin

    def _drawn(self) -> QPixmap:
        """The graph as it stands now."""
        ratio = self.devicePixelRatio()
        picture = QPixmap(SIZE * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        draw_overview(painter, self._view.graph_scene, self._transform(), _DOT_ZOOM, _DOT)
        painter.end()
        return picture

    def _transform(self) -> QTransform:
        """From the scene to this widget, with the whole graph in its middle."""
        content = self._content
        width, height = SIZE.width() - 2 * _PADDING, SIZE.height() - 2 * _PADDING
        scale = min(width / max(content.width(), 1.0), height / max(content.height(), 1.0))
        made = QTransform.fromTranslate(SIZE.width() / 2, SIZE.height() / 2)
        made.scale(scale, scale)
        return made.translate(-content.center().x(), -content.center().y())
