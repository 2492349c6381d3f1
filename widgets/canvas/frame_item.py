"""A titled box behind a set of nodes."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.graph import Frame
from widgets.canvas.node_item import TEXT_ZOOM, NodeItem
from widgets.canvas.style import Fonts, Style

TITLE_HEIGHT = 30.0
_PADDING = 20.0
_RADIUS = 12.0
_INDENT = 16.0


class FrameItem(QGraphicsItem):
    """Draws one `Frame` around its nodes; `fit` follows them."""

    def __init__(
        self, view: Frame, members: Sequence[NodeItem], fonts: Fonts, style: Style
    ) -> None:
        super().__init__()
        self.fonts = fonts
        self.style = style
        self.rect = QRectF()
        self.show_view(view, members)

    def show_view(self, view: Frame, members: Sequence[NodeItem]) -> None:
        """Show another state of the same frame; outer frames lie below the inner ones."""
        self.view = view
        self.members = members
        self.setZValue(-2.0 - len(members) / 1e6)
        self.fit()
        self.update()

    def fit(self) -> None:
        """Enclose the member nodes where they stand now."""
        rect = QRectF()
        for member in self.members:
            rect = rect.united(member.scene_rect())
        # One more padding for every frame inside would need nesting depth; size tells it apart.
        pad = _PADDING + min(12.0, len(self.members) * 0.5)
        rect = rect.adjusted(-pad, -pad - TITLE_HEIGHT, pad, pad) if self.members else rect
        if rect != self.rect:
            self.prepareGeometryChange()
            self.rect = rect

    def title_rect(self) -> QRectF:
        """The bar with the title, in scene coordinates."""
        return QRectF(
            self.rect.topLeft(), QPointF(self.rect.right(), self.rect.top() + TITLE_HEIGHT)
        )

    def text_rect(self) -> QRectF:
        """Where the title's text stands, in scene coordinates."""
        return self.title_rect().adjusted(_INDENT, 3, -_INDENT, 3)

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self.style = style
        self.update()

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-1, -1, 1, 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        self.draw(painter, self.style, with_text=zoom >= TEXT_ZOOM)

    def draw(self, painter: QPainter, style: Style, with_text: bool) -> None:
        """Paint the box and its title."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tones = style.hue(self.view.color)
        painter.setPen(tones.frame_pen)
        painter.setBrush(tones.frame_fill)
        painter.drawRoundedRect(self.rect, _RADIUS, _RADIUS)
        if not with_text or not self.members:
            return
        bar = self.text_rect()
        title = self.fonts.fitted("frame", self.view.title, bar.width())
        painter.setFont(self.fonts.fonts["frame"])
        painter.setPen(tones.frame_text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        baseline = self.fonts.baseline("frame", bar.top(), bar.height())
        painter.drawText(QPointF(bar.left(), baseline), title)
