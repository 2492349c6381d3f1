"""How much of a training's time goes to looking at it, and how much may. No JAX."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

# The share of a training's time that looking may take, so that it does not slow learning down.
DEFAULT_SHARE = 0.03
NO_LIMIT = math.inf
# What looks: each has an equal part of the share, and what it leaves unused is for the others.
VIEWS, SURVEYS, QUESTIONS, RECORDS = "views", "surveys", "questions", "records"
LOOKERS = (VIEWS, SURVEYS, QUESTIONS, RECORDS)
# Seconds of looking that may be saved up by each who looks less than it may.
MOST_SAVED = 0.02
# Seconds before a looker that was denied is considered again: counting costs time, too.
_DENIED = 0.01


class Budget:
    """Counts the seconds of each looker against its part of the time.

    A looker that is not in debt may look; what the look took is its debt, which the time pays back.
    So all together take at most ``share`` of the time, beyond ``MOST_SAVED`` and one look for each.
    With a share of 0 nobody may look; with ``NO_LIMIT`` everybody may, and it is only counted.
    """

    def __init__(self, share: float = DEFAULT_SHARE, lookers: Sequence[str] = LOOKERS) -> None:
        self._share = share
        self._lookers = tuple(lookers)
        self.begin(time.perf_counter)

    def begin(self, clock: Callable[[], float]) -> None:
        """A training begins; ``clock`` tells its time in seconds, pauses left out."""
        self._clock = clock
        self._began = self._last = clock()
        self._credit = dict.fromkeys(self._lookers, 0.0)
        self._denied_until = dict.fromkeys(self._lookers, -math.inf)
        self.spent = self.compiling = self.asked = 0.0

    @property
    def share(self) -> float:
        """The part of the time that looking may take."""
        return self._share

    @share.setter
    def share(self, share: float) -> None:
        # Debts were made under the old share, and must not hold under the new one.
        self._share = share
        self._credit = dict.fromkeys(self._lookers, 0.0)
        self._denied_until = dict.fromkeys(self._lookers, -math.inf)
        self._last = self._clock()

    @property
    def elapsed(self) -> float:
        """Seconds of the training so far, with those of looking."""
        return self._clock() - self._began

    def allows(self, looker: str) -> bool:
        """Whether a looker may look now."""
        if self._share == 0:
            return False
        if self._share == NO_LIMIT:
            return True
        now = self._clock()
        if now < self._denied_until[looker]:
            return False
        self._earn(now)
        if self._credit[looker] >= 0:
            return True
        self._denied_until[looker] = now + _DENIED
        return False

    def spend(self, looker: str, seconds: float) -> None:
        """A look took so many seconds."""
        self.spent += seconds
        self._credit[looker] -= seconds

    def _earn(self, now: float) -> None:
        """Divide what the time since the last call gives among the lookers."""
        gain, self._last = (now - self._last) * self._share, now
        poor = [looker for looker in self._lookers if self._credit[looker] < MOST_SAVED]
        while gain > 0 and poor:
            part = gain / len(poor)
            for looker in poor:
                taken = min(part, MOST_SAVED - self._credit[looker])
                self._credit[looker] += taken
                gain -= taken
            full = [looker for looker in poor if self._credit[looker] >= MOST_SAVED]
            if not full:
                return
            poor = [looker for looker in poor if looker not in full]
