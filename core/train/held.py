"""What holds weights back in training: penalties in the loss, constraints after a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    def of(cls, plan: Plan, names: Sequence[str]) -> Self:
        """The rules of the arrays with these dotted names, whose first part is the attribute."""
        learning = plan.learning
        return cls(tuple(learning[name.partition(".")[0]] for name in names))

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

    def constrained(self, params: Sequence[jax.Array]) -> list[jax.Array]:
        """The arrays, those with a constraint held to it."""
        return [
            rule.constraint.run({"weights": weights}, resolve)
            if rule.constraint and weights.ndim > 1
            else weights
            for rule, weights in zip(self.rules, params, strict=True)
        ]
