"""The legend of the levels that nodes show live, in a corner of the canvas."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.canvas.live import LiveScale
from widgets.canvas.style import Fonts, Style

_PADDING = 9.0
_LINE = 15.0
_BAR = 8.0
_STEPS = 33
_GAP = 8.0
_LEAST_BAR = 96.0


class LiveLegend(QWidget):
    """Says what the colours mean; the mouse passes through it."""

    def __init__(self, parent: QWidget, fonts: Fonts, style: Style) -> None:
        super().__init__(parent)
        self._fonts = fonts
        self._style = style
        self._scale = LiveScale("", "", "")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_scale(self, scale: LiveScale | None) -> None:
        """Explain a scale; None hides the legend."""
        self.setVisible(scale is not None)
        if scale is None or scale == self._scale:
            return
        self._scale = scale
        self.setAccessibleName(scale.title)
        self.setAccessibleDescription(f"{scale.low} to {scale.high}")
        wide = self._fonts.width
        words = wide("port", scale.low) + wide("port", scale.high)
        width = max(wide("port", scale.title), words + 2 * _GAP + _LEAST_BAR)
        self.resize(round(width + 2 * _PADDING), round(2 * _PADDING + 2 * _LINE + 2))
        self.update()

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self._style = style
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the title, and the colours between the words for low and high."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style, box = self._style, QRectF(self.rect())
        painter.setPen(style.border_pen)
        painter.setBrush(style.label_surface)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setFont(self._fonts.fonts["port"])
        painter.setPen(style.text)
        line = QRectF(_PADDING, _PADDING, box.width() - 2 * _PADDING, _LINE)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, self._scale.title)
        line.translate(0, _LINE + 2)
        low, high = (self._fonts.width("port", t) for t in (self._scale.low, self._scale.high))
        painter.setPen(style.muted)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, self._scale.low)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self._scale.high)
        bar = line.adjusted(low + _GAP, (_LINE - _BAR) / 2, -high - _GAP, -(_LINE - _BAR) / 2)
        self._draw_bar(painter, bar)
        painter.end()

    def _draw_bar(self, painter: QPainter, bar: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        step = bar.width() / _STEPS
        for index in range(_STEPS):
            piece = QRectF(bar.left() + index * step, bar.top(), step + 1, bar.height())
            level = 2 * index / (_STEPS - 1) - 1
            painter.fillRect(piece.intersected(bar), self._style.gauge_color(level))
        middle = QPointF(bar.center().x(), bar.top() - 2)
        painter.fillRect(
            QRectF(middle.x() - 1.5, middle.y(), 3, bar.height() + 2), self._style.text
        )
