"""The weights with which the heads of an attention layer look at the elements of a sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
from flax import nnx


class _Recorder:
    """Stands for the module that attention functions tell their weights to."""

    def __init__(self) -> None:
        self.weights: list[jax.Array] = []

    def sow(self, kind: Any, name: str, value: jax.Array) -> None:
        self.weights.append(value)


def attends(layer: Any) -> bool:
    """Whether a layer is one of attention."""
    return isinstance(layer, nnx.MultiHeadAttention)


def head_weights(layer: Any, run: Callable[[], Any]) -> jax.Array:
    """The weights ``[B, H, T, S]`` that a layer uses while ``run`` calls it.

    They come out of the layer's own attention function, so that masks, rotary positions and shared
    key heads are as they are in its output. In evaluation mode nothing is dropped.
    """
    recorder, attend = _Recorder(), layer.attention_fn

    def recorded(*given: jax.Array, **options: Any) -> jax.Array:
        result: jax.Array = attend(*given, **{**options, "module": recorder})
        return result

    layer.attention_fn = recorded
    try:
        run()
    finally:
        layer.attention_fn = attend
    return recorder.weights[-1]
