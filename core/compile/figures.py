"""Loss and metrics of a batch, one value a sample, ready to be summed on the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.model import loss_scope
from core.compile.names import resolve
from core.compile.plan import Plan
from core.design.document import End

_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class FigureRule:
    """How the mean of a figure over samples becomes what is shown: its root or exponential, scaled.

    An exponential stays finite, whatever the mean.
    """

    root: bool = False
    scale: float = 1.0
    exponential: bool = False

    def finish(self, mean: float) -> float:
        """The shown figure."""
        if self.exponential:
            mean = np.exp(np.minimum(mean, _LARGEST_EXPONENT))
        return float((np.sqrt(mean) if self.root else mean) * self.scale)


def figure_rules(plan: Plan, target_scales: Mapping[str, float]) -> dict[str, FigureRule]:
    """The rules of all figures by name; ``target_scales`` holds deviations by Target node id."""
    rules = {"loss": FigureRule()}
    for loss in plan.losses:
        scale = target_scales.get(loss.target_node or "", 1.0)
        if len(plan.losses) > 1:
            rules[f"{loss.name}.loss"] = FigureRule()
        for name, metric in loss.metrics.items():
            shown = scale if metric.in_target_units else 1.0
            rules[_key(plan, loss.name, name)] = FigureRule(metric.root, shown, metric.exponential)
    return rules


def figures(plan: Plan, found: Mapping[End, jax.Array]) -> dict[str, jax.Array]:
    """Each figure's value for each sample ``[B]`` float32. ``loss`` is the weighted total."""
    out: dict[str, jax.Array] = {}
    total = jnp.zeros(())
    for loss in plan.losses:
        scope = loss_scope(loss, found)
        value = loss.value.run(scope, resolve)
        total = total + loss.weight * value
        if len(plan.losses) > 1:
            out[f"{loss.name}.loss"] = value
        for name, metric in loss.metrics.items():
            out[_key(plan, loss.name, name)] = metric.value.run(scope, resolve).astype(jnp.float32)
    return {"loss": total, **out}


def _key(plan: Plan, loss: str, metric: str) -> str:
    return metric if len(plan.losses) == 1 else f"{loss}.{metric}"
