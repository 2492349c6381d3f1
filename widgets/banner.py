"""A slim bar above the work that says what happened and offers what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import icons
from widgets.icon_label import IconLabel
from widgets.style_sheet import BANNER_COLORS
from widgets.theme import Theme, dark

_ICON_SIZE = 18
# So many buttons stand beside the text; more would leave it no room, and stand below it.
_BESIDE = 2


class Banner(QFrame):
    """One message at a time; hidden while there is none. ``closed`` follows the close button."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._kind = "info"
        self.setProperty("role", "banner")
        self._icon = IconLabel(_ICON_SIZE)
        self._text = _wrapping("title")
        self._hint = _wrapping("muted")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        self._beside, self._below = QHBoxLayout(), QHBoxLayout()
        for row in (self._beside, self._below):
            row.setSpacing(5)
        words.addLayout(self._below)
        self._shown: list[QPushButton] = []
        self._close = QToolButton()
        self._close.setAccessibleName("Close this message")
        self._close.setToolTip("Close this message")
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self._on_close)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 7, 8, 7)
        line.setSpacing(11)
        line.addWidget(self._icon)
        line.addLayout(words, 1)
        line.addLayout(self._beside)
        line.addWidget(self._close)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.set_theme(self._theme)
        self.hide()

    def show_message(
        self,
        kind: str,
        text: str,
        hint: str = "",
        actions: Sequence[tuple[str, Callable[[], object]]] = (),
    ) -> None:
        """Show ``text`` and below it ``hint``; ``kind`` is info, warning, error or success.

        Each of ``actions`` is a button's label and what it calls; pressing one closes the message.
        """
        self._kind = kind
        self._text.setText(text)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._set_actions(actions)
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._draw_icon()
        self.setAccessibleName(f"{kind.capitalize()}: {text}")
        self.setAccessibleDescription(hint)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def message(self) -> str:
        """The text shown, ``""`` while there is none."""
        return "" if self.isHidden() else self._text.text()

    def buttons(self) -> list[QPushButton]:
        """The buttons of the actions, in their order."""
        return list(self._shown)

    def clear(self) -> None:
        """Take the message away."""
        self._set_actions(())
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of ``theme``."""
        self._theme = theme
        self._close.setIcon(icons.icon("close", theme.text_muted))
        self._draw_icon()

    def _draw_icon(self) -> None:
        color = getattr(self._theme, BANNER_COLORS[self._kind])
        self._icon.show_icon(self._kind, color)

    def _set_actions(self, actions: Sequence[tuple[str, Callable[[], object]]]) -> None:
        for old in self._shown:
            old.hide()
            old.deleteLater()
        self._shown.clear()
        is_beside = len(actions) <= _BESIDE
        self._below.setContentsMargins(0, 0 if is_beside else 6, 0, 0)
        for label, call in actions:
            button = QPushButton(label)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked, call=call: self._act(call))
            (self._beside if is_beside else self._below).addWidget(button)
            self._shown.append(button)
        self._below.setAlignment(Qt.AlignmentFlag.AlignLeft)

    def _act(self, call: Callable[[], object]) -> None:
        # Cleared first, so that a message that the call shows is not taken away with the old one.
        self.clear()
        call()

    def _on_close(self) -> None:
        self.clear()
        self.closed.emit()


def _wrapping(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
