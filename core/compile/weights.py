"""The weights of a network as named arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx

from core.compile.model import Network
from core.errors import InputError


def named_arrays(network: nnx.Module) -> dict[str, np.ndarray]:
    """Weights and batch statistics by dotted name (``conv_1.kernel``), as runs keep them."""
    return {name: np.asarray(value[...]) for name, value in _variables(network).items()}


def named_shapes(network: nnx.Module) -> dict[str, tuple[int, ...]]:
    """The shapes of ``named_arrays``, also of a network that was made by ``nnx.eval_shape``."""
    return {
        name: tuple(variable.get_value().shape) for name, variable in _variables(network).items()
    }


def with_weights(network: Network, arrays: Mapping[str, np.ndarray], where: str) -> Network:
    """Give a network all its weights, in place. Extra arrays are left out.

    ``where`` is what a message calls their source. Raises InputError naming what does not fit.
    """
    for name, variable in _variables(network).items():
        if name not in arrays:
            raise InputError(f"{where} has no {name!r}", "Choose weights of this very design.")
        given, wanted = arrays[name], variable[...]
        if given.shape != wanted.shape:
            raise InputError(
                f"{where}: {name} is {list(given.shape)}, "
                f"but the design needs {list(wanted.shape)}",
                "Choose weights of this very design.",
            )
        variable[...] = jnp.asarray(given, wanted.dtype)
    return network


def _variables(network: nnx.Module) -> dict[str, Any]:
    found = {}
    for path, variable in nnx.to_flat_state(nnx.state(network)):
        value = variable.get_value()
        if jnp.issubdtype(value.dtype, jnp.floating):
            found[".".join(map(str, path))] = variable
    return found
