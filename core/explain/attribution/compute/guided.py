"""Gradients through ReLUs that pass back only what is positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from core.compile import names
from core.compile.model import Network
from core.explain.attribution.compute.functions import score_of, slope_of

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


@jax.custom_vjp
def guided_relu(x: jax.Array) -> jax.Array:
    """max(x, 0), whose backward pass lets through what is positive, where x is positive."""
    return jnp.maximum(x, 0)


def _forward(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jnp.maximum(x, 0), x > 0


def _backward(active: jax.Array, slope: jax.Array) -> tuple[jax.Array]:
    return (jnp.where(active, jnp.maximum(slope, 0), 0),)


guided_relu.defvjp(_forward, _backward)

# What blocks name and guided backpropagation puts another function in place of.
RECTIFIERS: Mapping[str, Any] = {"nnx.relu": guided_relu}


def guided_slopes(subject: Subject, points: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    """As ``Subject.slopes``, through guided ReLUs."""
    functions, places = subject.functions, subject.places
    scored, reading = subject.scored, subject.reading

    def network(params: Any, rest: Any) -> Network:
        made = functions.network(params, rest)
        made._resolve = _resolve
        return made

    def make() -> Any:
        return jax.jit(slope_of(score_of(network, places, scored, reading)))

    function = functions.once(("guided", places, scored, reading), make)
    return subject.at_points(function, points)


def _resolve(name: str) -> Any:
    return RECTIFIERS.get(name) or names.resolve(name)
