"""A training step to go through moment by moment: buttons, list of moments, and formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import icons
from widgets.formula_text import FormulaText
from widgets.inputs import SpinBox
from widgets.labels import wrapped_label
from widgets.theme import Theme, dark

# Milliseconds that a moment is shown when all are played.
PACE = 1400
MOST_SAMPLES = 8


@dataclass(frozen=True)
class _Way:
    icon: str
    text: str
    key: Qt.Key


_WAYS = {
    "first": _Way("first", "First moment", Qt.Key.Key_Home),
    "back": _Way("back", "Back by one moment", Qt.Key.Key_Left),
    "play": _Way("play", "Play, or pause, all moments in turn", Qt.Key.Key_Space),
    "next": _Way("next", "On to the next moment", Qt.Key.Key_Right),
    "last": _Way("last", "Last moment", Qt.Key.Key_End),
}


class _Moments(QListWidget):
    """The list, whose ``acts`` are what keys do in it.

    Elsewhere these keys press buttons and edit numbers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.acts: Mapping[int, Callable[[], None]] = {}

    def event(self, event: QEvent) -> bool:
        """Keep the keys from the shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(self._act(event) is not None)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key is for."""
        act = self._act(event)
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def _act(self, event: QKeyEvent) -> Callable[[], None] | None:
        kept = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return None if kept else self.acts.get(event.key())


