"""Cases of convolution, pooling and resizing: numbers by axis and side that mostly fit."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from core.blocks.block import Block
from core.blocks.catalog import blocks
from core.params import Param
from core.tensor import Tensor

BY_AXIS = {
    "kernel_size": 3,
    "window": 3,
    "strides": 3,
    "dilation": 2,
    "output_padding": 1,
    "output_size": 6,
    "patch_size": 3,
    "factors": 3,
}
BY_SIDE = {"pads": 3, "crop": 2}
KINDS = (
    "Conv",
    "ConvTranspose",
    "DepthwiseConv",
    "SeparableConv",
    "LocallyConnected",
    "PatchEmbedding",
    "MaxPool",
    "AveragePool",
    "AdaptiveAveragePool",
    "AdaptiveMaxPool",
    "Upsample",
    "ZeroPad",
    "Crop",
)


def numbers(low: int, high: int, *counts: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Tuples of one of these lengths."""
    of_length = (st.tuples(*[st.integers(low, high)] * count) for count in sorted(set(counts)))
    return st.one_of(*of_length)


def value(p: Param, axes: int) -> st.SearchStrategy[Any]:
    """A value of one parameter, for an input with this many spatial axes."""
    low = int(p.minimum or 0)
    if p.name in BY_AXIS:
        fitting = numbers(low, BY_AXIS[p.name], 1, axes)
        return fitting | st.just(()) if p.default == () else fitting
    if p.name in BY_SIDE:
        return numbers(low, BY_SIDE[p.name], 1, axes, 2 * axes)
    if p.kind == "choice":
        return st.sampled_from(p.choices)
    if p.kind == "bool":
        return st.booleans()
    if p.kind == "int":
        return st.integers(low, low + 3)
    return st.just(p.default)


@st.composite
def sliding(draw: st.DrawFn, cls: type[Block]) -> tuple[Block, dict[str, Tensor]]:
    """A block and an input; one case in eight is made for another number of axes."""
    axes = draw(st.integers(1, 3))
    meant = draw(st.integers(1, 3)) if draw(st.integers(0, 7)) == 0 else axes
    values = {p.name: draw(value(p, meant)) for p in cls.params()}
    sizes = draw(st.lists(st.integers(1, 7), min_size=axes, max_size=axes))
    channels = draw(st.integers(1, 4))
    if "groups" in values:
        channels, values["filters"] = (n * values["groups"] for n in (channels, values["filters"]))
    block, faults = cls.read(values)
    assert not faults
    return block, {"input": Tensor((None, *sizes, channels))}


CASES = {kind: sliding(blocks()[kind]) for kind in KINDS}
