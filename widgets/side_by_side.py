"""Widgets beside each other or, where that makes them too narrow, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from widgets.shrinkable import Shrinkable


class SideBySide(Shrinkable):
    """Lays parts out in a line, or in a column when one would be less than ``least`` pixels wide.

    Parts that are hidden take no room.
    """

    def __init__(
        self, parts: Sequence[QWidget], least: int, spacing: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._parts, self._least = tuple(parts), least
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(spacing)
        for part in parts:
            self._line.addWidget(part, 1)

    @property
    def is_column(self) -> bool:
        """Whether the parts stand one below the other."""
        return self._line.direction() == QBoxLayout.Direction.TopToBottom

    def set_least(self, least: int) -> None:
        """Change how wide each part is at least."""
        self._least = least
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Look again when a part was shown or hidden."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose between line and column."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        count = sum(not part.isHidden() for part in self._parts)
        needed = count * self._least + max(count - 1, 0) * self._line.spacing()
        beside = count < 2 or self.width() >= needed
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
