"""Finds the functions that blocks name: ``nnx.Linear``, ``jnp.mean``, ``layers.concatenate``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from core.compile import layers
from core.plugins import module_of

NAMESPACES: Mapping[str, Any] = {
    "jax": jax,
    "jnp": jnp,
    "nnx": nnx,
    "optax": optax,
    "layers": layers,
}


def resolve(name: str) -> Any:
    """The object behind a dotted name; a plugin's is ``PACKAGE.MODULE.NAME``.

    Raises AttributeError or KeyError if there is none.
    """
    first, *rest = name.split(".")
    found = NAMESPACES.get(first)
    if found is None:
        found, inner = module_of(name)
        rest = inner.split(".")
    for part in rest:
        found = getattr(found, part)
    return found