class StepWalk(QWidget):
    """Shows where one is in a step; what a moment holds is put into ``text`` by its owner.

    ``moment_shown`` carries the number of the moment that is shown, ``sample_chosen`` comes when
    another sample or number of samples is, ``step_wanted`` asks that the step be done and the next
    one shown, ``restart_wanted`` that all steps be taken back, ``example_wanted`` that an example
    be opened in place of a design without a step.
    """

    moment_shown = Signal(int)
    sample_chosen = Signal()
    step_wanted = Signal()
    restart_wanted = Signal()
    example_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self.buttons = {name: self._button(name) for name in _WAYS}
        self.place = QLabel()
        self.place.setProperty("role", "muted")
        self.sample = _field("Sample", "Number of the training sample that the step is made with")
        self.batch = _field("Batch", "How many samples the step is made with, from that one on")
        self.batch.setRange(1, MOST_SAMPLES)
        self.do_step = QPushButton("&Do the step")
        self.do_step.setToolTip("Go on with the new weights, and see how the loss changes (Enter)")
        self.restart = QToolButton()
        self.restart.setIconSize(QSize(18, 18))
        self.restart.setAccessibleName("Start again")
        self.restart.setToolTip("Start again: take back all steps that were done here (Backspace)")
        self.losses = QLabel()
        self.losses.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.list = _Moments()
        self.list.setAccessibleName("Moments of the step")
        self.list.setUniformItemSizes(True)
        self.text = FormulaText()
        self.text.setAccessibleName("Formulas of the moment")
        self.message = wrapped_label("muted")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.example = QPushButton("Open an &example")
        self.example.setToolTip("Two ReLUs whose step is worked out by hand; one of the examples")
        self._timer = QTimer(self)
        self._timer.setInterval(PACE)
        self._timer.timeout.connect(self.turn_page)
        self._lay_out()
        self.list.currentRowChanged.connect(self._show)
        self.sample.valueChanged.connect(self.sample_chosen)
        self.batch.valueChanged.connect(self.sample_chosen)
        self.do_step.clicked.connect(self.step_wanted)
        self.restart.clicked.connect(self.restart_wanted)
        self.example.clicked.connect(self.example_wanted)
        self.list.acts = {
            **{way.key: self._slot(name) for name, way in _WAYS.items()},
            **dict.fromkeys((Qt.Key.Key_Return, Qt.Key.Key_Enter), self.do_step.click),
            Qt.Key.Key_Backspace: self.restart.click,
        }
        self.set_theme(self._theme)
        self.say("")

    def _lay_out(self) -> None:
        ways, choices = QHBoxLayout(), QHBoxLayout()
        for row in (ways, choices):
            row.setSpacing(4)
        for button in self.buttons.values():
            ways.addWidget(button)
        ways.addSpacing(6)
        ways.addWidget(self.place, 1)
        ways.addWidget(self.restart)
        ways.addWidget(self.do_step)
        for words, field in (("Sample", self.sample), ("Batch", self.batch)):
            label = QLabel(words)
            label.setBuddy(field)
            choices.addWidget(label)
            choices.addWidget(field)
            choices.addSpacing(4)
        choices.addWidget(self.losses, 1)
        # Narrow enough for a panel of the smallest window.
        self.list.setMinimumWidth(120)
        self.text.setMinimumWidth(110)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setSizes([200, 500])
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(8, 4, 8, 6)
        column.setSpacing(5)
        column.addLayout(ways)
        column.addWidget(split, 1)
        column.addLayout(choices)
        told = QWidget()
        line = QVBoxLayout(told)
        line.addStretch(1)
        line.addWidget(self.message)
        line.addWidget(self.example, 0, Qt.AlignmentFlag.AlignHCenter)
        line.addStretch(1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(told)
        self._stack.addWidget(whole)

    @property
    def moment(self) -> int:
        """The number of the moment shown, -1 while there is none."""
        return self.list.currentRow()

    def say(self, message: str, with_example: bool = False) -> None:
        """Show a message in place of a step, where it helps with a button for an example."""
        self.stop()
        self.example.setVisible(with_example)
        self.list.clear()
        self.message.setText(message)
        self.message.setAccessibleName(message)
        self._stack.setCurrentIndex(0)

    def set_moments(self, titles: Sequence[str], at: int, samples: int) -> None:
        """Show a step with these moments, one of ``samples``, and which of its moments."""
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.list.clear()
        self.list.addItems(list(titles))
        self.sample.setRange(1, samples)
        self.batch.setRange(1, min(MOST_SAMPLES, samples))
        self._stack.setCurrentIndex(1)
        self.list.setCurrentRow(max(0, min(at, len(titles) - 1)))
        if had_focus:
            self.list.setFocus()

    def go(self, moment: int) -> None:
        """Show another moment; the first or last where there is no such."""
        if self.list.count():
            self.list.setCurrentRow(max(0, min(moment, self.list.count() - 1)))

    def stop(self) -> None:
        """End playing."""
        self._timer.stop()
        self._dress_play()

    @property
    def is_playing(self) -> bool:
        """Whether the moments are shown in turn."""
        return self._timer.isActive()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        for name, way in _WAYS.items():
            self.buttons[name].setIcon(icons.icon(way.icon, theme.text))
        self.restart.setIcon(icons.icon("restore", theme.text))
        self._dress_play()
        self.text.set_theme(theme)

    def _dress_play(self) -> None:
        icon = "pause" if self.is_playing else "play"
        self.buttons["play"].setIcon(icons.icon(icon, self._theme.text))

    def _button(self, name: str) -> QToolButton:
        way = _WAYS[name]
        made = QToolButton()
        made.setIconSize(QSize(18, 18))
        made.setAccessibleName(way.text)
        made.setToolTip(f"{way.text} ({QKeySequence(way.key).toString()})")
        made.clicked.connect(self._slot(name))
        return made

    def _slot(self, name: str) -> Callable[[], None]:
        return {
            "first": lambda: self.go(0),
            "back": lambda: self.go(self.moment - 1),
            "next": lambda: self.go(self.moment + 1),
            "last": lambda: self.go(self.list.count() - 1),
            "play": self._play,
        }[name]

    def _play(self) -> None:
        if self.is_playing or not self.list.count():
            self.stop()
            return
        if self.moment == self.list.count() - 1:
            self.go(0)
        self._timer.start()
        self._dress_play()

    def turn_page(self) -> None:
        """Play on by one moment, which ends at the last."""
        self.go(self.moment + 1)
        if self.moment == self.list.count() - 1:
            self.stop()

    def _show(self, moment: int) -> None:
        count = self.list.count()
        self.place.setText(f"{moment + 1} of {count}" if count else "")
        for name in ("first", "back"):
            self.buttons[name].setEnabled(moment > 0)
        for name in ("next", "last"):
            self.buttons[name].setEnabled(moment < count - 1)
        if moment >= 0:
            self.moment_shown.emit(moment)


def _field(name: str, tooltip: str) -> SpinBox:
    made = SpinBox()
    made.setAccessibleName(name)
    made.setToolTip(tooltip)
    made.setRange(1, 1)
    return made
