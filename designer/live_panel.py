"""What panels that ask about the network have in common: when they ask, and what they say if there
is no answer.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.train.asks import Answered, Ask, NotAnswered
from core.train.events import (
    Event,
    Finished,
    Loaded,
    Started,
)
from designer.computing import Computing
from designer.late_panels import Surroundings
from designer.training import IDLE, STARTING, TRAINING
from widgets.labels import ElidedLabel, wrapped_label
from widgets.theme import Theme

_NOTHING_YET = "Train, or open a run, to look at the network."
_COMPILING = "The design is being compiled; the picture comes with the first steps."
_ASKING = "Looking at the network …"


class LivePanel(QObject):
    """Asks when it is seen, again when choices change, and again and again while "Live" is on.

    Subclasses fill ``controls`` and ``content``, and have ``topic``, ``question`` and ``show``.
    ``caption`` is one line below the content.
    """

    topic: str

    def __init__(self, around: Surroundings, content: QWidget) -> None:
        super().__init__()
        self._around = around
        self._seen = False
        self._run = ""
        self.widget = QWidget()
        self.content = content
        self.controls = QHBoxLayout()
        self.controls.setContentsMargins(10, 6, 10, 4)
        self.controls.setSpacing(8)
        self.live = QCheckBox("Live")
        self.live.setChecked(True)
        self.live.setToolTip(
            "Ask again and again while a training runs.\n"
            "That takes no more of its time than View > Explain > Time for views allows."
        )
        self.live.toggled.connect(self._live_changed)
        self.caption = ElidedLabel()
        self.caption.setProperty("role", "muted")
        self.caption.setContentsMargins(10, 0, 10, 4)
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._message, self._hint = wrapped_label("title"), wrapped_label("muted")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._message_page())
        self._stack.addWidget(content)
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.controls)
        column.addWidget(self._stack, 1)
        column.addWidget(Computing(around.asking, (self.topic,)))
        column.addWidget(self.caption)
        # What the panel needs to know comes after others have dealt with it.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._look_again)
        around.trainer.heard.connect(self._hear)
        around.trainer.state_changed.connect(self._later.start)
        around.session.changed.connect(self._later.start)
        around.asking.moment_changed.connect(lambda: self.ask())
        self.say(_NOTHING_YET)

    @abstractmethod
    def question(self) -> Ask | None:
        """What to ask now; None if nothing can be asked."""

    @abstractmethod
    def show(self, answer: Any, step: int) -> None:
        """Show an answer about the weights of a step."""

    def forget(self) -> None:
        """Another run is looked at from now on: let go of what was shown of the one before."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""

    def be_seen(self, seen: bool) -> None:
        """Ask when the panel comes into sight, and nothing when it cannot be seen."""
        if seen == self._seen:
            return
        self._seen = seen
        if seen:
            self.ask()
        else:
            self._around.asking.forget(self.topic)

    def ask(self, patient: bool = False) -> None:
        """Ask now or, if ``patient``, when the training has time for it."""
        if not self._seen:
            return
        trainer = self._around.trainer
        if trainer.state == STARTING:
            self.say(_COMPILING)
            return
        if trainer.run is None:
            self._run = ""
            self.forget()
            self.say(_NOTHING_YET)
            return
        question = self.question()
        if question is not None:
            if self.said() in (_NOTHING_YET, _COMPILING):
                self.say(_ASKING)
            asking = self._around.asking
            asking.ask(self.topic, question, self._take, self._refuse, patient)

    def say(self, message: str, hint: str = "") -> None:
        """Show words in place of the content."""
        self._message.setText(message[:1].upper() + message[1:])
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.caption.setText("")
        self._stack.setCurrentIndex(0)

    def said(self) -> str:
        """The words that are shown in place of the content; empty while that is shown."""
        return self._message.text() if self._stack.currentIndex() == 0 else ""

    def tell(self, caption: str) -> None:
        """Write the line below the content."""
        self.caption.setText(caption)

    def finish_controls(self) -> None:
        """Put what all panels have behind the controls of this one."""
        self.controls.addStretch(1)
        self.controls.addWidget(self.live)

    def _take(self, answered: Answered) -> None:
        self._stack.setCurrentIndex(1)
        self.show(answered.answer, answered.step)
        if self.live.isChecked() and self._around.trainer.state == TRAINING:
            self.ask(patient=True)

    def _refuse(self, refused: NotAnswered) -> None:
        self.say(refused.message, refused.hint)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Started | Loaded):
            if isinstance(event, Loaded) or event.step == 0 or event.run != self._run:
                self.forget()
            self._run = event.run
            self.ask()
        elif isinstance(event, Finished):
            self.ask()

    def _look_again(self) -> None:
        """The design or the training is another one."""
        trainer = self._around.trainer
        if trainer.state == STARTING or (trainer.run is None and trainer.state == IDLE):
            self.ask()

    def _live_changed(self, on: bool) -> None:
        if on:
            self.ask()

    def _message_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 12, 24, 12)
        column.addStretch(1)
        for label in (self._message, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(1)
        return page
