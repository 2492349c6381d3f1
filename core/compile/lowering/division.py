"""Layers computed by several devices, each for a part of the batch."""

from __future__ import annotations

from collections.abc import Callable

import jax
from jax.sharding import Mesh, PartitionSpec


def divided(
    function: Callable[..., jax.Array],
    mesh: Mesh | None,
    x: jax.Array,
    *weights: jax.Array,
    axis: int = 0,
) -> jax.Array:
    """``function(x, *weights)``, by each device of a mesh for a part of ``x`` along the batch axis.

    That axis is the result's too. A batch that cannot be divided evenly is not divided. XLA divides
    a step by itself, but not well where there are loops, in whose every round it adds up the
    gradient of the weights, and convolutions, whose inputs it gathers for that gradient.
    """
    if mesh is None or x.shape[axis] % mesh.size:
        return function(x, *weights)
    rows = PartitionSpec(*(None,) * axis, *mesh.axis_names)
    given = (rows, *(PartitionSpec() for _ in weights))
    # Unchecked, the gradient of the weights is added up once, at the end.
    part = jax.shard_map(function, mesh=mesh, in_specs=given, out_specs=rows, check_vma=False)
    result: jax.Array = part(x, *weights)
    return result
