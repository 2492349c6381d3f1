"""The rate that falls on a plateau, against PyTorch's ReduceLROnPlateau."""

from __future__ import annotations

import json
import math

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import ReduceLROnPlateau

from core.train.schedules.plateau import Plateau

RULES = st.builds(
    Plateau,
    factor=st.floats(0.05, 0.95),
    patience=st.integers(0, 4),
    minimum_change=st.floats(0.0, 0.5),
    cooldown=st.integers(0, 3),
    lowest_share=st.floats(0.0, 0.5),
)
# Few values, so that losses often stay.
LOSSES = st.lists(st.sampled_from([1.0, 0.9, 0.8, 0.5, 0.1, math.nan, math.inf]), max_size=40)


@given(RULES, LOSSES)
def test_it_reduces_when_pytorch_does(rule: Plateau, losses: list[float]) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = ReduceLROnPlateau(
        optimizer,
        factor=rule.factor,
        patience=rule.patience,
        threshold=rule.minimum_change,
        threshold_mode="abs",
        cooldown=rule.cooldown,
        min_lr=rule.lowest_share,
        eps=0.0,
    )
    state = rule.begin()
    for loss in losses:
        theirs.step(loss)
        state = state.after(loss)
        assert state.scale == optimizer.param_groups[0]["lr"]


@given(RULES, LOSSES, LOSSES)
def test_a_saved_state_goes_on_as_if_nothing_had_happened(
    rule: Plateau, before: list[float], after: list[float]
) -> None:
    state = rule.begin()
    for loss in before:
        state = state.after(loss)
    again = rule.begin(json.loads(json.dumps(state.saved(), allow_nan=False)))
    for loss in after:
        state, again = state.after(loss), again.after(loss)
        assert again.scale == state.scale


def test_a_loss_that_stays_halves_the_rate_after_the_patience() -> None:
    state = Plateau(factor=0.5, patience=2).begin()
    scales = []
    for _ in range(8):
        state = state.after(1.0)
        scales.append(state.scale)
    assert scales == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25]
