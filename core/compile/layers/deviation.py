"""Gradients over their deviation."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax


class Means(NamedTuple):
    """Running means of gradients and of their squares."""

    gradients: Any
    squares: Any


def scale_by_deviation(decay: float, eps: float) -> optax.GradientTransformation:
    """Divide gradients by their running deviation plus ``eps`` (Graves, 2013).

    Optax's ``scale_by_stddev`` takes the root of a negative number where a gradient stays the same
    for long and rounding makes its variance so.
    """

    def start(params: Any) -> Means:
        return Means(jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params))

    def update(gradients: Any, state: Means, params: Any = None) -> tuple[Any, Means]:
        def averaged(mean: jax.Array, value: jax.Array) -> jax.Array:
            return decay * mean + (1 - decay) * value

        def scaled(gradient: jax.Array, mean: jax.Array, square: jax.Array) -> jax.Array:
            return gradient / (jnp.sqrt(jnp.maximum(square - mean**2, 0.0)) + eps)

        means = jax.tree.map(averaged, state.gradients, gradients)
        squares = jax.tree.map(lambda s, g: averaged(s, g**2), state.squares, gradients)
        return jax.tree.map(scaled, gradients, means, squares), Means(means, squares)

    return optax.GradientTransformation(start, update)
