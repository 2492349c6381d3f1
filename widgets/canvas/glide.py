"""Carries nodes or the view to another place in a moment instead of at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QVariantAnimation

MILLISECONDS = 180


class Glide(QObject):
    """The one movement that is under way; another one, or `finish`, brings it to its end at once.

    ``milliseconds`` is how long a movement takes; with 0 everything jumps.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.milliseconds = 0
        self._step: Callable[[float], None] | None = None
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._show)
        self._animation.finished.connect(self.finish)

    @property
    def running(self) -> bool:
        """Whether something moves."""
        return self._step is not None

    def start(self, step: Callable[[float], None]) -> None:
        """Call ``step`` with growing shares (0..1) of the way; the last call is with 1."""
        self.finish()
        if self.milliseconds <= 0:
            step(1.0)
            return
        self._step = step
        self._animation.setDuration(self.milliseconds)
        self._animation.start()

    def finish(self) -> None:
        """Be at the end of the way now."""
        step, self._step = self._step, None
        if step is not None:
            self._animation.stop()
            step(1.0)

    def _show(self, share: float) -> None:
        running = self._animation.state() == QAbstractAnimation.State.Running
        if self._step is not None and running and share < 1.0:
            self._step(share)
