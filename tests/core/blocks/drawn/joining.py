"""Cases of blocks that join several inputs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from core.blocks import arithmetic
from core.blocks.combine import Concatenate, Stack
from core.blocks.products import Dot, MatMul
from core.tensor import Tensor
from drawn.tensors import BOTH, Case, axis, ports, tensors


@st.composite
def elementwise(draw: st.DrawFn, cls: type) -> Case:
    """Inputs of one rank, of which some axes have length 1."""
    count = draw(st.integers(2, 4)) if hasattr(cls(), "count") else 2
    like = draw(tensors())
    given = [
        like.with_sizes(*(draw(st.sampled_from([n, n, 1])) for n in like.sizes))
        for _ in range(count)
    ]
    return cls(count=count) if hasattr(cls(), "count") else cls(), ports(given)


@st.composite
def concatenated(draw: st.DrawFn) -> Case:
    """Inputs that differ on one axis."""
    like = draw(tensors(2, 6, BOTH))
    along = axis(draw, like.rank)
    given = []
    for _ in range(draw(st.integers(2, 4))):
        shape = list(like.shape)
        shape[along] = draw(st.integers(1, 4))
        given.append(replace(like, shape=tuple(shape)))
    return Concatenate(count=len(given), axis=along), ports(given)


@st.composite
def stacked(draw: st.DrawFn) -> Case:
    """Inputs of one shape."""
    like, count = draw(tensors(1, 5, BOTH)), draw(st.integers(2, 4))
    return Stack(count=count, axis=axis(draw, like.rank + 1)), ports([like] * count)


@st.composite
def dots(draw: st.DrawFn) -> Case:
    """Two inputs with one length in common."""
    first, second = draw(tensors(2, 4)), draw(tensors(2, 4))
    axes = axis(draw, first.rank), axis(draw, second.rank)
    shape = list(second.shape)
    shape[axes[1]] = first.shape[axes[0]]
    return Dot(*axes, draw(st.booleans())), ports([first, replace(second, shape=tuple(shape))])


@st.composite
def products(draw: st.DrawFn) -> Case:
    """Two stacks of matrices that fit."""
    outer = draw(st.lists(st.integers(1, 3), max_size=3))
    rows, inner, columns = draw(st.tuples(*[st.integers(1, 4)] * 3))
    flips = draw(st.tuples(st.booleans(), st.booleans()))
    first = (inner, rows) if flips[0] else (rows, inner)
    second = (columns, inner) if flips[1] else (inner, columns)
    other = [draw(st.sampled_from([n, 1])) for n in outer]
    return MatMul(*flips), ports([Tensor((None, *outer, *first)), Tensor((None, *other, *second))])


CASES = {
    "Concatenate": concatenated(),
    "Stack": stacked(),
    "Dot": dots(),
    "MatMul": products(),
    **{
        cls.kind: elementwise(cls)
        for cls in (
            arithmetic.Add,
            arithmetic.Subtract,
            arithmetic.Multiply,
            arithmetic.Divide,
            arithmetic.Average,
            arithmetic.Maximum,
            arithmetic.Minimum,
        )
    },
}
