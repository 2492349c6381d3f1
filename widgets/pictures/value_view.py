"""One value of a network for one sample, in the picture that suits its rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from widgets.pictures.feature_maps import FeatureMapGrid
from widgets.pictures.sequence_map import SequenceMap
from widgets.pictures.vector_bars import VectorBars


class ValueView(QWidget):
    """A title, a picture and a caption.

    A vector becomes bars, a sequence [T, F] a heat map, an image [H, W, C] feature maps; of a
    volume [D, H, W, C] the middle slice is shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._caption = QLabel()
        self._caption.setProperty("role", "muted")
        self._caption.setWordWrap(True)
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self.bars = VectorBars()
        self.sequence = SequenceMap()
        self.maps = FeatureMapGrid()
        self._stack = QStackedWidget()
        for page in (self._text, self.bars, self.sequence, self.maps):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._stack, 1)
        column.addWidget(self._caption)
        self.clear("Nothing to show yet.")

    def show_value(
        self, array: np.ndarray, title: str, caption: str, labels: Sequence[str] = ()
    ) -> None:
        """Show the value of one sample (no batch axis); ``labels`` name a vector's elements."""
        notes = [caption] if caption else []
        if array.ndim == 4:
            middle = array.shape[0] // 2
            notes.append(f"Slice {middle} of {array.shape[0]} in depth")
            array = array[middle]
        if array.ndim == 0:
            array = array[None]
        if array.ndim > 3 or not array.size:
            self.clear(f"There is no picture for an array of shape {list(array.shape)}.")
        elif array.ndim == 3:
            self.maps.set_value(array)
            self._show(self.maps)
        elif array.ndim == 2:
            self.sequence.set_value(array)
            self._show(self.sequence)
        else:
            self.bars.set_value(array, labels, _largest(array) if len(labels) else None)
            self._show(self.bars)
        if not np.isfinite(array).all():
            notes.append("Some values are not finite")
        self._set_words(title, ". ".join(notes))

    def clear(self, text: str) -> None:
        """Show ``text`` instead of a value."""
        self._text.setText(text)
        self._show(self._text)
        self._set_words("", "")

    def picture(self) -> QWidget:
        """The widget that shows the value now."""
        return self._page

    def caption(self) -> str:
        """The line below the picture."""
        return self._caption.text()

    def title(self) -> str:
        """The line above the picture."""
        return self._title.text()

    def _show(self, page: QWidget) -> None:
        self._page = page
        self._stack.setCurrentWidget(page)

    def _set_words(self, title: str, caption: str) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._caption.setText(caption)
        self._caption.setVisible(bool(caption))
        self.setAccessibleName(title)
        self.setAccessibleDescription(caption)


def _largest(array: np.ndarray) -> int | None:
    return int(np.nanargmax(array)) if np.isfinite(array).any() else None
