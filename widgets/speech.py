"""Has texts spoken by a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QListWidget, QWidget


def say(widget: QWidget, text: str, urgent: bool = False) -> None:
    """Have a text spoken; an urgent one takes the place of what is being spoken."""
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


class SpokenHits(QObject):
    """Speaks the chosen row of a list that never has the focus, since a field above it keeps that.

    ``announced`` carries what is spoken.
    """

    announced = Signal(str)

    def __init__(self, field: QWidget, hits: QListWidget) -> None:
        super().__init__(field)
        self._field, self._hits = field, hits
        hits.currentRowChanged.connect(self.tell)

    def tell(self) -> None:
        """Speak the chosen row and its number; nothing where there is none, or nobody sees it."""
        item = self._hits.currentItem()
        if item is not None and self._field.isVisible():
            text = item.data(Qt.ItemDataRole.AccessibleTextRole) or item.text()
            self.say(f"{text}, {self._hits.currentRow() + 1} of {self._hits.count()}")

    def say(self, text: str) -> None:
        """Speak a text, for example why there is no row."""
        say(self._field, text, urgent=True)
        self.announced.emit(text)
