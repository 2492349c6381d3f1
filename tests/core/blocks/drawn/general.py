"""Cases of trained products over any axes."""

from __future__ import annotations

from hypothesis import strategies as st

from core.blocks.general import DenseGeneral, Einsum
from drawn.tensors import Case, tensors

_OPTIONS = {
    "kernel_init": st.sampled_from(["default", "orthogonal", "he_normal", "uniform", "ones"]),
    "bias_init": st.sampled_from(["default", "normal"]),
    "dtype": st.sampled_from(["float32", "float32", "bfloat16"]),
    "use_bias": st.booleans(),
}


@st.composite
def dense(draw: st.DrawFn) -> Case:
    """Some axes, in any order and counted from either end, to up to three new ones."""
    given = draw(tensors(2, 5))
    axes = draw(st.lists(st.integers(1, given.rank - 1), unique=True, max_size=3))
    signs = tuple(a - given.rank if draw(st.booleans()) else a for a in axes)
    features = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    options = draw(st.fixed_dictionaries(_OPTIONS))
    return DenseGeneral(features=features, axes=signs, **options), {"input": given}


@st.composite
def einsums(draw: st.DrawFn) -> Case:
    """Equations with and without dots, letters kept, summed and made by the kernel."""
    given = draw(tensors(2, 5))
    dots = draw(st.booleans())
    letters = "bcdef"[: given.rank]
    named = letters[draw(st.integers(1, given.rank)) :] if dots else letters[1:]
    shared = draw(st.lists(st.sampled_from(named), unique=True)) if named else []
    new = list("uvw"[: draw(st.integers(0 if len(shared) > 1 else 2 - len(shared), 3))])
    kernel = "".join(draw(st.permutations([*shared, *new])))
    kept = [i for i in named if i not in shared or draw(st.booleans())]
    output = "".join(draw(st.permutations([*kept, *new])))
    start = "..." if dots else "b"
    equation = f"{start}{named},{kernel}->{start}{output}"
    sizes = tuple(draw(st.integers(1, 3)) for _ in new)
    options = draw(st.fixed_dictionaries(_OPTIONS))
    return Einsum(equation=equation, sizes=sizes, **options), {"input": given}


CASES = {"DenseGeneral": dense(), "Einsum": einsums()}
