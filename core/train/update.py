"""From gradients to changed weights: clipping, the optimizer, accumulation, by the recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import optax

from core.compile.names import resolve
from core.train.recipe import Recipe

Rate = Callable[[Any], Any]


def schedule_of(recipe: Recipe, epochs: int, steps_per_epoch: int) -> Rate:
    """The learning rate by the number of updates that were done, over so many epochs."""
    updates = max(1, epochs * steps_per_epoch // recipe.accumulate)
    of_epoch = steps_per_epoch / recipe.accumulate
    warmup = round(recipe.schedule.warmup_epochs * of_epoch)
    peak = recipe.optimizer.learning_rate
    built: Rate = recipe.schedule.build(peak, warmup, updates, of_epoch).run({}, resolve)
    return built


def transformation(recipe: Recipe, rate: Rate, share: float = 1.0) -> optax.GradientTransformation:
    """What turns gradients into changes of the weights; ``share`` is multiplied with the rate."""

    def scaled(count: Any) -> Any:
        return share * rate(count)

    given = rate if share == 1.0 else scaled
    parts = [recipe.optimizer.build().run({"learning_rate": given}, resolve)]
    if recipe.clip_norm:
        parts.insert(0, optax.clip_by_global_norm(recipe.clip_norm))
    if recipe.clip_value:
        parts.insert(0, optax.clip(recipe.clip_value))
    whole = optax.chain(*parts) if len(parts) > 1 else parts[0]
    if recipe.accumulate > 1:
        several = optax.MultiSteps(whole, recipe.accumulate)
        return optax.GradientTransformation(several.init, several.update)
    return whole


def moved(average: list[jax.Array], params: list[jax.Array], decay: float) -> list[jax.Array]:
    """The exponential moving average of the weights, one step on."""
    return [decay * a + (1 - decay) * p for a, p in zip(average, params, strict=True)]
