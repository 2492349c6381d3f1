"""Losses and metrics of batches, as sums that are added up on the device, and what is shown.

Some are summed in every training step, the others when a split is evaluated.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from core.blocks.call import Call
from core.compile.model import loss_scope
from core.compile.names import resolve
from core.compile.plan import LossStep, Plan
from core.design.document import End

_LARGEST_EXPONENT = 700.0


class Tally(NamedTuple):
    """A sum over samples, float32, and how much weight the samples have, ``[]``.

    The sum of a metric that is finished by a function is whatever that is given.
    """

    total: Any
    count: Any


Tallies = Mapping[str, Tally]


@dataclass(frozen=True)
class FigureRule:
    """How the mean of a figure over samples becomes what is shown: its root or exponential, scaled.

    An exponential stays finite, whatever the mean. ``loss`` is the number of the loss that the
    figure belongs to. ``weight`` is what the mean counts in the total loss, None for metrics.
    ``in_training``, ``finish`` and ``whole`` are the metric's; ``names`` are what it shows.
    """

    loss: int
    root: bool = False
    scale: float = 1.0
    exponential: bool = False
    weight: float | None = None
    in_training: bool = True
    names: tuple[str, ...] = ()
    finish: str = ""
    whole: bool = False

    def shown(self, tally: Tally) -> dict[str, float]:
        """The figures that a sum makes, by name."""
        if self.finish:
            found = tally.total if self.whole else resolve(self.finish)(tally.total)
            return {name: float(found[name.rpartition(".")[2]]) for name in self.names}
        mean = float(tally.total) / float(tally.count)
        if self.exponential:
            mean = np.exp(np.minimum(mean, _LARGEST_EXPONENT))
        return {
            name: float((np.sqrt(mean) if self.root else mean) * self.scale) for name in self.names
        }


Rules = Mapping[str, FigureRule]


def figure_rules(plan: Plan, target_scales: Mapping[str, float]) -> dict[str, FigureRule]:
    """The rules of all figures by name; ``target_scales`` holds deviations by Target node id.

    Each loss is one, called ``NAME.loss``.
    """
    rules = {}
    for number, loss in enumerate(plan.losses):
        scale = target_scales.get(loss.target_node or "", 1.0)
        own = f"{loss.name}.loss"
        rules[own] = FigureRule(number, weight=loss.weight, names=(own,))
        before = "" if len(plan.losses) == 1 else f"{loss.name}."
        for name, metric in loss.metrics.items():
            rules[before + name] = FigureRule(
                number,
                metric.root,
                scale if metric.in_target_units else 1.0,
                metric.exponential,
                None,
                metric.in_training,
                tuple(before + shown for shown in metric.gives or (name,)),
                metric.finish,
                metric.whole,
            )
    return rules


def no_tallies(rules: Rules) -> dict[str, Tally]:
    """Figures of training steps before any sample was counted."""
    zero = np.zeros((), np.float32)
    return {name: Tally(zero, zero) for name, rule in rules.items() if rule.in_training}


def tallies(
    plan: Plan,
    rules: Rules,
    found: Mapping[End, jax.Array],
    weight: jax.Array,
    losses: Collection[int],
) -> dict[str, Tally]:
    """The sums of a training step's figures over a batch, whose samples count ``weight`` ``[B]``.

    ``losses`` are the numbers of the losses that count; the figures of others stay at 0.
    """
    out = no_tallies(rules)
    for number in losses:
        loss = plan.losses[number]
        scope, counts = _scope(loss, found, weight)
        chosen = {n: v for n, v in _values(plan, loss).items() if rules[n].in_training}
        out |= _means(loss, chosen, scope, counts)
    return out


def evaluated_tallies(
    plan: Plan,
    rules: Rules,
    found: Mapping[End, jax.Array],
    weight: jax.Array,
    losses: Collection[int],
) -> tuple[dict[str, Tally], dict[str, Any]]:
    """The sums of all figures over a batch of evaluated samples, and what is kept of each sample.

    That is, for each metric of a whole split, its arrays ``[B, ...]`` and how much the samples
    count ``[B]``.
    """
    sums: dict[str, Tally] = {}
    kept: dict[str, Any] = {}
    for number in losses:
        loss = plan.losses[number]
        scope, counts = _scope(loss, found, weight)
        values = _values(plan, loss)
        sums |= _means(
            loss, {n: v for n, v in values.items() if not rules[n].finish}, scope, counts
        )
        for name, value in values.items():
            if rules[name].finish:
                made = value.run({**scope, "counts": counts}, resolve)
                if rules[name].whole:
                    kept[name] = (made, counts)
                else:
                    sums[name] = Tally(made, counts.sum())
    return sums, kept


def whole_tally(rule: FigureRule, kept: Any, counts: jax.Array) -> Tally:
    """The figures of a metric of a whole split, from what was kept of its samples ``[N, ...]``."""
    return Tally(resolve(rule.finish)(kept, counts), counts.sum())


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
    counted = {n: t for n, t in sums.items() if float(t.count)}
    total = [
        weight * float(tally.total) / float(tally.count)
        for name, tally in counted.items()
        if (weight := rules[name].weight) is not None
    ]
    several = sum(rule.weight is not None for rule in rules.values()) > 1
    shown = {"loss": sum(total)} if total else {}
    for name, rule in rules.items():
        if name in counted and (several or rule.weight is None):
            shown |= rule.shown(counted[name])
    return shown


def unknown(rules: Rules) -> dict[str, float]:
    """All figures of a split without samples: not a number."""
    several = sum(rule.weight is not None for rule in rules.values()) > 1
    names = (n for r in rules.values() if several or r.weight is None for n in r.names)
    return dict.fromkeys(("loss", *names), math.nan)


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


def _scope(
    loss: LossStep, found: Mapping[End, jax.Array], weight: jax.Array
) -> tuple[dict[str, jax.Array], jax.Array]:
    """What a loss and its metrics are computed from, and how much each sample counts ``[B]``."""
    scope = {name: _full(value) for name, value in loss_scope(loss, found).items()}
    if loss.counted is None:
        return scope, weight
    return scope, weight * loss.counted.run(scope, resolve).astype(jnp.float32)


def _means(
    loss: LossStep, values: Mapping[str, Call], scope: Mapping[str, jax.Array], counts: jax.Array
) -> dict[str, Tally]:
    """The sums of figures that each sample has."""
    out, count = {}, counts.sum()
    for name, call in values.items():
        value = call.run(scope, resolve).astype(jnp.float32)
        # Where a sample does not count, its value may be anything, infinite too.
        kept = jnp.where(counts > 0, value, 0.0) if loss.counted is not None else value
        out[name] = Tally((kept * counts).sum(), count)
    return out


def _values(plan: Plan, loss: LossStep) -> dict[str, Call]:
    """The calls of the loss and its metrics, by the names of their rules."""
    before = f"{loss.name}." if len(plan.losses) > 1 else ""
    own = {f"{loss.name}.loss": loss.value}
    return own | {before + name: metric.value for name, metric in loss.metrics.items()}


def _full(value: jax.Array) -> jax.Array:
    """Losses are computed in float32, whatever the layers computed in."""
    half = value.dtype in (jnp.bfloat16, jnp.float16)
    return value.astype(jnp.float32) if half else value
