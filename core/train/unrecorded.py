"""Trains for all epochs of the recipe without a run: no figures, checkpoints or early stopping."""

from __future__ import annotations

import time
from collections.abc import Callable

import jax

from core.compile.figures import are_finite
from core.errors import WorkError
from core.train.epoch import QUEUE
from core.train.program import Program
from core.train.state import State

# Says whether to go on; called between steps.
GoingOn = Callable[[], bool]


def train_unrecorded(
    program: Program, state: State, tell: Callable[[float], None], going_on: GoingOn
) -> State | None:
    """The state after all epochs; None if it was broken off.

    ``tell`` is told the epochs done, ``going_on`` asked after each step. The given state's memory
    is given up. Raises WorkError if the loss is not finite.
    """
    clock = time.perf_counter()
    for epoch in range(program.recipe.total_epochs):
        state = program.enter(state, program.stage_at(epoch))
        program.compile(state)
        batches = program.batches(epoch)
        for number, rows in enumerate(batches, 1):
            state = program.step(state, rows)
            if not going_on():
                return None
            if time.perf_counter() - clock > QUEUE:
                jax.block_until_ready(state.samples)
                clock = time.perf_counter()
                tell(epoch + number / len(batches))
        if not are_finite(program.rules, jax.device_get(state.sums)):
            raise WorkError(
                f"the loss is not finite after epoch {epoch + 1}",
                "Lower the learning rate in the recipe.",
            )
    return state
