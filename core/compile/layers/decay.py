"""Which arrays of a model decay."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def has_matrix(params: Any) -> Any:
    """A tree of booleans: kernels and tables, but not biases and scales, have two axes or more."""
    return jax.tree.map(lambda array: jnp.ndim(array) >= 2, params)
