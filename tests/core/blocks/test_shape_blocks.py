"""Flatten, Reshape, Add and Concatenate against numpy, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from built_block import run

from core.blocks.block import Block, ShapeError
from core.blocks.combine import Add, Concatenate
from core.blocks.shape import Flatten, Reshape
from core.tensor import Tensor

RNG = np.random.default_rng(8)
X = RNG.normal(size=(3, 4, 2, 3)).astype(np.float32)


def test_flatten_lays_out_the_last_axis_fastest() -> None:
    y, _ = run(Flatten(), input=X)
    np.testing.assert_array_equal(y, X.reshape(3, 24))


@pytest.mark.parametrize("shape", [(24,), (-1,), (6, 4), (2, -1, 3), (1, 24, 1)])
def test_reshape_keeps_the_order(shape: tuple[int, ...]) -> None:
    y, _ = run(Reshape(shape=shape), input=X)
    np.testing.assert_array_equal(y, X.reshape(3, *shape))


def test_tokens_stay_tokens() -> None:
    tokens = Tensor((None, 6), "int32", 9)
    assert Reshape(shape=(2, 3)).infer(input=tokens) == Tensor((None, 2, 3), "int32", 9)
    assert Flatten().infer(input=Tensor((None, 2, 3), "int32", 9)) == tokens


@pytest.mark.parametrize("count", [2, 3, 16])
def test_add_sums_all_inputs(count: int) -> None:
    parts = {f"input_{i}": X + np.float32(i) for i in range(1, count + 1)}
    y, _ = run(Add(count=count), **parts)
    np.testing.assert_allclose(y, np.sum(list(parts.values()), axis=0), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -2, -3])
def test_concatenate_joins_along_an_axis(axis: int) -> None:
    parts = [X, np.repeat(X, 2, axis=axis), X + 1]
    y, _ = run(
        Concatenate(count=3, axis=axis), **{f"input_{i + 1}": x for i, x in enumerate(parts)}
    )
    np.testing.assert_array_equal(y, np.concatenate(parts, axis=axis))


def test_ports_follow_the_number_of_inputs() -> None:
    assert [p.name for p in Add(count=4).ports()] == ["input_1", "input_2", "input_3", "input_4"]
    assert len(Concatenate().ports()) == 2


@pytest.mark.parametrize(
    ("block", "sizes", "message"),
    [
        (Reshape(shape=(5, -1)), [(4, 3)], "12 elements"),
        (Reshape(shape=(4, 4)), [(4, 3)], "12 elements"),
        (Reshape(shape=(-1, -1)), [(4, 3)], "more than one -1"),
        (Reshape(shape=(0, -1)), [(4, 3)], "length 0"),
        (Reshape(shape=()), [(4, 3)], "12 elements"),
        (Add(), [(4, 3), (1, 3)], "Input 2 is [B, 1, 3], but Input 1 is [B, 4, 3]"),
        (Add(count=3), [(4,), (4,), (5,)], "Input 3 is [B, 5]"),
        (Concatenate(axis=0), [(4,), (4,)], "is the batch"),
        (Concatenate(axis=-2), [(4,), (4,)], "is the batch"),
        (Concatenate(axis=2), [(4,), (4,)], "does not exist"),
        (Concatenate(axis=-1), [(4, 3), (5, 3)], "may differ only on axis 2"),
        (Concatenate(axis=1), [(4, 3), (4,)], "Input 2 is [B, 4]"),
    ],
)
def test_refuses_with_a_remedy(block: Block, sizes: list[tuple[int, ...]], message: str) -> None:
    tensors = [Tensor((None, *s)) for s in sizes]
    ports = [p.name for p in block.ports()]
    with pytest.raises(ShapeError) as refused:
        block.infer(**dict(zip(ports, tensors, strict=True)))
    assert message in refused.value.message
    assert refused.value.remedy
