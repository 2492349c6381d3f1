"""What holds weights back in training: penalties in the loss, constraints after a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import jax
import jax.numpy as jnp

from core.blocks.block import Learning
from core.compile.names import resolve
from core.compile.plan import Plan


@dataclass(frozen=True)
class Held:
    """For each trained array, how its node wants it to be trained."""

    rules: tuple[Learning, ...]

    @classmethod
    def of(cls, plan: Plan, names: Sequence[str], l1: float = 0.0, l2: float = 0.0) -> Self:
        """The rules of the arrays with these dotted names, whose first part is the attribute.

        ``l1`` and ``l2`` are what the recipe adds for all.
        """
        own = (plan.learning[name.partition(".")[0]] for name in names)
        return cls(tuple(replace(rule, l1=rule.l1 + l1, l2=rule.l2 + l2) for rule in own))

    def penalty(self, params: Sequence[jax.Array]) -> jax.Array | float:
        """What L1 and L2 add to the loss; 0 where no node asks for any."""
        total: jax.Array | float = 0.0
        for rule, weights in zip(self.rules, params, strict=True):
            if weights.ndim < 2:
                continue
            if rule.l1:
                total = total + rule.l1 * jnp.abs(weights).sum()
            if rule.l2:
                total = total + rule.l2 * jnp.square(weights).sum()
        return total

    def constrained(self, params: Sequence[jax.Array], places: Sequence[int]) -> list[jax.Array]:
        """The arrays with these numbers, those with a constraint held to it."""
        return [
            rule.constraint.run({"weights": weights}, resolve)
            if rule.constraint and weights.ndim > 1
            else weights
            for rule, weights in zip((self.rules[i] for i in places), params, strict=True)
        ]
