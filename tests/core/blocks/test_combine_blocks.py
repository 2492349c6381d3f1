"""Arithmetic, joining and products of several inputs against PyTorch, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from built_block import run

from core.blocks import arithmetic
from core.blocks.block import Block, ShapeError
from core.blocks.combine import Concatenate, Stack
from core.blocks.products import Dot, MatMul
from core.tensor import Tensor

RNG = np.random.default_rng(8)
X = RNG.normal(size=(3, 4, 2, 3)).astype(np.float32)


def normal(*sizes: int) -> np.ndarray:
    return RNG.normal(size=(3, *sizes)).astype(np.float32)


def fold(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A function of two tensors, of any number of them."""

    def folded(first: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        for other in others:
            first = function(first, other)
        return first

    return folded


def mean(*parts: torch.Tensor) -> torch.Tensor:
    return torch.stack(torch.broadcast_tensors(*parts)).mean(0)


SEVERAL = [
    (arithmetic.Add, fold(torch.add)),
    (arithmetic.Multiply, fold(torch.mul)),
    (arithmetic.Average, mean),
    (arithmetic.Maximum, fold(torch.maximum)),
    (arithmetic.Minimum, fold(torch.minimum)),
]
PAIRS = [(arithmetic.Subtract, torch.sub), (arithmetic.Divide, torch.div)]


@pytest.mark.parametrize("count", [2, 3, 16])
@pytest.mark.parametrize(("cls", "reference"), SEVERAL)
def test_several_inputs(cls: type, reference: Callable[..., torch.Tensor], count: int) -> None:
    parts = [normal(4, 3) for _ in range(count)]
    y, _ = run(cls(count=count), **{f"input_{i}": x for i, x in enumerate(parts, 1)})
    expected = reference(*map(torch.from_numpy, parts))
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("first", "second"),
    [((), ()), ((4,), (4,)), ((4,), (1,)), ((2, 1, 3), (1, 4, 3)), ((1, 1, 5), (4, 4, 5))],
)
@pytest.mark.parametrize(("cls", "reference"), [*SEVERAL, *PAIRS])
def test_axes_of_length_1_are_stretched(
    cls: type,
    reference: Callable[..., torch.Tensor],
    first: tuple[int, ...],
    second: tuple[int, ...],
) -> None:
    parts = normal(*first), normal(*second)
    y, _ = run(cls(), input_1=parts[0], input_2=parts[1])
    expected = reference(*map(torch.from_numpy, parts))
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -2, -3])
def test_concatenate_joins_along_an_axis(axis: int) -> None:
    parts = [X, np.repeat(X, 2, axis=axis), X + 1]
    y, _ = run(
        Concatenate(count=3, axis=axis), **{f"input_{i + 1}": x for i, x in enumerate(parts)}
    )
    np.testing.assert_array_equal(y, torch.cat([*map(torch.from_numpy, parts)], axis))


@pytest.mark.parametrize("axis", [1, 2, 3, 4, -1, -2, -4])
def test_stack_makes_a_new_axis(axis: int) -> None:
    y, _ = run(Stack(count=3, axis=axis), input_1=X, input_2=X + 1, input_3=-X)
    parts = [torch.from_numpy(x) for x in (X, X + 1, -X)]
    np.testing.assert_array_equal(y, torch.stack(parts, axis))


def test_ids_stay_ids() -> None:
    few, many = Tensor((None, 2), "int32", 5), Tensor((None, 3), "int32", 9)
    unknown = Tensor((None, 3), "int32")
    joined = Concatenate().infer(input_1=few, input_2=many)
    assert joined == Tensor((None, 5), "int32", 9)
    assert Concatenate().infer(input_1=few, input_2=unknown).classes == 0
    assert Stack(axis=1).infer(input_1=many, input_2=many) == Tensor((None, 2, 3), "int32", 9)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    ("first", "second", "axes", "equation"),
    [
        ((5,), (5,), (-1, -1), "bi,bi->b"),
        ((4, 5), (5,), (-1, 1), "bij,bj->bi"),
        ((4, 5), (3, 5), (2, 2), "bij,bkj->bik"),
        ((4, 5), (4, 3), (1, 1), "bij,bik->bjk"),
        ((5, 4), (3, 5), (1, -1), "bji,bkj->bik"),
        ((2, 3, 4), (3, 5), (2, 1), "bhij,bik->bhjk"),
        ((2, 3, 4), (4, 3, 2), (1, 3), "bhij,bklh->bijkl"),
    ],
)
def test_dot_sums_along_an_axis_of_each(
    first: tuple[int, ...],
    second: tuple[int, ...],
    axes: tuple[int, int],
    equation: str,
    normalize: bool,
) -> None:
    parts = normal(*first), normal(*second)
    y, _ = run(Dot(*axes, normalize), input_1=parts[0], input_2=parts[1])
    tensors = [torch.from_numpy(x).double() for x in parts]
    if normalize:
        tensors = [
            torch.nn.functional.normalize(t, dim=a) for t, a in zip(tensors, axes, strict=True)
        ]
    expected = torch.einsum(equation, *tensors)
    expected = expected[:, None] if expected.ndim == 1 else expected
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def test_normalised_dot_of_vectors_is_the_cosine() -> None:
    first, second = normal(6), normal(6)
    y, _ = run(Dot(normalize=True), input_1=first, input_2=second)
    cosine = torch.cosine_similarity(torch.from_numpy(first), torch.from_numpy(second))
    np.testing.assert_allclose(y[:, 0], cosine, rtol=1e-5, atol=1e-6)
    zero, _ = run(Dot(normalize=True), input_1=np.zeros((2, 3), np.float32), input_2=X[:2, 0, 0])
    np.testing.assert_array_equal(zero, 0)


