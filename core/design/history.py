"""Undo and redo: the states a design went through, each with the name of the act that made it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.design.document import Design

LIMIT = 500


@dataclass(frozen=True)
class Step:
    """A state of the design and the act that led to it. Acts of one ``merge`` key melt together."""

    label: str
    design: Design
    merge: str = ""


@dataclass(frozen=True)
class History:
    """Past and future states around the present one."""

    steps: tuple[Step, ...]
    at: int = 0

    @classmethod
    def of(cls, design: Design, label: str = "Open") -> History:
        """A history that begins here."""
        return cls((Step(label, design),))

    @property
    def design(self) -> Design:
        """The present state."""
        return self.steps[self.at].design

    def act(self, label: str, design: Design, merge: str = "") -> History:
        """Add a state; what had been undone is forgotten.

        With ``merge``, a state of the same key as the latest one replaces it, so that the ticks of
        a slider undo as one. After an undo nothing merges.
        """
        kept = self.steps[: self.at + 1]
        present = kept[-1]
        latest = len(kept) == len(self.steps) > 1
        if merge and present.merge == merge and latest:
            return History((*kept[:-1], replace(present, design=design)), self.at)
        kept = (*kept, Step(label, design, merge))[-LIMIT:]
        return History(kept, len(kept) - 1)

    def undo(self) -> History:
        """One state back, if there is one."""
        return replace(self, at=max(self.at - 1, 0))

    def redo(self) -> History:
        """One state forward, if there is one."""
        return replace(self, at=min(self.at + 1, len(self.steps) - 1))

    @property
    def undo_label(self) -> str:
        """What ``undo`` would take back, or nothing."""
        return self.steps[self.at].label if self.at else ""

    @property
    def redo_label(self) -> str:
        """What ``redo`` would do again, or nothing."""
        return self.steps[self.at + 1].label if self.at + 1 < len(self.steps) else ""
