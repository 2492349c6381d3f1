"""Looking takes no more of a training's time than it may, by a clock that is set by hand."""

from __future__ import annotations

import math
from itertools import cycle

import pytest

from core.train.budget import (
    DEFAULT_SHARE,
    LOOKERS,
    MOST_SAVED,
    NO_LIMIT,
    QUESTIONS,
    SURVEYS,
    VIEWS,
    Budget,
)


class Training:
    """A clock, a step of 4 ms, and looks that take their time."""

    def __init__(self, share: float) -> None:
        self.now = 100.0
        self.budget = Budget(share)
        self.budget.begin(lambda: self.now)
        self.looks = dict.fromkeys(LOOKERS, 0)

    def run(self, seconds: float, costs: dict[str, float]) -> None:
        end, order = self.now + seconds, cycle(costs)
        while self.now < end:
            self.now += 0.004
            looker = next(order)
            if self.budget.allows(looker):
                self.looks[looker] += 1
                self.now += costs[looker]
                self.budget.spend(looker, costs[looker])


@pytest.mark.parametrize("share", [0.01, DEFAULT_SHARE, 0.1, 0.3])
@pytest.mark.parametrize(
    "costs",
    [
        {VIEWS: 0.004},
        {VIEWS: 0.004, SURVEYS: 0.03, QUESTIONS: 0.2},
        {VIEWS: 0.5, QUESTIONS: 2.0},
    ],
)
def test_all_together_keep_to_the_share_and_use_it(share: float, costs: dict[str, float]) -> None:
    training = Training(share)
    training.run(400.0, costs)
    budget = training.budget
    beyond = len(LOOKERS) * MOST_SAVED + sum(costs.values())
    assert budget.spent <= share * budget.elapsed + beyond
    assert budget.spent >= 0.9 * share * budget.elapsed - beyond
    assert all(training.looks[looker] for looker in costs)


def test_a_cheap_looker_is_not_held_up_by_a_dear_one() -> None:
    training = Training(DEFAULT_SHARE)
    training.run(100.0, {VIEWS: 0.004, QUESTIONS: 5.0})
    # It has half of what two lookers use, at least: an answer of 5 s keeps only its own part busy.
    assert training.looks[VIEWS] >= 100.0 * DEFAULT_SHARE / 4 / 0.004 * 0.8


def test_another_share_holds_at_once() -> None:
    training = Training(0.01)
    budget = training.budget
    assert budget.allows(VIEWS)
    budget.spend(VIEWS, 5.0)
    assert not budget.allows(VIEWS)
    for share, may in ((0.3, True), (0.0, False), (NO_LIMIT, True), (0.0, False), (0.01, True)):
        budget.share = share
        assert budget.allows(VIEWS) == may
    budget.spend(VIEWS, 5.0)
    assert not budget.allows(VIEWS)


def test_without_a_limit_it_is_only_counted() -> None:
    training = Training(NO_LIMIT)
    training.run(10.0, {VIEWS: 0.036})
    assert training.budget.spent / training.budget.elapsed == pytest.approx(0.9, abs=0.02)


def test_nothing_is_saved_up_for_long() -> None:
    """After an hour in which nobody looked, there is no hour's worth of looking."""
    training = Training(DEFAULT_SHARE)
    training.now += 3600
    before = training.now
    training.run(1.0, {VIEWS: 0.01})
    assert training.looks[VIEWS] <= math.ceil(MOST_SAVED / 0.01) + (training.now - before) * 3 + 1
