"""A line of text in which one token looks at the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.cells import outline, underline
from widgets.pictures.token_strip import TokenStrip

_LINES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class AttendedTokens(TokenStrip):
    """Keys on a ground as strong as their weight; the key pointed at has a frame, the query a line.

    ``token_pointed`` carries the number of the token that the mouse or the arrow keys point at.
    """

    token_pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query: int | None = None
        self._key: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Tokens")

    @property
    def marked(self) -> tuple[int | None, int | None]:
        """The tokens that are highlighted as query and as key."""
        return self._query, self._key

    def show_attention(
        self, tokens: Sequence[str], weights: np.ndarray, query: int | None, key: int | None
    ) -> None:
        """Show ``weights`` [S] of the tokens, and highlight the query and one key among them."""
        self._query, self._key = query, key
        self.set_tokens(tokens, weights)
        self._fit()

    def token_at(self, where: QPointF) -> int | None:
        """The number of the token at a point of the widget."""
        return next((i for i, rect in enumerate(self.rects()) if rect.contains(where)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a token."""
        found = self.token_at(event.position())
        if found is not None and found != self._query:
            self.token_pointed.emit(found)
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from token to token."""
        step = _LINES.get(Qt.Key(event.key()))
        count = len(self.rects())
        if step is None or not count:
            super().keyPressEvent(event)
            return
        at = 0 if self._query is None else min(max(self._query + step, 0), count - 1)
        self.token_pointed.emit(at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines break elsewhere."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """All lines."""
        return QSize(240, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tokens, the frame and the line."""
        super().paintEvent(event)
        painter = QPainter(self)
        rects = self.rects()
        color = self.palette().highlight().color()
        if self._key is not None and self._key < len(rects):
            outline(painter, rects[self._key].adjusted(1, 1, -1, -1))
        if self._query is not None and self._query < len(rects):
            underline(painter, rects[self._query])
        if self.hasFocus():
            painter.setPen(QPen(color, 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _fit(self) -> None:
        rects = self.rects()
        self.setMinimumHeight(int(rects[-1].bottom()) + 3 if rects else 24)
