"""Finds a learning rate by a short training whose rate rises until the loss explodes.

Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from core.design import edits
from core.design.document import Design
from core.errors import WorkError
from core.project.file import from_text
from core.train.commands import FindRate
from core.train.job import Job
from core.train.program import Program
from core.train.recipe import Recipe
from core.train.tried_rates import FIRST_RATE, LAST_RATE, TriedRates, tried_rates

STEPS = 100
# The share of the running average that a step leaves as it was.
SMOOTHING = 0.8
# The search ends once the running average is so many times its least value.
TOO_MUCH = 4.0


# Told each rate with its loss; says whether to go on.
Tell = Callable[[float, float], bool]


def searching(design: Design) -> Design:
    """The design with a recipe whose rate is 1 and stays so, for the search to multiply with."""
    recipe = Recipe.read(design.recipe)[0].to_json()
    changed = {
        "optimizer": {**recipe["optimizer"], "learning_rate": 1.0},
        "schedule": {"kind": "Constant"},
        "accumulate": 1,
        "ema_decay": 0.0,
    }
    return edits.set_recipe(design, {**recipe, **changed})


def search(command: FindRate, tell: Tell) -> TriedRates | None:
    """Carry out a command; see ``find_rate``. Raises InputError or WorkError."""
    design = searching(from_text(command.design, "the design"))
    return find_rate(Job.of(design, Path(command.folder), command.device), tell)


def find_rate(job: Job, tell: Tell) -> TriedRates | None:
    """Try rates from the program's first state on, of a job of a ``searching`` design.

    None if ``tell`` said to stop. Raises WorkError if the loss is not finite from the start.
    """
    program = job.program
    tried: list[tuple[float, float]] = []
    average, least = 0.0, np.inf
    for number, (rate, loss) in enumerate(_steps(program), 1):
        if not np.isfinite(loss):
            break
        tried.append((rate, loss))
        if not tell(rate, loss):
            return None
        average = SMOOTHING * average + (1 - SMOOTHING) * loss
        unbiased = average / (1 - SMOOTHING**number)
        least = min(least, unbiased)
        if unbiased > least + (TOO_MUCH - 1) * abs(least):
            break
    if len(tried) < 3:
        raise WorkError(
            "the loss is not finite from the start, whatever the learning rate",
            "Look at the data, and at the range of the nodes before the loss.",
        )
    return tried_rates(*(np.array(values) for values in zip(*tried, strict=True)))


def _steps(program: Program) -> Iterator[tuple[float, float]]:
    """Each rate with the loss of its batch."""
    state = program.initial_state()
    program.compile(state)
    batches = _batches(program)
    for rate in np.geomspace(FIRST_RATE, LAST_RATE, STEPS):
        fresh, none = program.no_sums()
        changed: Any = program.placement.put(np.float32(rate))
        state = state._replace(rate=changed, sums=fresh, samples=none)
        state = program.step(state, next(batches))
        yield float(rate), program.finish(jax.device_get(state.sums)).get("loss", np.nan)


def _batches(program: Program) -> Iterator[np.ndarray]:
    epoch = 0
    while True:
        yield from program.batches(epoch)
        epoch += 1
