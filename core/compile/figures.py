"""Losses and metrics of batches, as sums that are added up on the device, and what is shown."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.model import loss_scope
from core.compile.names import resolve
from core.compile.plan import LossStep, Plan
from core.design.document import End

_LARGEST_EXPONENT = 700.0


class Tally(NamedTuple):
    """A sum over samples, float32 of any shape, and how much weight the samples have, ``[]``."""

    total: Any
    count: Any


Tallies = Mapping[str, Tally]


@dataclass(frozen=True)
class FigureRule:
    """How the mean of a figure over samples becomes what is shown: its root or exponential, scaled.

    An exponential stays finite, whatever the mean. ``loss`` is the number of the loss that the
    figure belongs to, ``shape`` that of its sum. ``weight`` is what the mean counts in the total
    loss, None for metrics.
    """

    loss: int
    root: bool = False
    scale: float = 1.0
    exponential: bool = False
    weight: float | None = None
    shape: tuple[int, ...] = ()

    def finish(self, mean: float) -> float:
        """The shown figure."""
        if self.exponential:
            mean = np.exp(np.minimum(mean, _LARGEST_EXPONENT))
        return float((np.sqrt(mean) if self.root else mean) * self.scale)


Rules = Mapping[str, FigureRule]


def figure_rules(plan: Plan, target_scales: Mapping[str, float]) -> dict[str, FigureRule]:
    """The rules of all figures by name; ``target_scales`` holds deviations by Target node id.

    Each loss is one, called ``NAME.loss``.
    """
    rules = {}
    for number, loss in enumerate(plan.losses):
        scale = target_scales.get(loss.target_node or "", 1.0)
        rules[f"{loss.name}.loss"] = FigureRule(number, weight=loss.weight)
        for name, metric in loss.metrics.items():
            shown = scale if metric.in_target_units else 1.0
            key = name if len(plan.losses) == 1 else f"{loss.name}.{name}"
            rules[key] = FigureRule(number, metric.root, shown, metric.exponential)
    return rules


def no_tallies(rules: Rules) -> dict[str, Tally]:
    """Figures before any sample was counted."""
    zero = np.zeros((), np.float32)
    return {name: Tally(np.zeros(rule.shape, np.float32), zero) for name, rule in rules.items()}


def tallies(
    plan: Plan,
    rules: Rules,
    found: Mapping[End, jax.Array],
    weight: jax.Array,
    losses: Collection[int],
) -> dict[str, Tally]:
    """Every figure's sum over a batch whose samples count ``weight`` ``[B]`` float32.

    ``losses`` are the numbers of the losses that count; the figures of others stay at 0.
    """
    out: dict[str, Tally] = no_tallies(rules)
    for number in losses:
        loss = plan.losses[number]
        scope = {name: _full(value) for name, value in loss_scope(loss, found).items()}
        counts = weight
        if loss.counted is not None:
            counts = weight * loss.counted.run(scope, resolve).astype(jnp.float32)
        count = counts.sum()
        for name, value in _values(plan, loss, scope).items():
            # Where a sample does not count, its value may be anything, infinite too.
            kept = jnp.where(counts > 0, value, 0.0) if loss.counted is not None else value
            out[name] = Tally((kept * counts).sum(), count)
    return out


def total_loss(rules: Rules, sums: Tallies) -> jax.Array:
    """The weighted sum of the losses' means over their samples; one without any counts as 0."""
    total = jnp.zeros(())
    for name, rule in rules.items():
        if rule.weight is not None:
            mean = sums[name].total / jnp.maximum(sums[name].count, 1e-9)
            total = total + rule.weight * mean
    return total


def finish(rules: Rules, sums: Tallies) -> dict[str, float]:
    """What is shown of summed figures; those of which no sample was counted are left out.

    ``loss`` is the weighted total of the losses. Where there is one loss only, it is not told
    apart from it.
    """
    # In the order of the rules: what comes out of a compiled function is sorted by name.
    known = {name: sums[name] for name in rules if name in sums}
    means = {n: float(t.total) / float(t.count) for n, t in known.items() if float(t.count)}
    several = sum(rule.weight is not None for rule in rules.values()) > 1
    weights = {n: w for n in means if (w := rules[n].weight) is not None}
    weighed = [weight * means[n] for n, weight in weights.items()]
    shown = {
        name: rules[name].finish(mean)
        for name, mean in means.items()
        if several or rules[name].weight is None
    }
    return {"loss": sum(weighed), **shown} if weighed else shown


def are_finite(rules: Rules, sums: Tallies) -> bool:
    """Whether all losses are finite numbers."""
    return all(
        math.isfinite(float(sums[name].total))
        for name, rule in rules.items()
        if rule.weight is not None
    )


def added(one: Tallies, other: Tallies) -> dict[str, Tally]:
    """The tallies of both sets of samples."""
    return {
        name: Tally(total + other[name].total, count + other[name].count)
        for name, (total, count) in one.items()
    }


def unknown(rules: Rules) -> dict[str, float]:
    """All figures of a split without samples: not a number."""
    return dict.fromkeys(finish(rules, {n: Tally(0.0, 1.0) for n in rules}), math.nan)


def _values(plan: Plan, loss: LossStep, scope: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
    """The loss and its metrics for each sample ``[B]`` float32, by the names of their rules."""
    several = len(plan.losses) > 1
    values = {f"{loss.name}.loss": loss.value}
    values |= {f"{loss.name}.{n}" if several else n: m.value for n, m in loss.metrics.items()}
    return {name: v.run(scope, resolve).astype(jnp.float32) for name, v in values.items()}


def _full(value: jax.Array) -> jax.Array:
    """Losses are computed in float32, whatever the layers computed in."""
    half = value.dtype in (jnp.bfloat16, jnp.float16)
    return value.astype(jnp.float32) if half else value
