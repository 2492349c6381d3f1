"""Zooming and panning of the canvas, apart from what it shows."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView

from widgets.canvas.glide import Glide

MIN_ZOOM, MAX_ZOOM = 0.05, 4.0
_STEP = 1.2
_FIT_MARGIN = 48.0
_SEEN_MARGIN = 40.0
_WORLD = QRectF(-100_000, -100_000, 200_000, 200_000)


class NavigableView(QGraphicsView):
    """A view without scroll bars that zooms around the pointer and pans without an edge."""

    zoom_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._zoom = 1.0
        self._when_shown: Callable[[], None] | None = None
        self.glide = Glide(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSceneRect(_WORLD)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)

    @property
    def zoom(self) -> float:
        """The scale of the picture; 1.0 is 100 %."""
        return self._zoom

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom within 5 %..400 %, holding the point under `anchor` (viewport, default centre)."""
        zoom = min(MAX_ZOOM, max(MIN_ZOOM, zoom))
        if zoom == self._zoom:
            return
        held_view = QPointF(self.viewport().rect().center()) if anchor is None else anchor
        held = self.scene_point(held_view)
        self._zoom = zoom
        self.setTransform(QTransform.fromScale(zoom, zoom))
        now = self.viewportTransform().map(held)
        self.pan_by(held_view - now)
        self.zoom_changed.emit(zoom)

    def zoom_in(self) -> None:
        """Zoom one step in around the centre."""
        self.zoom_by(1)

    def zoom_out(self) -> None:
        """Zoom one step out around the centre."""
        self.zoom_by(-1)

    def zoom_by(self, steps: float, anchor: QPointF | None = None) -> None:
        """Zoom some steps in, or out where ``steps`` is negative."""
        self.glide.finish()
        self.set_zoom(self._zoom * _STEP**steps, anchor)

    def reset_zoom(self) -> None:
        """Zoom to 100 % around the centre."""
        self.glide.finish()
        x, y, _ = self.view_state()
        self.travel(QPointF(x, y), 1.0)

    def pan_by(self, delta: QPointF | QPoint) -> None:
        """Move the picture by `delta` viewport pixels."""
        horizontal, vertical = self.horizontalScrollBar(), self.verticalScrollBar()
        horizontal.setValue(horizontal.value() - round(delta.x()))
        vertical.setValue(vertical.value() - round(delta.y()))

    def scene_point(self, point: QPointF) -> QPointF:
        """The scene point under a viewport point, not rounded to whole pixels."""
        return self.viewportTransform().inverted()[0].map(point)

    def visible_rect(self) -> QRectF:
        """The part of the scene in view."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def show_rect(self, rect: QRectF, max_zoom: float = 1.0) -> None:
        """Bring a scene rectangle fully into view; waits until the widget has its size."""
        if not self.isVisible():
            self._when_shown = lambda: self.show_rect(rect, max_zoom)
        size = self.viewport().size()
        width = max(1.0, size.width() - 2 * _FIT_MARGIN)
        height = max(1.0, size.height() - 2 * _FIT_MARGIN)
        zoom = self._zoom
        if rect.isValid():
            zoom = min(max_zoom, width / rect.width(), height / rect.height())
        self.travel(rect.center(), zoom)

    def uncover(self, rect: QRectF) -> None:
        """Move the picture just as far as brings a scene rectangle into view, with some margin."""
        margin = _SEEN_MARGIN / self._zoom
        seen = self.visible_rect().adjusted(margin, margin, -margin, -margin)
        dx = min(rect.left() - seen.left(), max(0.0, rect.right() - seen.right()))
        dy = min(rect.top() - seen.top(), max(0.0, rect.bottom() - seen.bottom()))
        if dx or dy:
            x, y, zoom = self.view_state()
            self.travel(QPointF(x + dx, y + dy), zoom)

    def travel(self, center: QPointF, zoom: float) -> None:
        """Bring a scene point to the centre at a zoom within 5 %..400 %, gliding where that is on.

        On the way the picture is scaled around the one point that stays where it is.
        """
        zoom = min(MAX_ZOOM, max(MIN_ZOOM, zoom))
        x, y, before = self.view_state()
        ratio = zoom / before

        def step(share: float) -> None:
            if share >= 1.0:
                self.set_zoom(zoom)
                self.centerOn(center)
                return
            scale = ratio**share
            way = share if ratio == 1.0 else (1 - 1 / scale) / (1 - 1 / ratio)
            self.set_zoom(before * scale)
            self.centerOn(x + (center.x() - x) * way, y + (center.y() - y) * way)

        if self.isVisible():
            self.glide.start(step)
        else:
            step(1.0)

    def view_state(self) -> tuple[float, float, float]:
        """The scene point at the centre and the zoom: (x, y, zoom)."""
        center = self.scene_point(QPointF(self.viewport().rect().center()))
        return center.x(), center.y(), self._zoom

    def restore_view_state(self, state: tuple[float, float, float]) -> None:
        """Show again what `view_state` described."""
        self.glide.finish()
        x, y, zoom = state
        self._when_shown = None if self.isVisible() else lambda: self.restore_view_state(state)
        self.set_zoom(zoom)
        self.centerOn(x, y)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._apply_when_shown()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self._apply_when_shown()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Wheel: zoom around the pointer. Two fingers on a trackpad: pan, with Ctrl zoom."""
        self.glide.finish()
        pixels = event.pixelDelta()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not pixels.isNull() and not control:
            self.pan_by(pixels)
        else:
            delta = event.angleDelta()
            steps = (delta.y() or delta.x()) / 120
            self.zoom_by(steps, event.position())
        event.accept()

    def _apply_when_shown(self) -> None:
        if self._when_shown is not None:
            wanted, self._when_shown = self._when_shown, None
            wanted()
            self.glide.finish()
