"""Cases for recurrent, attention and position blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from core.blocks.attention import MultiHeadAttention
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


@st.composite
def attentions(draw: st.DrawFn) -> Case:
    kv_heads = draw(st.integers(0, 3))
    heads = (kv_heads or 1) * draw(st.integers(1, 3)) + draw(st.sampled_from([0, 0, 0, 1]))
    features = heads * draw(st.integers(1, 4)) + draw(st.sampled_from([0, 0, 0, 1]))
    block = MultiHeadAttention(
        heads=heads,
        features=features,
        causal=draw(st.booleans()),
        dropout=draw(st.sampled_from([0.0, 0.3])),
        kv_heads=kv_heads,
        use_bias=draw(st.booleans()),
        rotary=draw(st.booleans()),
        dtype=draw(DTYPES),
    )
    length, features = draw(SIZES), draw(SIZES)
    tensors = {"query": Tensor((None, length, features))}
    if draw(st.booleans()):
        length = draw(st.sampled_from([length, length, 6]))
        tensors["context"] = Tensor((None, length, draw(SIZES)))
    if draw(st.booleans()):
        seen = draw(st.sampled_from([length, length, length, 7]))
        tensors["mask"] = Tensor((None, seen), draw(st.sampled_from(["int32", "float32"])), 2)
    return block, tensors


CASES: Mapping[str, Any] = {"ConvLSTM": conv_lstms(), "MultiHeadAttention": attentions()}
