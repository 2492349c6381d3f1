"""Random expressions for Lambda that fit their inputs."""

from __future__ import annotations

from hypothesis import strategies as st

from core.blocks.expression import Lambda
from core.expression import FUNCTIONS
from core.tensor import Tensor
from drawn.tensors import Case

_EACH = [n for n, f in FUNCTIONS.items() if f.form == "each" and f.count == 1]
_PAIRS = [n for n, f in FUNCTIONS.items() if f.count == 2]
_OVER = [n for n, f in FUNCTIONS.items() if f.form == "reduction"]
_ALONG = [n for n, f in FUNCTIONS.items() if f.form == "along"]
_NUMBERS = ("2", "0.5", "-1", "(1 / 3)", "1e-2", "3.25")


@st.composite
def _text(draw: st.DrawFn, names: str, rank: int, depth: int) -> str:
    """An expression whose value is an array of the inputs' rank."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(names))
    inner = _text(names, rank, depth - 1)
    form = draw(st.integers(0, 8 if rank > 1 else 4))
    first = draw(inner)
    second = draw(st.sampled_from(_NUMBERS) | inner)
    if form == 0:
        return f"{draw(st.sampled_from(_EACH))}({first})"
    if form == 1:
        return f"({first} {draw(st.sampled_from(['+', '-', '*', '/', '<', '>=']))} {second})"
    if form == 2:
        return f"{draw(st.sampled_from(_PAIRS))}({first}, {second})"
    if form == 3:
        return draw(st.sampled_from([f"(-{first})", f"{first} ** 2", f"clip({first}, -1, 1)"]))
    if form == 4:
        return f"where({first} > 0, {second}, {draw(inner)})"
    axis = draw(st.integers(1, rank - 1))
    axis = draw(st.sampled_from([axis, axis - rank]))
    if form == 5:
        return f"{draw(st.sampled_from(_OVER))}({first}, axis={axis}, keepdims=True)"
    if form == 6:
        return f"{draw(st.sampled_from(_OVER))}({first}, keepdims=True)"
    if form == 7:
        return f"{draw(st.sampled_from(_ALONG))}({first}, axis={axis})"
    return f"{first}[..., 0:1]"


@st.composite
def expressions(draw: st.DrawFn) -> Case:
    """A Lambda and inputs of one shape, some axes of which have length 1."""
    count, rank = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    sizes = draw(st.lists(st.integers(1, 4), min_size=rank - 1, max_size=rank - 1))
    names = "xyzw"[:count]
    text = draw(_text(names, rank, draw(st.integers(0, 4))))
    text = text if len(text) < 500 else "x"
    end = draw(st.sampled_from(["", "", "[..., -1]", ".sum"])) if rank > 1 else ""
    if end == "[..., -1]":
        text = f"({text}){end}"
    elif end == ".sum":
        text = f"sum({text}, axis=-1)"
    tensors = {n: Tensor((None, *(draw(st.sampled_from([s, s, 1])) for s in sizes))) for n in names}
    return Lambda(text, count), tensors


CASES = {"Lambda": expressions()}
