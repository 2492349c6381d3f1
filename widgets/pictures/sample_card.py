"""One sample beside a plot: a small picture or its text, and what is said of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from widgets.pictures.thumbnails import thumbnail

_WIDEST, _HIGHEST = 120, 46


class SampleCard(QWidget):
    """Words at once, the picture when it is there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._words)
        column.addWidget(self._picture)
        column.addStretch(1)
        self.setAccessibleName("Sample")

    def show_words(self, words: str, keeps_picture: bool = False) -> None:
        """Say something; the picture goes unless it is of the same sample."""
        self._words.setText(words)
        self.setAccessibleDescription(words)
        if not keeps_picture:
            self._picture.clear()

    def words(self) -> str:
        """What is said."""
        return self._words.text()

    def picture(self) -> QPixmap:
        """What is shown; a null picture for nothing."""
        return self._picture.pixmap()

    def show_sample(self, values: np.ndarray, text: str) -> None:
        """Show values without a batch axis, or the text that they spell."""
        if text:
            self._picture.clear()
            self._words.setText(f"{self._words.text()}\n“{' '.join(text.split())}”")
            return
        if values.ndim not in (1, 2, 3):
            return
        image = thumbnail(values, values.ndim == 3 and values.shape[-1] in (1, 3))
        room = QSize(min(_WIDEST, max(self.width(), 40)), _HIGHEST)
        keep = values.ndim == 3
        aspect = (
            Qt.AspectRatioMode.KeepAspectRatio if keep else Qt.AspectRatioMode.IgnoreAspectRatio
        )
        self._picture.setPixmap(QPixmap.fromImage(image.scaled(room, aspect)))
