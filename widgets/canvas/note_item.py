"""A note: a soft coloured card with text, behind the nodes."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.graph import NoteView
from widgets.canvas.node_item import TEXT_ZOOM
from widgets.canvas.note_text import NoteText
from widgets.canvas.style import Fonts, Style

NOTE_PADDING = 12.0
MIN_NOTE_WIDTH, MIN_NOTE_HEIGHT = 96.0, 40.0
_RADIUS = 6.0
_GRIP = 9.0
_TALLEST = 1200.0


class NoteItem(QGraphicsItem):
    """Draws one `NoteView`; where it stands on the screen is changed with `set_rect`."""

    def __init__(self, view: NoteView, fonts: Fonts, style: Style) -> None:
        super().__init__()
        self.fonts = fonts
        self.style = style
        self.selected = False
        self.hovered = False
        self.setZValue(-1.5)
        self.show_view(view)

    def show_view(self, view: NoteView) -> None:
        """Show another state of the same note, and put it where the view says."""
        self.view = view
        self.prepareGeometryChange()
        self.rect = QRectF(*view.rect)
        self._break_lines()
        self.update()

    def set_rect(self, rect: QRectF) -> None:
        """Stand elsewhere, or in another size; in scene coordinates."""
        resized = rect.size() != self.rect.size()
        self.prepareGeometryChange()
        self.rect = rect
        if resized:
            self._break_lines()
        self.update()

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self.style = style
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Draw with or without the accent outline."""
        self.selected = selected
        self.update()

    def set_hovered(self, hovered: bool) -> None:
        """Show that the pointer is over the note."""
        if hovered != self.hovered:
            self.hovered = hovered
            self.update()

    @property
    def cut(self) -> bool:
        """Whether the text does not fit into the card."""
        return self._text.cut

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-3, -3, 3, 3)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        self.draw(painter, self.style, with_text=zoom >= TEXT_ZOOM)
        if self.selected:
            painter.setPen(self.style.selected_pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect, _RADIUS, _RADIUS)
        if self.selected or self.hovered:
            self._draw_grip(painter)

    def draw(self, painter: QPainter, style: Style, with_text: bool) -> None:
        """Paint the card and its text, without selection and hover."""
        tones = style.hue(self.view.color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tones.note_pen)
        painter.setBrush(tones.note_fill)
        painter.drawRoundedRect(self.rect, _RADIUS, _RADIUS)
        if not with_text:
            return
        painter.setPen(style.text)
        self._text.draw(painter, self.rect.topLeft() + QPointF(NOTE_PADDING, NOTE_PADDING))
        if self.cut:
            self._draw_more(painter)

    def _break_lines(self) -> None:
        width = self.rect.width() - 2 * NOTE_PADDING
        room = self.rect.height() - 1.5 * NOTE_PADDING
        self._text = NoteText(self.view.text, self.fonts, width, room)

    def _draw_more(self, painter: QPainter) -> None:
        """Three dots at the lower edge, because there is more text than room."""
        painter.setBrush(painter.pen().color())
        painter.setPen(Qt.PenStyle.NoPen)
        middle = QPointF(self.rect.center().x(), self.rect.bottom() - 7)
        for step in (-6, 0, 6):
            painter.drawEllipse(middle + QPointF(step, 0), 1.4, 1.4)

    def _draw_grip(self, painter: QPainter) -> None:
        """Two strokes in the corner by which the note is resized."""
        painter.setPen(QPen(self.style.muted, 1.0))
        corner = self.rect.bottomRight() - QPointF(3, 3)
        for reach in (_GRIP, _GRIP / 2):
            painter.drawLine(corner - QPointF(reach, 0), corner - QPointF(0, reach))


def height_for(text: str, fonts: Fonts, width: float) -> float:
    """How tall a note of that width has to be for its whole text, in pixels, within limits."""
    needed = NoteText(text, fonts, width - 2 * NOTE_PADDING, _TALLEST).height
    return max(MIN_NOTE_HEIGHT, needed + 2 * NOTE_PADDING)
