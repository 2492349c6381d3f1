"""Pooling against PyTorch."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch
from built_block import run
from channels_first import first, last

from core.blocks.block import ShapeError
from core.blocks.global_pooling import (
    AdaptiveAveragePool,
    AdaptiveMaxPool,
    GlobalAveragePool,
    GlobalMaxPool,
)
from core.blocks.pooling import AveragePool, MaxPool
from core.compile.names import resolve
from core.tensor import Tensor

F = torch.nn.functional
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
ADAPTIVE_MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
ADAPTIVE_AVERAGE = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
SIZES = {1: (11,), 2: (9, 8), 3: (6, 5, 7)}
IMAGE_WINDOWS = [(2, 2, 0), (3, 2, 1), (3, 1, 1), (4, 3, 2), (2, 3, 1), (3, 3, 0), (5, 2, 2)]
WINDOWS = [*((2, *window) for window in IMAGE_WINDOWS), (1, 3, 2, 1), (3, 3, 2, 1)]


def inputs(axes: int) -> np.ndarray:
    # Far below zero, so that a padding of zeros would win.
    x = np.random.default_rng(axes).normal(size=(2, *SIZES[axes], 3)) - 9
    return x.astype(np.float32)


def check(y: np.ndarray, expected: torch.Tensor) -> None:
    np.testing.assert_allclose(y, last(expected), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize(("axes", "window", "strides", "pads"), WINDOWS)
def test_max(axes: int, ceil_mode: bool, window: int, strides: int, pads: int) -> None:
    x = inputs(axes)
    options: dict[str, Any] = {"padding": "EXPLICIT", "pads": (pads,), "ceil_mode": ceil_mode}
    y, _ = run(MaxPool(window=(window,), strides=(strides,), **options), input=x)
    check(y, MAX[axes](first(x), window, strides, pads, ceil_mode=ceil_mode))


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("count", [False, True])
@pytest.mark.parametrize(("axes", "window", "strides", "pads"), WINDOWS)
def test_average(
    axes: int, ceil_mode: bool, count: bool, window: int, strides: int, pads: int
) -> None:
    x = inputs(axes)
    options: dict[str, Any] = {"padding": "EXPLICIT", "pads": (pads,), "ceil_mode": ceil_mode}
    block = AveragePool(window=(window,), strides=(strides,), count_padding=count, **options)
    y, _ = run(block, input=x)
    check(y, AVERAGE[axes](first(x), window, strides, pads, ceil_mode, count))


def test_rounding_up_without_pads() -> None:
    x = inputs(2)
    y, _ = run(MaxPool(window=(4,), strides=(3,), ceil_mode=True), input=x)
    check(y, F.max_pool2d(first(x), 4, 3, ceil_mode=True))
    y, _ = run(MaxPool(window=(9,), strides=(4,), ceil_mode=True), input=x)
    check(y, F.max_pool2d(first(x), 9, 4, ceil_mode=True))
    assert MaxPool(ceil_mode=True, padding="SAME").infer(input=Tensor((None, 5, 5, 1))) == Tensor(
        (None, 3, 3, 1)
    )


def test_counted_padding_of_same_is_that_of_a_padded_input() -> None:
    x = inputs(1)
    y, _ = run(AveragePool(window=(3,), strides=(1,), padding="SAME", count_padding=True), input=x)
    check(y, F.avg_pool1d(first(x), 3, 1, 1))


def test_pads_before_and_after() -> None:
    x = inputs(2)
    block = MaxPool(window=(3,), strides=(2,), padding="EXPLICIT", pads=(0, 1, 2, 0))
    y, _ = run(block, input=x)
    padded = F.pad(first(x), (2, 0, 0, 1), value=-np.inf)
    check(y, F.max_pool2d(padded, 3, 2))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_global(axes: int) -> None:
    x = inputs(axes)
    flat = first(x).flatten(2)
    np.testing.assert_array_equal(run(GlobalMaxPool(), input=x)[0], flat.amax(-1))
    np.testing.assert_allclose(run(GlobalAveragePool(), input=x)[0], flat.mean(-1), rtol=1e-5)


@pytest.mark.parametrize(
    ("axes", "size"), [(1, 4), (1, 12), (2, 1), (2, 2), (2, 3), (2, 4), (2, 12), (3, 3)]
)
def test_adaptive(axes: int, size: int) -> None:
    x = inputs(axes)
    y, _ = run(AdaptiveMaxPool(output_size=(size,)), input=x)
    check(y, ADAPTIVE_MAX[axes](first(x), size))
    y, _ = run(AdaptiveAveragePool(output_size=(size,)), input=x)
    check(y, ADAPTIVE_AVERAGE[axes](first(x), size))


@pytest.mark.parametrize("sizes", [(1, 8), (5, 3), (9, 4)])
def test_adaptive_with_a_size_for_each_axis(sizes: tuple[int, int]) -> None:
    x = inputs(2)
    y, _ = run(AdaptiveMaxPool(output_size=sizes), input=x)
    check(y, F.adaptive_max_pool2d(first(x), sizes))
    y, _ = run(AdaptiveAveragePool(output_size=sizes), input=x)
    check(y, F.adaptive_avg_pool2d(first(x), sizes))


def test_adaptive_uses_plain_pooling_where_the_bins_are_its_windows() -> None:
    bins = AdaptiveAveragePool(output_size=(3,)).forward(input=Tensor((None, 7, 6, 1)))
    assert (bins.options["window_shape"], bins.options["strides"]) == ((3, 2), (2, 2))
    uneven = AdaptiveAveragePool(output_size=(3,)).forward(input=Tensor((None, 8, 6, 1)))
    assert uneven.function == "layers.adaptive_average_pool"


@pytest.mark.parametrize("kind", ["average", "max"])
@pytest.mark.parametrize("size", [3, 7])
def test_uneven_bins_have_the_gradient_of_torch(kind: str, size: int) -> None:
    x = inputs(2)
    like = first(x).requires_grad_()
    torch_pool = {"average": F.adaptive_avg_pool2d, "max": F.adaptive_max_pool2d}[kind]
    (torch_pool(like, size) ** 2).sum().backward()
    pool = resolve(f"layers.adaptive_{kind}_pool")
    found = jax.grad(lambda x: (pool(x, (size, size)) ** 2).sum())(x)
    np.testing.assert_allclose(found, last(like.grad), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("block", "sizes", "message", "remedy"),
    [
        (MaxPool(padding="EXPLICIT", pads=(2,)), (8, 8, 1), "sees nothing", "at most 1"),
        (AveragePool(window=(3, 1), padding="EXPLICIT", pads=(1,)), (8, 8, 1), "of 1", "at most 0"),
        (MaxPool(window=(7,), padding="EXPLICIT", pads=(1,)), (4, 4, 1), "spans 7", "at most 6"),
        (MaxPool(padding="EXPLICIT", pads=(1, 0, 1)), (8, 8, 1), "Pads has 3", "One number"),
        (AdaptiveMaxPool(output_size=(2, 2)), (8, 1), "Output size has 2", "one number"),
    ],
)
def test_refuses_with_a_remedy(
    block: Any, sizes: tuple[int, ...], message: str, remedy: str
) -> None:
    with pytest.raises(ShapeError) as refused:
        block.infer(input=Tensor((None, *sizes)))
    assert message.lower() in refused.value.message.lower()
    assert remedy.lower() in refused.value.remedy.lower()


def test_counts_operations() -> None:
    image = Tensor((None, 6, 6, 2))
    assert GlobalMaxPool().flops(input=image) == 72
    assert AdaptiveMaxPool(output_size=(3,)).flops(input=image) == 72
    # Four bins of two over six places overlap twice.
    assert AdaptiveMaxPool(output_size=(4,)).flops(input=image) == 8 * 8 * 2
    assert MaxPool(window=(3,), strides=(2,), ceil_mode=True).flops(input=image) == 9 * 9 * 2
