"""What an empty canvas shows: how to begin, with buttons that do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from widgets.icon_label import IconLabel
from widgets.theme import Theme

WIDTH = 430
MARGIN = 16


@dataclass(frozen=True)
class Way:
    """One way to begin: an icon, and what to do."""

    icon: str
    text: str


class EmptyState(QFrame):
    """A card in the middle of ``viewport``; what it has no use for goes through to there."""

    def __init__(self, viewport: QWidget, theme: Theme) -> None:
        super().__init__(viewport)
        self._viewport, self._theme = viewport, theme
        self._wanted = True
        self._icons: list[tuple[IconLabel, Way]] = []
        self.setProperty("role", "card")
        self.setAccessibleName("How to begin")
        # The canvas follows the pointer over the card, too.
        self.setMouseTracking(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(30, 26, 30, 28)
        self._column.setSpacing(13)
        self._title = QLabel()
        self._title.setProperty("role", "headline")
        self._title.setMouseTracking(True)
        self._ways = QWidget()
        self._ways.setMouseTracking(True)
        self._rows = QVBoxLayout(self._ways)
        self._rows.setContentsMargins(0, 0, 0, 5)
        self._rows.setSpacing(13)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(10)
        self._column.addWidget(self._title)
        self._column.addWidget(self._ways)
        self._column.addLayout(self._buttons)
        viewport.installEventFilter(self)
        self.hide()

    def offer(
        self, title: str, ways: Sequence[Way], buttons: Sequence[tuple[str, QAction | QMenu]]
    ) -> None:
        """Say this. Each button has a text and an action to trigger, or a menu to open."""
        self._title.setText(title)
        for way in ways:
            self._add_way(way)
        for text, target in buttons:
            self._buttons.addWidget(_button(text, target))
        self._buttons.addStretch(1)
        before = self._viewport.focusProxy() or self._viewport
        for button in self.findChildren(QPushButton):
            QWidget.setTabOrder(before, button)
            before = button
        self.set_theme(self._theme)
        self.want(self._wanted)

    def want(self, wanted: bool) -> None:
        """Show the card, or hide it; without anything to offer it stays hidden."""
        self._wanted = wanted
        self.setVisible(wanted and bool(self._title.text()))
        self.place()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in another theme."""
        self._theme = theme
        for label, way in self._icons:
            label.show_icon(way.icon, theme.accent)

    def place(self) -> None:
        """Stand in the middle; where there is little room, with the buttons alone."""
        if self.isHidden():
            return
        area = self._viewport.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        width = min(WIDTH, area.width())
        edges = self._column.contentsMargins()
        gap = self._column.spacing()
        bare = edges.top() + self._title.sizeHint().height() + edges.bottom()
        bare += gap + self._buttons.sizeHint().height()
        ways = gap + self._rows.totalHeightForWidth(width - edges.left() - edges.right())
        roomy = bare + ways <= area.height()
        self._ways.setVisible(roomy)
        self.resize(width, bare + ways if roomy else bare)
        self.move(area.center() - self.rect().center())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Fit again when the font or the texts have changed."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.place()
        return done

    def _add_way(self, way: Way) -> None:
        icon = IconLabel(20)
        words = QLabel(way.text)
        words.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        for label in (icon, words):
            label.setMouseTracking(True)
        self._icons.append((icon, way))
        self._rows.addLayout(line)


def _button(text: str, target: QAction | QMenu) -> QPushButton:
    made = QPushButton(text)
    if isinstance(target, QMenu):
        made.setMenu(target)
        made.setToolTip(target.toolTip())
    else:
        made.setToolTip(target.toolTip())
        made.clicked.connect(target.trigger)
    return made
