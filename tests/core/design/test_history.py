"""Undo and redo against a model: two plain lists of states."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.design.document import Design
from core.design.history import LIMIT, History

TICKS = st.integers(0, 9**9)


class HistoryModel(RuleBasedStateMachine):
    """``past`` ends with the present; merging is allowed only right after an act of that key."""

    def __init__(self) -> None:
        super().__init__()
        start = Design(name="start")
        self.history = History.of(start)
        self.past: list[tuple[str, Design]] = [("Open", start)]
        self.future: list[tuple[str, Design]] = []
        self.last_merge = ""

    @rule(tick=TICKS)
    def act(self, tick: int) -> None:
        design = Design(name=f"act {tick}")
        self.history = self.history.act(f"Act {tick}", design)
        self.past.append((f"Act {tick}", design))
        self.future, self.last_merge = [], ""

    @rule(tick=TICKS, key=st.sampled_from(["slider", "drag"]))
    def tick(self, tick: int, key: str) -> None:
        design = Design(name=f"tick {tick}")
        self.history = self.history.act(key, design, merge=key)
        if self.last_merge == key and not self.future and len(self.past) > 1:
            self.past[-1] = (key, design)
        else:
            self.past.append((key, design))
        self.future, self.last_merge = [], key

    @rule()
    def undo(self) -> None:
        self.history = self.history.undo()
        if len(self.past) > 1:
            self.future.append(self.past.pop())
        self.last_merge = self._key()

    @rule()
    def redo(self) -> None:
        self.history = self.history.redo()
        if self.future:
            self.past.append(self.future.pop())
        self.last_merge = self._key()

    def _key(self) -> str:
        label = self.past[-1][0]
        return label if label in ("slider", "drag") else ""

    @invariant()
    def agrees(self) -> None:
        assert self.history.design is self.past[-1][1]
        assert self.history.undo_label == (self.past[-1][0] if len(self.past) > 1 else "")
        assert self.history.redo_label == (self.future[-1][0] if self.future else "")


TestHistory = HistoryModel.TestCase
TestHistory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_the_oldest_states_are_forgotten() -> None:
    history = History.of(Design(name="0"))
    for i in range(1, LIMIT + 10):
        history = history.act(f"Act {i}", Design(name=str(i)))
    assert len(history.steps) == LIMIT
    assert history.design.name == str(LIMIT + 9)
    for _ in range(2 * LIMIT):
        history = history.undo()
    assert history.design.name == "10"
