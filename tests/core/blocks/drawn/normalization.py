"""Group norms whose groups divide the channels, and gated units with two halves, mostly."""

from __future__ import annotations

from hypothesis import strategies as st

from core.blocks.block import Block
from core.blocks.gating import GLU
from core.blocks.normalization import GroupNorm
from core.tensor import Tensor

Case = tuple[Block, dict[str, Tensor]]
_sizes = st.lists(st.integers(1, 4), max_size=3)


@st.composite
def _group_norms(draw: st.DrawFn) -> Case:
    groups, each = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    uneven = draw(st.integers(0, 9)) == 0
    block = GroupNorm(
        groups=groups,
        epsilon=draw(st.floats(1e-6, 0.1)),
        trainable=draw(st.booleans()),
        use_scale=draw(st.booleans()),
        use_bias=draw(st.booleans()),
    )
    return block, {"input": Tensor((None, *draw(_sizes), groups * each + uneven))}


@st.composite
def _gated_units(draw: st.DrawFn) -> Case:
    functions = next(p for p in GLU.params() if p.name == "function").choices
    features = 2 * draw(st.integers(1, 4)) + (draw(st.integers(0, 9)) == 0)
    block = GLU(function=draw(st.sampled_from(functions)))
    return block, {"input": Tensor((None, *draw(_sizes), features))}


CASES = {"GroupNorm": _group_norms(), "GLU": _gated_units()}
