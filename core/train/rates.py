"""The learning rate during a run: the schedule's, what a plateau leaves of it, and the user's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
import optax

from core.errors import InputError
from core.train.commands import SetRate
from core.train.events import RateChanged
from core.train.schedules.plateau import Plateau, PlateauState
from core.train.state import State
from core.train.update import pace_of

if TYPE_CHECKING:
    from core.train.program import Program
    from core.train.training import Training


def scheduled_rate(program: Program, state: State) -> float:
    """The learning rate of the next update as the schedule has it, before ``State.rate``.

    Waits for the steps that are queued.
    """
    recipe = program.recipe
    epochs = recipe.stages[program.stage].epochs if recipe.stages else recipe.epochs
    pace = pace_of(recipe, epochs, program.steps_per_epoch)
    updates = _updates(state, recipe.accumulate)
    return recipe.schedule.rate(updates, recipe.optimizer.learning_rate, *pace)


def present_rate(training: Training) -> float:
    """The learning rate of the next update. Waits for the steps that are queued."""
    return scheduled_rate(training.job.program, training.state) * scale(training)


def scale(training: Training) -> float:
    """What the scheduled rate is multiplied by."""
    return training.factor * (training.plateau.scale if training.plateau else 1.0)


def apply(training: Training) -> None:
    """Bring the scale into the state, from the next step on."""
    state = training.state
    rate = training.job.program.placement.put(np.float32(scale(training)))
    training.state = state._replace(rate=rate)
    if training.last_good is not None:
        # Going back does again what was done since, with the rate that it was done with.
        training.last_good.follow(training.state)


def set_rate(training: Training, command: SetRate) -> RateChanged:
    """Change the rate from the next step on, and record it. Raises InputError.

    An absolute rate is reached by a factor too, so that the schedule goes on from there.
    """
    factor = command.factor
    if command.rate is not None:
        present = present_rate(training)
        if not present:
            raise InputError(
                "the schedule's learning rate is 0 at this step, so it cannot be scaled",
                "Train on for some steps, then set it.",
            )
        factor = command.rate / present
    if not (math.isfinite(factor) and factor > 0):
        raise InputError("the learning rate must be above 0", "Give a number such as 0.001.")
    training.factor *= factor
    apply(training)
    rate = present_rate(training)
    training.note("control", {"learning_rate": rate})
    training.due = True
    return RateChanged(training.step, rate, training.factor)


def begin_plateau(schedule: object, saved: Mapping[str, Any] | None = None) -> PlateauState | None:
    """The state of a plateau schedule, None of any other. Raises KeyError, TypeError, ValueError"""
    return schedule.begin(saved) if isinstance(schedule, Plateau) else None


def after_epoch(training: Training, loss: float) -> None:
    """Tell a plateau schedule of an epoch's loss."""
    if training.plateau is not None:
        training.plateau = training.plateau.after(loss)
        apply(training)


def _updates(state: State, accumulate: int) -> int:
    """How many updates the present optimizers did; steps that overflowed do not count."""

    def counts(part: object) -> bool:
        return isinstance(part, optax.ScaleByScheduleState)

    found = [s for s in jax.tree.leaves(state.optimizer, is_leaf=counts) if counts(s)]
    return int(found[0].count) if found else int(state.step) // accumulate
