"""Cases for recurrent, attention and position blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from core.blocks.block import Block
from core.blocks.conv_lstm import ConvLSTM
from core.tensor import Tensor

SIZES = st.integers(1, 5)
DTYPES = st.sampled_from(["float32", "float32", "bfloat16", "float16"])
PAIRS = st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple)
Case = tuple[Block, dict[str, Tensor]]


@st.composite
def conv_lstms(draw: st.DrawFn) -> Case:
    block = ConvLSTM(
        filters=draw(SIZES),
        kernel_size=draw(PAIRS),
        strides=draw(PAIRS),
        padding=draw(st.sampled_from(["SAME", "VALID"])),
        use_bias=draw(st.booleans()),
        output=draw(st.sampled_from(["last step", "all steps"])),
        dtype=draw(DTYPES),
    )
    sizes = draw(st.tuples(st.integers(1, 3), SIZES, SIZES, SIZES))
    return block, {"input": Tensor((None, *sizes))}


CASES: Mapping[str, Any] = {"ConvLSTM": conv_lstms()}
