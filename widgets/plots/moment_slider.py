"""A slider over the moments of a run that can be looked at again, with a button that replays it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from widgets import icons
from widgets.theme import Theme, dark

# Between two moments of a replay.
PACE_MS = 300
# While the handle is dragged, only where it rests for so long is looked at.
_SETTLED_MS = 30
_TIP = (
    "The steps of the run whose weights are kept, and at the right end now.\n"
    "Left and Right go from one to the next; all views show that step."
)
NONE_KEPT = "This run kept no weights of earlier steps, so there is nothing to go back to."


class MomentSlider(QWidget):
    """Play, a slider, the chosen step in words, and Live, which is the slider's right end.

    ``chosen`` carries a step, or None for now. A replay goes on to the next moment when
    ``arrived`` has said that the last one is shown.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moments: tuple[tuple[int, float], ...] = ()
        self._told: int | None = None
        self._is_awaited = False
        self._theme = dark()
        self.play = QToolButton()
        self.play.setCheckable(True)
        self.play.setIconSize(QSize(16, 16))
        self.play.toggled.connect(self._run)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(5)
        self.slider.setMinimumWidth(60)
        self.slider.setAccessibleName("Step of the run that is looked at")
        self.slider.valueChanged.connect(self._moved)
        self._words = QLabel()
        self._words.setProperty("role", "muted")
        self.live = QToolButton()
        self.live.setText("Live")
        self.live.setCheckable(True)
        self.live.setToolTip("Look at the network as it is now")
        self.live.clicked.connect(self._go_live)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self._words)
        row.addWidget(self.live)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._tell)
        self._pace = QTimer(self)
        self._pace.setInterval(PACE_MS)
        self._pace.timeout.connect(self._advance)
        self.set_moments(())

    def set_moments(self, moments: Sequence[tuple[int, float]], reason: str = NONE_KEPT) -> None:
        """Offer these steps with their fractional epochs; without any, ``reason`` says why."""
        pending = self._settled.isActive()
        standing = self.step() if pending or self.slider.isSliderDown() else self._told
        self._moments = tuple(moments)
        there = bool(moments)
        for widget in (self.slider, self.play, self.live):
            widget.setEnabled(there)
        self.slider.setToolTip(_TIP if there else reason)
        self.play.setToolTip("Replay the run from here" if there else reason)
        self.setToolTip("" if there else reason)
        if not there:
            self.play.setChecked(False)
        # Longer words must not push the slider about while it is dragged.
        widest = max((self._name(m) for m in moments), key=len, default="")
        self._words.setMinimumWidth(self._words.fontMetrics().horizontalAdvance(widest))
        self.slider.setRange(0, len(moments))
        self._place(standing)
        if pending:
            self._settled.start()

    def show_step(self, step: int | None) -> None:
        """Stand at a step, or at now; nothing is told of it."""
        self._told = step
        self._place(step)

    def arrived(self) -> None:
        """What was chosen last is shown."""
        self._is_awaited = False

    def step(self) -> int | None:
        """The step at which the handle stands; None for now."""
        at = self.slider.value()
        return self._moments[at][0] if at < len(self._moments) else None

    def words(self) -> str:
        """What is said of where the handle stands."""
        return self._words.text()

    def set_theme(self, theme: Theme) -> None:
        """Draw the button in the colours of ``theme``."""
        self._theme = theme
        self._dress()

    def _place(self, step: int | None) -> None:
        """Put the handle to a step, and tell nothing of it."""
        steps = [one for one, _ in self._moments]
        self.slider.setValue(steps.index(step) if step in steps else len(steps))
        self._settled.stop()
        self._write()

    def _moved(self, _value: int) -> None:
        self._write()
        self._settled.start()

    def _write(self) -> None:
        at = self.slider.value()
        is_live = at >= len(self._moments)
        text = "Now" if is_live and self._moments else ""
        text = text if is_live else self._name(self._moments[at])
        self._words.setText(text)
        self.slider.setAccessibleDescription(text)
        self.live.setChecked(is_live and bool(self._moments))

    def _name(self, moment: tuple[int, float]) -> str:
        step, epoch = moment
        return f"Step {step:,} · epoch {epoch:.4g}"

    def _tell(self) -> None:
        step = self.step()
        if step != self._told:
            self._told = step
            self._is_awaited = step is not None
            self.chosen.emit(step)

    def _go_live(self) -> None:
        self.play.setChecked(False)
        self.slider.setValue(len(self._moments))
        self._write()
        self._settled.stop()
        self._tell()

    def _run(self, on: bool) -> None:
        if on:
            if self.step() is None:
                self.slider.setValue(0)
            self._pace.start()
        else:
            self._pace.stop()
        self._dress()

    def _advance(self) -> None:
        if self._is_awaited or self._settled.isActive():
            return
        if self.step() is None:
            self.play.setChecked(False)
        else:
            self.slider.setValue(self.slider.value() + 1)
            self._settled.stop()
            self._tell()

    def _dress(self) -> None:
        runs = self.play.isChecked()
        picture: QIcon = icons.icon("pause" if runs else "play", self._theme.text)
        self.play.setIcon(picture)
        self.play.setAccessibleName("Pause the replay" if runs else "Replay the run")
