"""From gradients to changed weights: clipping, the optimizer, accumulation, by the recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import optax

from core.compile.names import resolve
from core.train.recipe import Recipe
from core.train.rule import rule

Rate = Callable[[Any], Any]


def schedule_of(recipe: Recipe, epochs: int, steps_per_epoch: int) -> Rate:
    """The learning rate by the number of updates that were done, over so many epochs."""
    peak = recipe.optimizer.learning_rate
    pace = pace_of(recipe, epochs, steps_per_epoch)
    built: Rate = recipe.schedule.build(peak, *pace).run({}, resolve)
    return built


def pace_of(recipe: Recipe, epochs: int, steps_per_epoch: int) -> tuple[int, int, float]:
    """Numbers of updates: of the warm-up, of so many epochs, and of one."""
    updates = max(1, epochs * steps_per_epoch // recipe.accumulate)
    of_epoch = steps_per_epoch / recipe.accumulate
    return round(recipe.schedule.warmup_epochs * of_epoch), updates, of_epoch


def transformation(recipe: Recipe, rate: Rate) -> optax.GradientTransformation:
    """What turns gradients into changes of the weights."""
    made = rule(recipe).run({"learning_rate": rate}, resolve)
    return optax.GradientTransformation(made.init, made.update)


def moved(average: list[jax.Array], params: list[jax.Array], decay: float) -> list[jax.Array]:
    """The exponential moving average of the weights, one step on."""
    return [decay * a + (1 - decay) * p for a, p in zip(average, params, strict=True)]
