"""Networks whose weights a test gives, for which none need be drawn first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from core.compile.model import Network
from core.compile.plan import Plan

M = TypeVar("M", bound=nnx.Module)
WEIGHTS = nnx.Any(nnx.Param, nnx.BatchStat)


def undrawn(make: Callable[[], M]) -> M:
    """What is made, with zeros for weights and averages, and all else as it begins.

    Drawing weights compiles a program for each of their shapes.
    """
    parts: tuple[Any, Any, Any] = nnx.split(nnx.eval_shape(make), WEIGHTS, ...)
    graph, weights, rest = parts
    if jax.tree.leaves(rest):
        # What is not asked for is not compiled.
        rest = jax.jit(lambda: nnx.state(make(), nnx.Not(WEIGHTS)))()
    return nnx.merge(graph, jax.tree.map(_zeros, weights), rest)


def undrawn_network(plan: Plan) -> Network:
    """The network of a plan, see ``undrawn``."""
    return undrawn(lambda: Network(plan, nnx.Rngs(0)))


def _zeros(value: Any) -> jax.Array:
    return jnp.asarray(np.zeros(value.shape, value.dtype))
