"""How the rows of the palette look, on the list and under the pointer while one is dragged."""

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets import icons
from widgets.row_ground import paint_row_ground
from widgets.theme import Theme

ENTRY_ROLE = Qt.ItemDataRole.UserRole
_ROW = 30
_MARK = 18
_CHIP = 10


@dataclass(frozen=True)
class PaletteEntry:
    """One block on offer: its kind, what it is called, and the words by which it is found."""

    kind: str
    label: str
    family: str
    tooltip: str
    color_key: str
    keywords: tuple[str, ...] = ()


_Index = QModelIndex | QPersistentModelIndex


class Searchable(Protocol):
    """What the rows have to know of the palette."""

    theme: Theme

    def is_searching(self) -> bool:
        """Whether hits of a search are shown, without families."""


class RowDelegate(QStyledItemDelegate):
    """Draws families as quiet titles with a chevron and entries with their family's icon."""

    def __init__(self, parent: QObject, palette: Searchable) -> None:
        super().__init__(parent)
        self._palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: _Index,
    ) -> None:
        theme = self._palette.theme
        entry = index.data(ENTRY_ROLE)
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, rect, theme, option.state)
        if isinstance(entry, PaletteEntry):
            self._paint_entry(painter, rect, entry, option.font)
        else:
            opened = bool(option.state & QStyle.StateFlag.State_Open)
            self._paint_title(painter, rect, str(index.data()), opened, option.font)
        painter.restore()

    def _paint_title(
        self, painter: QPainter, rect: QRectF, text: str, opened: bool, font: QFont
    ) -> None:
        title = QFont(font)
        title.setWeight(QFont.Weight.DemiBold)
        painter.setFont(title)
        muted = QColor(self._palette.theme.text_muted)
        painter.setPen(QPen(muted, 1.5, c=Qt.PenCapStyle.RoundCap))
        middle = QPoint(round(rect.left()) + 13, round(rect.center().y()))
        chevron = [QPoint(-4, -2), QPoint(0, 2), QPoint(4, -2)]
        if not opened:
            chevron = [QPoint(-2, -4), QPoint(2, 0), QPoint(-2, 4)]
        painter.drawPolyline([middle + point for point in chevron])
        self._text(painter, rect.adjusted(26, 0, -8, 0), text)

    def _paint_entry(
        self, painter: QPainter, rect: QRectF, entry: PaletteEntry, font: QFont
    ) -> None:
        theme = self._palette.theme
        painter.setFont(font)
        left = 10.0 if self._palette.is_searching() else 26.0
        _paint_mark(painter, rect.left() + left, rect, theme, entry)
        painter.setPen(QColor(theme.text))
        self._text(painter, rect.adjusted(left + _MARK + 8, 0, -8, 0), entry.label)

    @staticmethod
    def _text(painter: QPainter, rect: QRectF, text: str) -> None:
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)


def _paint_mark(
    painter: QPainter, left: float, row: QRectF, theme: Theme, entry: PaletteEntry
) -> None:
    """The icon of the entry's family, or a chip of its colour where there is none."""
    color, middle = theme.family_color(entry.color_key), row.center().y()
    name = icons.family_icon(entry.color_key)
    if name:
        icons.paint(painter, name, color, QPointF(left, middle - _MARK / 2), _MARK)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    chip = QRectF(left + (_MARK - _CHIP) / 2, middle - _CHIP / 2, _CHIP, _CHIP)
    painter.drawRoundedRect(chip, 3, 3)


def drag_pixmap(entry: PaletteEntry, theme: Theme, font: QFont, scale: float) -> QPixmap:
    """A small card with the block's icon and label, for a screen of `scale`."""
    size = QSize(152, 40)
    pixmap = QPixmap(size * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect = QRectF(0, 0, size.width(), size.height())
    painter.setPen(QPen(QColor(theme.accent), 1.5))
    painter.setBrush(QColor(theme.surface_raised))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 8, 8)
    _paint_mark(painter, 11, rect, theme, entry)
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    painter.setFont(bold)
    painter.setPen(QColor(theme.text))
    label = painter.fontMetrics().elidedText(entry.label, Qt.TextElideMode.ElideRight, 108)
    painter.drawText(rect.adjusted(37, 0, -8, 0), int(Qt.AlignmentFlag.AlignVCenter), label)
    painter.end()
    return pixmap
