"""What the modules beside this one draw from; it has no cases of its own."""

from __future__ import annotations

from hypothesis import strategies as st

from core.blocks.block import Block
from core.tensor import Tensor

Case = tuple[Block, dict[str, Tensor]]
CASES: dict[str, st.SearchStrategy[Case]] = {}


@st.composite
def tensors(
    draw: st.DrawFn, least: int = 1, most: int = 6, dtypes: tuple[str, ...] = ("float32",)
) -> Tensor:
    """A tensor of a rank from ``least`` to ``most``."""
    rank = draw(st.integers(least, most))
    sizes = draw(st.lists(st.integers(1, 4), min_size=rank - 1, max_size=rank - 1))
    dtype = draw(st.sampled_from(dtypes))
    return Tensor((None, *sizes), dtype, draw(st.integers(0, 3)) if dtype == "int32" else 0)


BOTH = ("float32", "int32")


def axis(draw: st.DrawFn, rank: int) -> int:
    """An axis after the batch, counted from either end."""
    found = draw(st.integers(1, max(1, rank - 1)))
    return draw(st.sampled_from([found, found - rank]))


def ports(given: list[Tensor]) -> dict[str, Tensor]:
    """Tensors at ports that are numbered from 1."""
    return {f"input_{i}": tensor for i, tensor in enumerate(given, 1)}
