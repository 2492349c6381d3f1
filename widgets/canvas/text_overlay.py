"""Text fields that lie over a place of the canvas while something there is renamed or written.

They are children of the viewport and follow the picture; what the text is for is not known here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout

from widgets.canvas.navigation import NavigableView
from widgets.canvas.style import Style, readable_on

Place = Callable[[], QRectF | None]

_SMALLEST_FONT = 12
_BORDER = 1
# What a line edit keeps free left of its text, besides its padding.
_LINE_MARGIN = 2
_LINE_PADDING = 4
_LEAST_LINE, _LEAST_PAGE = 140, (180, 64)
_KEPT_OPEN = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
_CTRL = Qt.KeyboardModifier.ControlModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TextOverlay(QFrame):
    """A field over the scene rectangle that `place` answers; where it has no answer it gives up.

    `committed` carries the text when the user is done, by a key or by leaving the field;
    `given_up` comes in its place after Escape. After either the overlay is gone.
    """

    committed = Signal(str)
    given_up = Signal()

    def __init__(
        self, view: NavigableView, field: QLineEdit | QPlainTextEdit, place: Place, style: Style
    ) -> None:
        super().__init__(view.viewport())
        self.view, self.place, self.look = view, place, style
        self._field = field
        self._ended = False
        self._hint = QLabel(view.viewport())
        self._hint.setStyleSheet(
            f"background: {style.label_surface.name()}; color: {style.text.name()};"
            f"border: 1px solid {style.divider.name()}; border-radius: 5px; padding: 3px 7px;"
        )
        self._hint.hide()
        self.setFocusProxy(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(_BORDER, _BORDER, _BORDER, _BORDER)
        column.addWidget(field)
        field.installEventFilter(self)
        view.viewport().installEventFilter(self)
        view.zoom_changed.connect(self.follow)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self.follow)

    @abstractmethod
    def text(self) -> str:
        """What is written in the field."""

    @abstractmethod
    def geometry_over(self, shown: QRectF) -> QRect:
        """Where the field lies, for its place in viewport pixels."""

    def is_final(self, event: QKeyEvent) -> bool:
        """Whether a key says that the user is done."""
        return event.key() in _ENTER

    def refusal(self, text: str) -> str:
        """Why the field cannot be closed with this text; empty where it can."""
        return ""

    def open(self) -> None:
        """Show the field with the cursor in it."""
        self.follow()
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, text: str, wrong: bool = False) -> None:
        """Show a line below the field, none for no text; `wrong` turns the border red."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))
        self._dress(self._ground, self.look.error if wrong else self.look.accent)
        self.follow()

    def follow(self, *_: object) -> None:
        """Lie where the place is on the screen now."""
        rect = None if self._ended else self.place()
        if rect is None:
            self.end(commit=False)
            return
        shown = self.geometry_over(self.view.viewportTransform().mapRect(rect))
        self.setGeometry(shown)
        self._hint.adjustSize()
        self._hint.move(shown.left(), shown.bottom() + 5)
        self._hint.raise_()

    def end(self, commit: bool) -> None:
        """Close the field, with its text or without."""
        if self._ended:
            return
        self._ended = True
        text = self.text()
        if self._field.hasFocus():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self._hint.hide()
        self._hint.deleteLater()
        self.deleteLater()
        if commit and not self.refusal(text):
            self.committed.emit(text)
        else:
            self.given_up.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer the field's keys, end when the focus leaves it, and follow the viewport's size."""
        if self._ended:
            return False
        if watched is self.view.viewport():
            if event.type() == QEvent.Type.Resize:
                self.follow()
            return False
        if isinstance(event, QWheelEvent):
            # The canvas zooms; text scrolled in its field would leave the place where it stands.
            event.ignore()
            return True
        if watched is not self._field:
            return False
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            if event.reason() not in _KEPT_OPEN:
                self.end(commit=True)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            # The key may be a shortcut of the window, but here it is the field's.
            event.setAccepted(self.is_final(event))
            return event.isAccepted()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep the keys that the field does not want from acting on the canvas."""
        event.accept()

    def scaled(self, font: QFont) -> QFont:
        """A font of the canvas as large as the picture shows it, but never too small to read."""
        made = QFont(font)
        made.setPixelSize(max(_SMALLEST_FONT, round(font.pixelSize() * self.view.zoom)))
        return made

    def _dress(self, ground: QColor, border: QColor) -> None:
        self._ground = ground
        accent = self.look.accent
        self.setStyleSheet(
            f"TextOverlay {{ background: {ground.name()}; border: {_BORDER}px solid"
            f" {border.name()}; border-radius: 5px; }}"
            f"QLineEdit, QPlainTextEdit {{ background: transparent; color: {self.look.text.name()};"
            f" border: none; border-radius: 0; padding: 0 {_LINE_PADDING}px; min-height: 0;"
            f" placeholder-text-color: {self.look.muted.name()};"
            f" selection-background-color: {accent.name()};"
            f" selection-color: {readable_on(accent).name()}; }}"
            "QPlainTextEdit { padding: 0; }"
        )

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.end(commit=False)
        elif self.is_final(event):
            refusal = self.refusal(self.text())
            if refusal:
                self.say(refusal, wrong=True)
            else:
                self.end(commit=True)
        else:
            return False
        return True


