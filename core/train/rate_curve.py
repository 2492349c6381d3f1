"""The learning rate over a training, for a form to draw. No JAX."""

from __future__ import annotations

from core.train.recipe import Recipe

# How many steps an epoch is taken to have: the form of the curve hardly depends on it.
_STEPS = 100
_POINTS = 600


def rate_curve(recipe: Recipe) -> list[tuple[float, float]]:
    """Points of epoch and learning rate, in rising order; each stage begins the schedule anew.

    On a plateau the rate falls at a time that nobody knows yet; it is shown as constant.
    """
    points: list[tuple[float, float]] = []
    begin = 0
    lengths = [stage.epochs for stage in recipe.stages] or [recipe.epochs]
    each = max(2, _POINTS // len(lengths))
    for epochs in lengths:
        points += [(begin + at / _STEPS, rate) for at, rate in _of_stage(recipe, epochs, each)]
        begin += epochs
    return points


def _of_stage(recipe: Recipe, epochs: int, count: int) -> list[tuple[int, float]]:
    total = epochs * _STEPS
    warmup = round(recipe.schedule.warmup_epochs * _STEPS)
    peak = recipe.optimizer.learning_rate
    # The rate of the last step, not of one that is never done.
    steps = sorted({round(number * (total - 1) / count) for number in range(count + 1)})
    return [(step, recipe.schedule.rate(step, peak, warmup, total, _STEPS)) for step in steps]
