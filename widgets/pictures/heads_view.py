"""Who looks at whom: the heads of an attention layer above the tokens they look at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from core.explain.inside.seen import Facet
from widgets.pictures.attended_tokens import AttendedTokens
from widgets.pictures.head_grid import HeadGrid

_TEXT_HEIGHT = 86


class HeadsView(QWidget):
    """Pointing at a cell highlights its two tokens in the text; pointing at a token shows what it
    looks at, in the head pointed at last or shown alone.

    ``told`` carries query, key and weight in words, ``pointed`` head, query and key, or None. Of
    elements that are patches of an image there is no text; their owner shows them in it.
    """

    told = Signal(str)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = HeadGrid()
        self.tokens = AttendedTokens()
        self._facet: Facet | None = None
        self._head = 0
        self._axes = QLabel("queries ↓    keys →")
        self._axes.setProperty("role", "muted")
        self._text = QScrollArea()
        self._text.setWidgetResizable(True)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._text.setFrameShape(QScrollArea.Shape.NoFrame)
        self._text.setMaximumHeight(_TEXT_HEIGHT)
        self._text.setWidget(self.tokens)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.grid.cell_changed.connect(self._point)
        self.tokens.token_pointed.connect(self._ask_of)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.grid, 1)
        for part in (self._axes, self._text, self.note):
            column.addWidget(part)

    def show_heads(self, facet: Facet) -> None:
        """Show weights ``[H, T, S]``."""
        before, self._facet = self._facet, facet
        self.grid.set_heads(facet.value, facet.rows, facet.columns)
        self._head = min(self._head, len(facet.value) - 1)
        self.note.setText(facet.note)
        self.note.setVisible(bool(facet.note))
        self._text.setVisible(facet.column_patches is None)
        query = self.tokens.marked[0]
        same = before is not None and before.value.shape == facet.value.shape
        self._mark(query if same else None, self.tokens.marked[1] if same else None)

    def _point(self, cell: tuple[int, int, int] | None) -> None:
        self.pointed.emit(cell)
        if cell is None:
            self.told.emit("")
            return
        self._head = cell[0]
        self._mark(cell[1], cell[2])
        self.told.emit(self.grid.words(cell))

    def _ask_of(self, query: int) -> None:
        """A token was pointed at: it is the query, and what it looks at most is the key."""
        if self._facet is None or query >= self._facet.value.shape[1]:
            return
        if self.grid.alone is not None:
            self._head = self.grid.alone
        key = int(self.grid.row(self._head, query).argmax())
        self._mark(query, key)
        self.told.emit(f"{self.grid.words((self._head, query, key))}, the largest")

    def _mark(self, query: int | None, key: int | None) -> None:
        if self._facet is None:
            return
        count = self._facet.value.shape[2]
        names = self._facet.columns if len(self._facet.columns) == count else ()
        shown = names or tuple(str(i) for i in range(count))
        none = np.zeros(count, np.float32)
        weights = none if query is None else self.grid.row(self._head, query)
        # A query of another sequence has no place among the keys.
        among = query if self._facet.rows == self._facet.columns else None
        self.tokens.show_attention(shown, weights, among, key)
