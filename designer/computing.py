"""The line that says that an answer is being computed, and lets it be cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from designer.asking import Asking

# Seconds after which it is said, and milliseconds between two looks at the clock.
SOON = 1.0
_TICK_MS = 250
_BESIDE = " beside the training"
_SHARE = "The training goes on; until this is answered it may have half of the time."


class Computing(QWidget):
    """Shows itself while a question of some topics, which somebody asked, waits for over a second.

    It is hidden else.
    """

    def __init__(self, asking: Asking, topics: Sequence[str]) -> None:
        super().__init__()
        self._asking, self._topics = asking, tuple(topics)
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self.cancel = QToolButton()
        self.cancel.setText("Cancel")
        self.cancel.setToolTip("Give this computation up")
        self.cancel.clicked.connect(self._cancel)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 0, 10, 2)
        line.setSpacing(8)
        line.addWidget(self._text)
        line.addWidget(self.cancel)
        line.addStretch(1)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self.refresh)
        asking.waiting_changed.connect(self.refresh)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def refresh(self) -> None:
        """Say how long the oldest question has waited."""
        seconds = self._asking.seconds_waited(self._topics)
        if seconds is None:
            self._clock.stop()
            self.hide()
            return
        if not self._clock.isActive():
            self._clock.start()
        if seconds >= SOON:
            trains = self._asking.is_training
            self._text.setText(f"Computing{_BESIDE if trains else ''} … {seconds:.0f} s")
            self._text.setToolTip(_SHARE if trains else "")
            self.show()

    def _cancel(self) -> None:
        self._asking.cancel(self._topics)
