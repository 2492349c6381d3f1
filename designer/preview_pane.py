"""The part of the data dialog that shows what was read: a table, pictures, or what is wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.data.dataset import Description
from designer.data_preview import Look, Preview
from designer.data_words import column_text
from widgets.labels import wrapped_label
from widgets.table_preview import ImageStrip, TablePreview


class PreviewPane(QWidget):
    """Shows one preview, or that it is being read."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(170)
        self.facts = wrapped_label("")
        self.facts.setAccessibleName("What was found")
        self.message = wrapped_label("error")
        self.hint = wrapped_label("muted")
        self.table = TablePreview()
        self.pictures = ImageStrip()
        self._nothing = QWidget()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setAccessibleName("First pictures of the data")
        scroll.setWidget(self.pictures)
        self.stack = QStackedWidget()
        for page in (self.table, scroll, self._nothing):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.facts, self.message, self.hint):
            column.addWidget(part)
        column.addWidget(self.stack, 1)
        self.show_text("")

    def show_text(self, text: str) -> None:
        """Show a sentence in place of samples."""
        self._say(text, "", "")
        self.stack.setCurrentWidget(self._nothing)

    def show_reading(self) -> None:
        """Say that data is being read. Samples shown so far stay until it is there."""
        self._say("Reading…", "", "")

    def show_preview(self, preview: Preview) -> None:
        """Show what was read, and what is wrong with it."""
        facts = _facts(preview.description) if preview.description else ""
        self._say(facts, preview.message, preview.hint or preview.notes)
        self.facts.setToolTip(preview.notes)
        if preview.look:
            self._show_look(preview.look)
        else:
            self.stack.setCurrentWidget(self._nothing)

    def _show_look(self, look: Look) -> None:
        if look.images is not None:
            self.pictures.set_images(look.images, look.captions)
            self.stack.setCurrentIndex(1)
        else:
            self.table.set_rows(look.header, look.lines, look.target)
            self.stack.setCurrentWidget(self.table)

    def _say(self, facts: str, message: str, hint: str) -> None:
        for label, text in ((self.facts, facts), (self.message, message), (self.hint, hint)):
            label.setText(text)
            label.setVisible(bool(text))


def _facts(found: Description) -> str:
    def named(names: tuple[str, ...]) -> str:
        return ", ".join(column_text(name, found.columns[name]) for name in names)

    targets = f"  →  {named(found.targets)}" if found.targets else ""
    rows = f"{found.rows:,} rows:  " if found.rows else ""
    return f"{rows}{named(found.inputs)}{targets}"