class LineOverlay(TextOverlay):
    """One line over a title; `font` is the title's at 100 %. It must not stay empty."""

    def __init__(
        self, view: NavigableView, text: str, font: QFont, place: Place, style: Style
    ) -> None:
        self.field = QLineEdit(text)
        super().__init__(view, self.field, place, style)
        self._title_font = font
        self._dress(style.surface, style.accent)
        self.field.setAccessibleName("Name")
        self.field.textEdited.connect(self._edited)
        self.field.selectAll()

    def text(self) -> str:
        """The name, without blanks around it."""
        return self.field.text().strip()

    def refusal(self, text: str) -> str:
        """An empty name is refused."""
        return "" if text else "A name needs at least one character"

    def geometry_over(self, shown: QRectF) -> QRect:
        """The letters stand where those of the title do; the field grows with its text."""
        font = self.scaled(self._title_font)
        self.field.setFont(font)
        metrics = QFontMetrics(font)
        inset = _BORDER + _LINE_PADDING + _LINE_MARGIN
        needed = metrics.horizontalAdvance(self.field.text()) + metrics.averageCharWidth()
        width = max(_LEAST_LINE, round(shown.width()), needed) + 2 * inset
        height = metrics.height() + 2 * (_BORDER + 3)
        left, room = round(shown.left()) - inset, self.view.viewport().width()
        if 0 <= left < room:
            left = max(0, min(left, room - width - 4))
        return QRect(left, round(shown.center().y() - height / 2), width, height)

    def _edited(self) -> None:
        self.say("")


class PageOverlay(TextOverlay):
    """Several lines over a card with `margin` around its text; Ctrl+Enter is done."""

    def __init__(
        self,
        view: NavigableView,
        text: str,
        font: QFont,
        margin: float,
        place: Place,
        style: Style,
        ground: QColor,
    ) -> None:
        self.field = QPlainTextEdit(text)
        super().__init__(view, self.field, place, style)
        self._card_font, self._margin = font, margin
        self._scale = 0.0
        self._dress(ground, style.accent)
        self.field.setFrameShape(QFrame.Shape.NoFrame)
        self.field.setAccessibleName("Text of the note")
        self.field.setPlaceholderText("Write a note. Ctrl+Enter is done.")
        self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.field.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.field.setTabChangesFocus(True)
        self.field.viewport().installEventFilter(self)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.field.document().documentLayout().documentSizeChanged.connect(self.follow)

    def text(self) -> str:
        """The text, without empty lines around it."""
        return self.field.toPlainText().strip("\n").rstrip()

    def is_final(self, event: QKeyEvent) -> bool:
        """Enter alone begins a line."""
        return _CTRL in event.modifiers() and super().is_final(event)

    def geometry_over(self, shown: QRectF) -> QRect:
        """The card's rectangle; where the text needs more, it is taller."""
        if self._scale != self.view.zoom:
            self._scale = self.view.zoom
            self.field.setFont(self.scaled(self._card_font))
            self.field.document().setDocumentMargin(max(6.0, self._margin * self._scale - _BORDER))
        # The layout of a plain text document counts its height in lines.
        lines = self.field.document().size().height()
        needed = lines * self.field.fontMetrics().lineSpacing()
        needed += 2 * (self.field.document().documentMargin() + _BORDER)
        width = max(_LEAST_PAGE[0], round(shown.width()))
        height = max(_LEAST_PAGE[1], round(shown.height()), round(needed))
        return QRect(round(shown.left()), round(shown.top()), width, height)