@pytest.mark.parametrize("flips", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("outer", [((), ()), ((2,), (2,)), ((2, 1), (1, 3)), ((2, 3, 1),) * 2])
def test_matmul_is_that_of_torch(
    flips: tuple[bool, bool], outer: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    first = normal(*outer[0], *((5, 4) if flips[0] else (4, 5)))
    second = normal(*outer[1], *((2, 5) if flips[1] else (5, 2)))
    y, _ = run(MatMul(*flips), input_1=first, input_2=second)
    left, right = torch.from_numpy(first), torch.from_numpy(second)
    expected = (left.mT if flips[0] else left) @ (right.mT if flips[1] else right)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def test_operations_are_counted() -> None:
    x, row = Tensor((None, 4, 3)), Tensor((None, 1, 3))
    assert arithmetic.Add(count=3).flops(input_1=x, input_2=row, input_3=x) == 2 * 12
    assert arithmetic.Average().flops(input_1=x, input_2=x) == 2 * 12
    assert MatMul(transpose_2=True).flops(input_1=x, input_2=x) == 2 * 3 * 16
    assert Dot().flops(input_1=x, input_2=Tensor((None, 3))) == 2 * 3 * 4


def test_ports_follow_the_number_of_inputs() -> None:
    names = [p.name for p in arithmetic.Add(count=4).ports()]
    assert names == ["input_1", "input_2", "input_3", "input_4"]
    assert len(Concatenate().ports()) == 2
    assert len(arithmetic.Divide().ports()) == 2


@pytest.mark.parametrize(
    ("block", "sizes", "message"),
    [
        (arithmetic.Add(), [(4, 3), (2, 3)], "Input 2 is [B, 2, 3], but Input 1 is [B, 4, 3]"),
        (arithmetic.Add(), [(4, 3), (3,)], "Input 2 is [B, 3]"),
        (arithmetic.Add(count=3), [(4,), (1,), (5,)], "those before it make [B, 4]"),
        (arithmetic.Divide(), [(4,), (5,)], "Input 2 is [B, 5]"),
        (Concatenate(axis=0), [(4,), (4,)], "is the batch"),
        (Concatenate(axis=-2), [(4,), (4,)], "is the batch"),
        (Concatenate(axis=2), [(4,), (4,)], "does not exist"),
        (Concatenate(axis=-1), [(4, 3), (5, 3)], "may differ only on axis 2"),
        (Concatenate(axis=1), [(4, 3), (4,)], "Input 2 is [B, 4]"),
        (Stack(), [(4,), (1,)], "Input 2 is [B, 1]"),
        (Stack(axis=0), [(4,), (4,)], "is the batch"),
        (Stack(axis=3), [(4,), (4,)], "does not exist"),
        (Dot(), [(4,), (5,)], "is not as long"),
        (Dot(axis_1=2), [(4,), (4,)], "does not exist"),
        (Dot(axis_2=0), [(4,), (4,)], "is the batch"),
        (MatMul(), [(4, 5), (4, 5)], "has rows of 5"),
        (MatMul(), [(2, 4, 5), (3, 5, 4)], "before their last two"),
        (MatMul(), [(2, 4, 5), (5, 4)], "before their last two"),
    ],
)
def test_refuses_with_a_remedy(block: Block, sizes: list[tuple[int, ...]], message: str) -> None:
    tensors = [Tensor((None, *s)) for s in sizes]
    ports = [p.name for p in block.ports()]
    with pytest.raises(ShapeError) as refused:
        block.infer(**dict(zip(ports, tensors, strict=True)))
    assert message in refused.value.message
    assert refused.value.remedy


def test_numbers_and_ids_are_not_mixed() -> None:
    with pytest.raises(ShapeError, match="Input 2 is int32, but Input 1 is float32"):
        Concatenate().infer(input_1=Tensor((None, 3)), input_2=Tensor((None, 3), "int32"))
