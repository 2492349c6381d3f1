"""Every block of the catalogue computes the same in ONNX, with whatever options it has."""

from __future__ import annotations

import pytest
from test_contract import for_accepted_cases

from core.blocks.block import Block
from core.blocks.catalog import blocks
from core.compile.onnx_out.translate import translate
from core.design.analysis import analyse
from core.tensor import Tensor
from tests.exported import block_design, export

LAYERS = sorted(kind for kind, cls in blocks().items() if cls.role == "layer")
# Blocks that need what ONNX does not have, and what the check says of them.
INEXPRESSIBLE = {"NoiseInput": "cannot draw", "MaskTokens": "cannot draw"}
# What a layer computes in fewer bits is exported in float32, which differs by their rounding.
LOOSE = 0.05


@pytest.mark.parametrize("kind", LAYERS)
def test_a_block_computes_the_same_in_onnx(kind: str) -> None:
    def holds(block: Block, tensors: dict[str, Tensor]) -> None:
        values = block.values()
        design = block_design(kind, tensors, **values)
        missing = translate(analyse(design)).missing
        if kind in INEXPRESSIBLE:
            (told,) = missing
            assert INEXPRESSIBLE[kind] in told.reason
            return
        export(design).check(LOOSE if values.get("dtype", "float32") != "float32" else 1e-4)

    for_accepted_cases(kind, 6, 1, holds)


def test_what_is_inexpressible_is_in_the_catalogue() -> None:
    assert set(INEXPRESSIBLE) <= set(LAYERS)
