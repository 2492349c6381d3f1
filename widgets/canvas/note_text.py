"""A note's text, broken into the lines in which it is drawn."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QTextLayout, QTextLine, QTextOption

from widgets.canvas.style import Fonts, TextRole

_HEADING = "# "
_GAP_BELOW_HEADING = 4.0


class NoteText:
    """Plain text in a column `width` pixels wide; a first line that starts with "# " is a heading.

    Lines below `room` pixels are left out; then `cut` is True. `height` is that of the lines.
    """

    def __init__(self, text: str, fonts: Fonts, width: float, room: float) -> None:
        self.height = 0.0
        self.cut = False
        # A line of text lives only as long as its layout.
        self._layouts: list[QTextLayout] = []
        self._lines: list[QTextLine] = []
        for role, paragraph in _paragraphs(text):
            self._add(paragraph, fonts, role, width, room)
            if self.cut:
                break

    def draw(self, painter: QPainter, at: QPointF) -> None:
        """Paint the lines in the painter's pen, the first one's upper left corner at `at`."""
        for line in self._lines:
            line.draw(painter, at)

    def _add(self, paragraph: str, fonts: Fonts, role: TextRole, width: float, room: float) -> None:
        layout = QTextLayout(paragraph, fonts.fonts[role])
        layout.setCacheEnabled(True)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        self._layouts.append(layout)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, self.height))
            self.cut = self.height + line.height() > room
            if self.cut:
                break
            self._lines.append(line)
            self.height += line.height()
        layout.endLayout()
        if role == "heading":
            self.height += _GAP_BELOW_HEADING


def _paragraphs(text: str) -> Iterator[tuple[TextRole, str]]:
    first, *others = text.split("\n")
    if first.startswith(_HEADING):
        yield "heading", first.removeprefix(_HEADING)
    else:
        yield "note", first
    for paragraph in others:
        yield "note", paragraph
