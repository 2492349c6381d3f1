"""Builds the real layer of a block and runs it, for the tests of blocks."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from flax import nnx

from core.blocks.block import Block
from core.compile.names import NAMESPACES, resolve
from core.tensor import Tensor

BATCH = 3


def sample(tensors: dict[str, Tensor], seed: int = 0, batch: int = BATCH) -> dict[str, Any]:
    """Random arrays of the given shapes and dtypes; ids stay within their classes."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, Any] = {}
    for name, tensor in tensors.items():
        shape = (batch, *tensor.sizes)
        if tensor.dtype == "int32":
            arrays[name] = rng.integers(0, max(tensor.classes, 1), shape, dtype=np.int32)
        else:
            arrays[name] = rng.normal(size=shape).astype(np.float32)
    return arrays


def tensors_of(arrays: dict[str, Any]) -> dict[str, Tensor]:
    """What is known of arrays ``[B, ...]`` before anything runs."""
    return {
        name: Tensor((None, *value.shape[1:]), str(value.dtype), int(value.max()) + 1)
        if value.dtype == np.int32
        else Tensor((None, *value.shape[1:]))
        for name, value in arrays.items()
    }


def build(block: Block, tensors: dict[str, Tensor], seed: int = 0) -> nnx.Module | None:
    """The layer as training builds it."""
    layer = block.layer(**tensors)
    return None if layer is None else layer.run({"rngs": nnx.Rngs(seed)}, resolve)


def apply(
    block: Block, tensors: dict[str, Tensor], layer: nnx.Module | None, arrays: dict[str, Any]
) -> Any:
    """The output as training computes it; a tuple where the block has several."""
    return block.forward(**tensors).run({**arrays, "layer": layer}, resolve)


def each(outputs: Any) -> tuple[jax.Array, ...]:
    """All outputs of a block."""
    return outputs if isinstance(outputs, tuple) else (outputs,)


def run(
    block: Block, *, seed: int = 0, train: bool = False, **arrays: np.ndarray
) -> tuple[np.ndarray, nnx.Module | None]:
    """Build the layer, draw random biases, and compute the (first) output.

    Shape and number of parameters are compared with what the block says of them.
    """
    tensors = tensors_of(arrays)
    said = next(iter(block.results(**tensors).values()))
    layer = build(block, tensors, seed)
    if layer is not None:
        trained = jax.tree.leaves(nnx.state(layer, nnx.Param))
        assert block.parameters(**tensors) == sum(v.size for v in trained)
        randomise(layer)
        layer.train() if train else layer.eval()
    output = np.asarray(each(apply(block, tensors, layer, arrays))[0])
    assert output.shape == (len(output), *said.sizes)
    return output, layer


def randomise(layer: nnx.Module) -> None:
    """Give every trained value a random one, so that zero biases and unit scales hide nothing."""
    rng = np.random.default_rng(7)
    state = nnx.state(layer, nnx.Param)
    drawn = jax.tree.map(lambda v: np.asarray(rng.normal(0.0, 0.5, v.shape), np.float32), state)
    nnx.update(layer, drawn)


def run_source(call_source: str, **scope: Any) -> Any:
    """Run printed code with the names that exported code imports."""
    return eval(call_source, {**NAMESPACES, **scope})
