"""A list of rows of the data with what was said of them, and a look at the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTreeWidgetItem, QVBoxLayout, QWidget

from widgets.figure_table import FigureTable
from widgets.labels import wrapped_label
from widgets.pictures.colormaps import rgb_of, to_image

_SIDE = 104
HEADS = ("Row", "True", "Predicted", "#Sure", "#Loss")


class SampleTable(QWidget):
    """Rows by their numbers; ``wanted`` carries the row that is to be shown beside the list."""

    wanted = Signal(int)

    def __init__(
        self,
        name: str,
        heads: Sequence[str] = HEADS,
        side: int = _SIDE,
        parent: QWidget | None = None,
    ) -> None:
        """The picture is ``side`` pixels wide and high."""
        super().__init__(parent)
        self._side = side
        self._rows: tuple[int, ...] = ()
        self.caption = QLabel()
        self.caption.setProperty("role", "muted")
        self.table = FigureTable(name, heads, min(2, len(heads) - 1))
        self.table.currentItemChanged.connect(self._choose)
        self.picture = QLabel()
        self.picture.setAccessibleName("The chosen row")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(side, side)
        self.text = wrapped_label("muted")
        self.text.setFixedWidth(side)
        look = QVBoxLayout()
        look.addWidget(self.picture)
        look.addWidget(self.text)
        look.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.table, 1)
        line.addLayout(look)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.caption)
        column.addLayout(line, 1)
        self._look: int | None = None
        self.show_sample(None, None, "")

    def set_samples(
        self, rows: Sequence[int], cells: Sequence[Sequence[str]], caption: str
    ) -> None:
        """List these rows of the data, with the texts of the other columns."""
        same = tuple(rows) == self._rows
        self._rows = tuple(rows)
        self.table.set_rows([(str(r), *c) for r, c in zip(rows, cells, strict=True)])
        self.caption.setText(caption)
        if not same:
            self.table.setCurrentIndex(QModelIndex())
            self.show_sample(None, None, "")

    def show_sample(self, row: int | None, picture: np.ndarray | None, text: str) -> None:
        """Show what is in a row: an image ``[H, W, C]`` or a text."""
        self._look = row
        self.picture.setVisible(picture is not None)
        self.text.setText(text if row is not None else "")
        self.text.setVisible(picture is None and row is not None)
        if picture is not None:
            size = QSize(self._side, self._side)
            keep = Qt.AspectRatioMode.KeepAspectRatio
            shown = QPixmap.fromImage(to_image(rgb_of(picture))).scaled(size, keep)
            self.picture.setPixmap(shown)
            self.picture.setToolTip(f"Row {row}")

    @property
    def shown_row(self) -> int | None:
        """The row beside the list."""
        return self._look

    def _choose(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.wanted.emit(self._rows[self.table.indexOfTopLevelItem(item)])
