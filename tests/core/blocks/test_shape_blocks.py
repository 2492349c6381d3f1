"""Blocks that move, take and put together elements, against numpy and PyTorch."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch
from built_block import apply, run, tensors_of

from core.blocks.block import Block, ShapeError
from core.blocks.reduce import ArgMax, Cast, Reduce
from core.blocks.shape import ExpandDims, Flatten, Permute, Repeat, Reshape, Squeeze
from core.blocks.splitting import Reverse, Slice, Split
from core.tensor import Tensor

RNG = np.random.default_rng(8)
X = RNG.normal(size=(3, 4, 2, 3)).astype(np.float32)
T = torch.from_numpy(X)


def test_flatten_lays_out_the_last_axis_fastest() -> None:
    y, _ = run(Flatten(), input=X)
    np.testing.assert_array_equal(y, X.reshape(3, 24))


@pytest.mark.parametrize("shape", [(24,), (-1,), (6, 4), (2, -1, 3), (1, 24, 1), (2, 1, 2, 3, 2)])
def test_reshape_keeps_the_order(shape: tuple[int, ...]) -> None:
    y, _ = run(Reshape(shape=shape), input=X)
    np.testing.assert_array_equal(y, X.reshape(3, *shape))


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (3, 1, 2), (2, 3, 1)])
def test_permute_is_that_of_torch(order: tuple[int, ...]) -> None:
    y, _ = run(Permute(order=order), input=X)
    np.testing.assert_array_equal(y, T.permute(0, *order))


@pytest.mark.parametrize("axes", [(), (2,), (-3,), (2, 4), (-1, 2)])
def test_squeeze_leaves_out_axes_of_length_1(axes: tuple[int, ...]) -> None:
    x = X[:, :, None, 0, :, None].copy()
    y, _ = run(Squeeze(axes=axes), input=x)
    given = torch.from_numpy(x)
    expected = given.squeeze(axes) if axes else given.squeeze()
    np.testing.assert_array_equal(y, expected)


def test_squeeze_leaves_a_batch_of_one() -> None:
    y, _ = run(Squeeze(), input=X[:1, :1, :1, :1].copy())
    assert y.shape == (1,)


@pytest.mark.parametrize("axis", [1, 2, 4, -1, -2, -4])
def test_expand_dims_is_unsqueeze(axis: int) -> None:
    y, _ = run(ExpandDims(axis=axis), input=X)
    np.testing.assert_array_equal(y, T.unsqueeze(axis))


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -3])
@pytest.mark.parametrize("mode", ["new_axis", "each", "whole"])
def test_repeat(mode: str, axis: int) -> None:
    y, _ = run(Repeat(count=3, mode=mode, axis=axis), input=X)
    expected = {
        "new_axis": lambda: torch.stack([T] * 3, axis),
        "each": lambda: T.repeat_interleave(3, axis),
        "whole": lambda: torch.cat([T] * 3, axis),
    }[mode]()
    np.testing.assert_array_equal(y, expected)


def test_repeat_makes_a_vector_a_sequence() -> None:
    y, _ = run(Repeat(count=5), input=X[:, 0, 0])
    np.testing.assert_array_equal(y, X[:, :1, 0].repeat(5, axis=1))


def pieces(block: Split, x: np.ndarray) -> tuple[Any, ...]:
    tensors = tensors_of({"input": x})
    said = [(len(x), *t.sizes) for t in block.infer(**tensors)]
    found = apply(block, tensors, None, {"input": x})
    assert [piece.shape for piece in found] == said
    assert len(found) == len(block.outputs)
    return found


@pytest.mark.parametrize(
    ("block", "sizes", "axis"),
    [
        (Split(), 2, 1),
        (Split(3, axis=3), 1, 3),
        (Split(2, (1, 3), 1), [1, 3], 1),
        (Split(2, (1, -1, 2), -3), [1, 1, 2], 1),
        (Split(9, (2, 1), -1), [2, 1], 3),
    ],
)
def test_split_is_that_of_torch(block: Split, sizes: Any, axis: int) -> None:
    x = X.swapaxes(1, 3) if block == Split() else X
    axis = 3 if block == Split() else axis
    found = pieces(block, x)
    for piece, expected in zip(found, torch.split(torch.tensor(x), sizes, axis), strict=True):
        np.testing.assert_array_equal(piece, expected)


@pytest.mark.parametrize("axis", [1, 3, -1, -2])
@pytest.mark.parametrize(
    ("start", "stop", "step"),
    [(0, 0, 1), (1, 0, 1), (0, -1, 1), (-2, 0, 1), (0, 99, 1), (-99, 2, 1), (0, 0, 2), (1, 0, 3)],
)
def test_slice_is_that_of_numpy(axis: int, start: int, stop: int, step: int) -> None:
    y, _ = run(Slice(axis, start, stop, step), input=X)
    cut = slice(start, stop or None, step)
    where = [slice(None)] * 4
    where[axis] = cut
    np.testing.assert_array_equal(y, X[tuple(where)])


@pytest.mark.parametrize("axis", [1, -1])
def test_reverse_is_flip(axis: int) -> None:
    y, _ = run(Reverse(axis), input=X)
    np.testing.assert_array_equal(y, T.flip(axis))


REFERENCES = {
    "mean": torch.mean,
    "sum": torch.sum,
    "max": torch.amax,
    "min": torch.amin,
    "product": None,
    "variance": lambda t, **o: torch.var(t, correction=0, **o),
    "norm": torch.linalg.vector_norm,
}


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axes", [(), (1,), (-1,), (-1, 1), (2, 3)])
@pytest.mark.parametrize("operation", list(REFERENCES))
def test_reduce_is_that_of_torch(operation: str, axes: tuple[int, ...], keepdims: bool) -> None:
    y, _ = run(Reduce(operation, axes, keepdims), input=X)
    over = axes or (1, 2, 3)
    if operation == "product":
        expected = T
        for axis in sorted((a % 4 for a in over), reverse=True):
            expected = expected.prod(axis, keepdim=keepdims)
    else:
        expected = REFERENCES[operation](T, dim=over, keepdim=keepdims)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


def test_the_norm_of_nothing_has_no_gradient() -> None:
    block, zeros = Reduce("norm"), np.zeros((2, 3), np.float32)
    tensors = tensors_of({"input": zeros})
    slope = jax.grad(lambda x: apply(block, tensors, None, {"input": x}).sum())
    np.testing.assert_array_equal(slope(zeros), 0)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_arg_max_is_that_of_torch(axis: int) -> None:
    y, _ = run(ArgMax(axis), input=X)
    np.testing.assert_array_equal(y, T.argmax(axis))
    assert y.dtype == np.int32
    said = ArgMax(axis).infer(input=Tensor((None, 4, 2, 3)))
    assert said.classes == X.shape[axis]


def test_cast_cuts_off_towards_0() -> None:
    x = np.array([[-1.7, -0.2, 0.9, 3.0]], np.float32)
    y, _ = run(Cast("int32"), input=x)
    np.testing.assert_array_equal(y, torch.from_numpy(x).to(torch.int32))
    assert y.dtype == np.int32
    back, _ = run(Cast("float32"), input=y)
    assert back.dtype == np.float32
    ids = Tensor((None, 3), "int32", 7)
    assert Cast("int32").infer(input=ids) == ids
    assert Cast().infer(input=ids) == Tensor((None, 3))


def test_tokens_stay_tokens() -> None:
    tokens = Tensor((None, 6), "int32", 9)
    assert Reshape(shape=(2, 3)).infer(input=tokens) == Tensor((None, 2, 3), "int32", 9)
    assert Flatten().infer(input=Tensor((None, 2, 3), "int32", 9)) == tokens
    assert Slice(stop=2).infer(input=tokens) == Tensor((None, 2), "int32", 9)
    assert Split(3).infer(input=tokens) == (Tensor((None, 2), "int32", 9),) * 3


def test_outputs_follow_the_number_of_pieces() -> None:
    assert Split().outputs == ("output_1", "output_2")
    assert len(Split(5).outputs) == 5
    assert len(Split(5, (1, 2, 3)).outputs) == 3
    assert len(Split(2, (1,)).outputs) == 2
    assert len(Split(2, (1,) * 99).outputs) == 16


@pytest.mark.parametrize(
    ("block", "sizes", "message"),
    [
        (Reshape(shape=(5, -1)), (4, 3), "12 elements"),
        (Reshape(shape=(4, 4)), (4, 3), "12 elements"),
        (Reshape(shape=(-1, -1)), (4, 3), "more than one -1"),
        (Reshape(shape=(0, -1)), (4, 3), "length 0"),
        (Reshape(shape=()), (4, 3), "12 elements"),
        (Permute(order=(1, 1)), (4, 3), "no order of the 2 axes"),
        (Permute(order=(2, 1, 3)), (4, 3), "no order of the 2 axes"),
        (Permute(order=()), (4, 3), "no order of the 2 axes"),
        (Squeeze(axes=(1,)), (4, 1), "has length 4, not 1"),
        (Squeeze(axes=(0,)), (4, 1), "is the batch"),
        (ExpandDims(axis=0), (4,), "is the batch"),
        (ExpandDims(axis=3), (4,), "does not exist"),
        (ExpandDims(axis=-3), (4,), "is the batch"),
        (Repeat(axis=3), (4,), "does not exist"),
        (Repeat(mode="each", axis=2), (4,), "does not exist"),
        (Repeat(mode="whole", axis=1), (), "no axis but the batch"),
        (Split(3), (4,), "3 equal pieces"),
        (Split(2, (1, 2)), (4,), "do not fill"),
        (Split(2, (4, -1)), (4,), "do not fill"),
        (Split(2, (9, -1)), (4,), "do not fill"),
        (Split(2, (-1, -1)), (4,), "more than one -1"),
        (Split(2, (0, 4)), (4,), "length 0"),
        (Split(2, (4,)), (4,), "1 numbers"),
        (Split(2, (1,) * 17), (17,), "17 numbers"),
        (Split(2, axis=0), (4,), "is the batch"),
        (Slice(start=4), (4,), "nothing of axis 1"),
        (Slice(start=2, stop=1), (4,), "nothing of axis 1"),
        (Slice(stop=-4), (4,), "nothing of axis 1"),
        (Slice(axis=2), (4,), "does not exist"),
        (Reverse(axis=0), (4,), "is the batch"),
        (ArgMax(axis=2), (4,), "does not exist"),
        (Reduce(axes=(1, -1)), (4,), "twice"),
        (Reduce(axes=(0,)), (4,), "is the batch"),
    ],
)
def test_refuses_with_a_remedy(block: Block, sizes: tuple[int, ...], message: str) -> None:
    with pytest.raises(ShapeError) as refused:
        block.infer(input=Tensor((None, *sizes)))
    assert message in refused.value.message
    assert refused.value.remedy
