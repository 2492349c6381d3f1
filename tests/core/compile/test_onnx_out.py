"""Every block, example and grouped design exports to ONNX and computes the same there."""

from __future__ import annotations

import pytest

from core.blocks.catalog import blocks
from core.tensor import Tensor
from tests.core.compile.exported import block_design, export

COMPUTED = [k for k in sorted(blocks()) if blocks()[k].role == "layer" and blocks()[k].listed]


def example(kind: str) -> dict[str, Tensor]:
    cls = blocks()[kind]
    dtypes = {p.name: p.dtype or "float32" for p in cls().ports()}
    return {n: Tensor((None, *s), dtypes[n], 2) for n, s in cls.example.items()}


@pytest.mark.parametrize("kind", COMPUTED)
def test_a_block_computes_the_same_in_onnx(kind: str) -> None:
    export(block_design(kind, example(kind))).check()
