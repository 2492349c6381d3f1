"""A page of a scroll area that scrolls only when it cannot become any lower."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget


class Shrinkable(QWidget):
    """Takes what height there is, down to the least that its layout needs at a width.

    A scroll area would give a page with wrapped texts the height that it likes best.
    """

    def heightForWidth(self, width: int) -> int:
        """The least height."""
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout is not None else -1

    def minimumSizeHint(self) -> QSize:
        """The least height at the present width, where texts wrap less than at the least width."""
        least, hint = self.heightForWidth(self.width()), super().minimumSizeHint()
        return QSize(hint.width(), least) if least > 0 else hint
