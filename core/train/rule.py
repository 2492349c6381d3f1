"""The rule by which gradients change weights, as one call that is run or printed. No JAX."""

from __future__ import annotations

from core.blocks.call import Call, call
from core.train.recipe import Recipe


def rule(recipe: Recipe) -> Call:
    """Clipping, the recipe's optimizer and accumulation as one optax transformation.

    The schedule reaches the call as the name ``learning_rate``.
    """
    parts = [recipe.optimizer.build()]
    if recipe.clip_norm:
        parts.insert(0, call("optax.clip_by_global_norm", recipe.clip_norm))
    if recipe.clip_value:
        parts.insert(0, call("optax.clip", recipe.clip_value))
    whole = call("optax.chain", *parts) if len(parts) > 1 else parts[0]
    if recipe.accumulate > 1:
        return call("optax.MultiSteps", whole, recipe.accumulate)
    return whole
