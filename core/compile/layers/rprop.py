"""Resilient propagation."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax


class StepSizes(NamedTuple):
    """The size of each weight's step, and the gradients that it followed."""

    sizes: Any
    gradients: Any


def scale_by_rprop(
    shrink: float, grow: float, smallest: float, largest: float
) -> optax.GradientTransformation:
    """Steps along the sign of the gradient, of sizes that begin at 1 (Riedmiller and Braun, 1993).

    Where the sign changed there is no step, as in iRprop- (Igel and Hüsken, 2000). Optax's
    ``scale_by_rprop`` gives each step one call late.
    """

    def start(params: Any) -> StepSizes:
        return StepSizes(jax.tree.map(jnp.ones_like, params), jax.tree.map(jnp.zeros_like, params))

    def update(gradients: Any, state: StepSizes, params: Any = None) -> tuple[Any, StepSizes]:
        def resized(size: jax.Array, gradient: jax.Array, before: jax.Array) -> jax.Array:
            same = gradient * before
            factor = jnp.where(same > 0, grow, jnp.where(same < 0, shrink, 1.0))
            return jnp.clip(size * factor, smallest, largest)

        def kept(gradient: jax.Array, before: jax.Array) -> jax.Array:
            return jnp.where(gradient * before < 0, 0.0, gradient)

        sizes = jax.tree.map(resized, state.sizes, gradients, state.gradients)
        followed = jax.tree.map(kept, gradients, state.gradients)
        steps = jax.tree.map(lambda size, g: size * jnp.sign(g), sizes, followed)
        return steps, StepSizes(sizes, followed)

    return optax.GradientTransformation(start, update)
