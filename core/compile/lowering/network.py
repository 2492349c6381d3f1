"""Lets the layers of a network compute by what is fast on a CPU."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
from flax import nnx
from jax.sharding import Mesh

from core.compile import names
from core.compile.layers.recurrent import Recurrent
from core.compile.lowering.attention import attention
from core.compile.lowering.convolution import convolution
from core.compile.lowering.pooling import avg_pool, max_pool
from core.compile.lowering.recurrent import LoweredRecurrent
from core.compile.model import Network

_FUNCTIONS = {"nnx.max_pool": max_pool, "nnx.avg_pool": avg_pool}


def lower(network: Network, platform: str, mesh: Mesh | None = None) -> None:
    """Change how a network computes, not what; on another platform than ``cpu`` nothing changes.

    The devices of a ``mesh``, if there are several, divide the batch.
    """
    if platform != "cpu":
        return
    network._resolve = _resolve
    for _, module in nnx.iter_modules(network):
        if type(module) is nnx.Conv and module.conv_general_dilated is jax.lax.conv_general_dilated:
            module.conv_general_dilated = partial(convolution, mesh=mesh) if mesh else convolution
        elif type(module) is nnx.MultiHeadAttention:
            if module.attention_fn is nnx.dot_product_attention:
                module.attention_fn = attention
        elif type(module) is Recurrent:
            # The same layer, which reads its sequence another way.
            module.__class__ = LoweredRecurrent
            module.mesh = mesh  # type: ignore[attr-defined]


def _resolve(name: str) -> Any:
    return _FUNCTIONS.get(name) or names.resolve(name)
