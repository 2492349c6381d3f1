"""However far off a network is, its loss and the slopes of that stay numbers."""

from __future__ import annotations

from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from core.blocks.block import Block
from core.blocks.catalog import blocks
from core.compile.names import resolve
from core.tensor import Tensor

LOSSES = sorted(kind for kind, cls in blocks().items() if cls.role == "loss")
EXTREMES = np.array([-1e4, 1e4, 0.0, -1.0, 30.0, -200.0], np.float32)


def variants(kind: str) -> list[Block]:
    """All combinations of a loss's choices."""
    cls = blocks()[kind]
    choices = [[(p.name, c) for c in p.choices] for p in cls.params() if p.choices]
    return [cls.read(dict(chosen))[0] for chosen in product(*choices)]


def extreme(block: Block, tensors: dict[str, Tensor], seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    arrays: dict[str, np.ndarray] = {}
    for name, tensor in tensors.items():
        shape = (8, *tensor.sizes)
        if tensor.dtype == "int32":
            arrays[name] = rng.integers(0, tensor.classes, shape, dtype=np.int32)
        else:
            arrays[name] = rng.choice(EXTREMES, shape)
        if getattr(block, f"{name}_as", "") == "log_probabilities":
            arrays[name] = -np.abs(arrays[name])
    return arrays


@pytest.mark.parametrize("kind", LOSSES)
def test_loss_and_slopes_stay_finite(kind: str) -> None:
    for block in variants(kind):
        tensors = {
            p.name: Tensor((None, *block.example[p.name]), p.dtype or "int32", 2)
            if p.dtype != "float32"
            else Tensor((None, *block.example[p.name]))
            for p in block.ports()
            if not p.optional
        }
        formula = block.forward(**tensors)
        for seed in range(4):
            arrays = extreme(block, tensors, seed)
            floats = {n: a for n, a in arrays.items() if a.dtype == np.float32}

            def total(
                floats: Any, formula: Any = formula, arrays: Any = arrays
            ) -> tuple[jax.Array, jax.Array]:
                loss = formula.run({**arrays, **floats}, resolve)
                return jnp.mean(loss), loss

            slopes, loss = jax.grad(total, has_aux=True)(floats)
            assert np.isfinite(loss).all(), (block, arrays)
            for name, slope in slopes.items():
                assert np.isfinite(slope).all(), (block, name, arrays)
