"""Dragging a block with the mouse, inside the application.

The mouse is followed directly and the widget under it gets Qt's usual drag and drop events.
`QDrag` would do the same through the platform, but not on every one: where there is no screen it
does nothing.
"""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QLabel, QWidget

from widgets.canvas.mime import block_mime

_REFUSED_OPACITY = 0.45
_COPY = Qt.DropAction.CopyAction
_BUTTON = Qt.MouseButton.LeftButton
_NO_KEYS = Qt.KeyboardModifier.NoModifier


class BlockDrag:
    """One drag of a block: `move` it, then `drop` or `cancel` it."""

    def __init__(self, kind: str, picture: QPixmap) -> None:
        self._mime = block_mime(kind)
        self._target: QWidget | None = None
        self._ghost = QLabel()
        self._ghost.setPixmap(picture)
        self._ghost.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ghost.setStyleSheet("background: transparent")
        self._ghost.adjustSize()
        self._fade = QGraphicsOpacityEffect(self._ghost)
        self._ghost.setGraphicsEffect(self._fade)
        QGuiApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, place: QPoint) -> None:
        """The pointer is at a global place: show the ghost and tell the widget there."""
        under = QApplication.widgetAt(place)
        self._show_ghost(under, place)
        # Enter is sent anew on every move: a widget that refused may accept elsewhere in it.
        at = under.mapFromGlobal(place) if under is not None else QPoint()
        if under is not self._target:
            self._leave()
        if under is not None and self._target is None and self._enter(under, at):
            self._target = under
        elif self._target is not None:
            event = QDragMoveEvent(at, _COPY, self._mime, _BUTTON, _NO_KEYS)
            QApplication.sendEvent(self._target, event)
        accepted = self._target is not None
        self._fade.setOpacity(1.0 if accepted else _REFUSED_OPACITY)
        cursor = Qt.CursorShape.DragCopyCursor if accepted else Qt.CursorShape.ClosedHandCursor
        QGuiApplication.changeOverrideCursor(cursor)

    def drop(self, place: QPoint) -> None:
        """Let go at a global place; where nothing accepts the block, nothing happens."""
        self.move(place)
        target, self._target = self._target, None
        self._end()
        if target is not None:
            at = QPointF(target.mapFromGlobal(place))
            QApplication.sendEvent(target, QDropEvent(at, _COPY, self._mime, _BUTTON, _NO_KEYS))

    def cancel(self) -> None:
        """Give up without dropping."""
        self._leave()
        self._end()

    def _enter(self, widget: QWidget, at: QPoint) -> bool:
        event = QDragEnterEvent(at, _COPY, self._mime, _BUTTON, _NO_KEYS)
        QApplication.sendEvent(widget, event)
        return event.isAccepted()

    def _leave(self) -> None:
        if self._target is not None:
            QApplication.sendEvent(self._target, QDragLeaveEvent())
            self._target = None

    def _end(self) -> None:
        QGuiApplication.restoreOverrideCursor()
        self._ghost.hide()
        self._ghost.setParent(None)
        self._ghost.deleteLater()

    def _show_ghost(self, under: QWidget | None, place: QPoint) -> None:
        """Draw the picture in the window under the pointer, centred on it."""
        if under is None:
            self._ghost.hide()
            return
        window = under.window()
        if self._ghost.parentWidget() is not window:
            self._ghost.setParent(window)
        size = self._ghost.size()
        corner = QPoint(size.width() // 2, size.height() // 2)
        self._ghost.move(window.mapFromGlobal(place) - corner)
        self._ghost.raise_()
        self._ghost.show()
