"""Cases of blocks that move, take or put together the elements of a sample."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from core.blocks.reduce import ArgMax, Cast, Reduce
from core.blocks.shape import ExpandDims, Flatten, Permute, Repeat, Reshape, Squeeze
from core.blocks.splitting import Reverse, Slice, Split
from core.tensor import Tensor
from drawn.tensors import BOTH, Case, axis, tensors


@st.composite
def reshaped(draw: st.DrawFn) -> Case:
    """A shape of as many elements, one of which may be left open."""
    given = draw(tensors(1, 6, BOTH))
    left, shape = math.prod(given.sizes), []
    while left > 1 and len(shape) < 4:
        shape.append(draw(st.sampled_from([n for n in range(1, left + 1) if left % n == 0])))
        left //= shape[-1]
    shape = draw(st.permutations([*shape, left]))
    if draw(st.booleans()):
        shape[draw(st.integers(0, len(shape) - 1))] = -1
    return Reshape(tuple(shape)), {"input": given}


@st.composite
def permuted(draw: st.DrawFn) -> Case:
    """Any order of the axes."""
    given = draw(tensors(2, 6, BOTH))
    return Permute(tuple(draw(st.permutations(range(1, given.rank))))), {"input": given}


@st.composite
def squeezed(draw: st.DrawFn) -> Case:
    """Some of the axes of length 1, or all."""
    given = draw(tensors(2, 6, BOTH))
    ones = [i for i, n in enumerate(given.shape) if n == 1]
    axes = draw(st.lists(st.sampled_from(ones), unique=True)) if ones else []
    signs = [a - given.rank if draw(st.booleans()) else a for a in axes]
    return Squeeze(tuple(signs)), {"input": given}


@st.composite
def expanded(draw: st.DrawFn) -> Case:
    """A new axis anywhere after the batch."""
    given = draw(tensors(1, 5, BOTH))
    return ExpandDims(axis(draw, given.rank + 1)), {"input": given}


@st.composite
def repeated(draw: st.DrawFn) -> Case:
    """Every way of repeating."""
    given = draw(tensors(1, 5, BOTH))
    mode = draw(st.sampled_from(["new_axis", "each", "whole"]))
    rank = given.rank + (mode == "new_axis")
    return Repeat(draw(st.integers(1, 3)), mode, axis(draw, rank)), {"input": given}


@st.composite
def split(draw: st.DrawFn) -> Case:
    """Equal pieces, or pieces of sizes of which one may be left open."""
    given = draw(tensors(2, 6, BOTH))
    along = axis(draw, given.rank)
    count = draw(st.integers(2, 4))
    sizes = draw(st.just([]) | st.lists(st.integers(1, 3), min_size=2, max_size=4))
    shape = list(given.shape)
    shape[along] = sum(sizes) or count * draw(st.integers(1, 3))
    if sizes and draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    whole = Tensor(tuple(shape), given.dtype, given.classes)
    return Split(count, tuple(sizes), along), {"input": whole}


@st.composite
def sliced(draw: st.DrawFn) -> Case:
    """Any start, stop and step."""
    given = draw(tensors(2, 6, BOTH))
    start, stop = draw(st.integers(-5, 5)), draw(st.integers(-5, 5))
    block = Slice(axis(draw, given.rank), start, stop, draw(st.integers(1, 3)))
    return block, {"input": given}


@st.composite
def reduced(draw: st.DrawFn) -> Case:
    """Every operation over some axes."""
    given = draw(tensors(2, 6))
    operation = draw(st.sampled_from(Reduce.params()[0].choices))
    axes = draw(st.lists(st.integers(1, given.rank - 1), unique=True))
    signs = tuple(a - given.rank if draw(st.booleans()) else a for a in axes)
    return Reduce(operation, signs, draw(st.booleans())), {"input": given}


@st.composite
def along_one_axis(draw: st.DrawFn, cls: type) -> Case:
    """A block whose one parameter is an axis."""
    given = draw(tensors(2, 6, BOTH))
    return cls(axis(draw, given.rank)), {"input": given}


@st.composite
def cast(draw: st.DrawFn) -> Case:
    """From any type to any."""
    return Cast(draw(st.sampled_from(BOTH))), {"input": draw(tensors(1, 6, BOTH))}


CASES = {
    "Flatten": tensors(1, 6, BOTH).map(lambda given: (Flatten(), {"input": given})),
    "Reshape": reshaped(),
    "Permute": permuted(),
    "Squeeze": squeezed(),
    "ExpandDims": expanded(),
    "Repeat": repeated(),
    "Split": split(),
    "Slice": sliced(),
    "Reverse": along_one_axis(Reverse),
    "ArgMax": along_one_axis(ArgMax),
    "Reduce": reduced(),
    "Cast": cast(),
}
