"""Pooling against windows cut out one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from built_block import run

from core.blocks.block import ShapeError
from core.blocks.global_pooling import GlobalAveragePool
from core.blocks.pooling import AveragePool, MaxPool
from core.tensor import Tensor

RNG = np.random.default_rng(2)


def slow_pool(
    x: np.ndarray,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    reduce: Callable[..., np.ndarray],
) -> np.ndarray:
    """Cut out each window, leaving out what lies outside the input, and reduce it."""
    spatial = x.shape[1:-1]
    low = [0] * len(spatial)
    if padding == "SAME":
        out = [-(-n // s) for n, s in zip(spatial, strides, strict=True)]
        low = [
            max((o - 1) * s + w - n, 0) // 2
            for o, s, w, n in zip(out, strides, window, spatial, strict=True)
        ]
    else:
        out = [(n - w) // s + 1 for n, w, s in zip(spatial, window, strides, strict=True)]
    y = np.zeros((x.shape[0], *out, x.shape[-1]))
    for place in itertools.product(*map(range, out)):
        starts = [p * s - pad for p, s, pad in zip(place, strides, low, strict=True)]
        cut = tuple(slice(max(a, 0), a + w) for a, w in zip(starts, window, strict=True))
        axes = tuple(range(1, len(spatial) + 1))
        y[(slice(None), *place)] = reduce(x[(slice(None), *cut)], axis=axes)
    return y


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("sizes", "window", "strides"),
    [
        ((7,), (2,), ()),
        ((7,), (3,), (1,)),
        ((7, 5), (2,), ()),
        ((7, 6), (3, 2), (2, 1)),
        ((4, 5, 6), (2, 3, 2), (1, 2, 3)),
    ],
)
def test_pools_each_window(
    sizes: tuple[int, ...], window: tuple[int, ...], strides: tuple[int, ...], padding: str
) -> None:
    x = RNG.normal(size=(2, *sizes, 3)).astype(np.float32) - 5
    full = window if len(window) == len(sizes) else window * len(sizes)
    for block, reduce in ((MaxPool, np.max), (AveragePool, np.mean)):
        y, _ = run(block(window=window, strides=strides, padding=padding), input=x)
        expected = slow_pool(x, full, strides or full, padding, reduce)
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("sizes", [(5,), (4, 3), (2, 3, 4)])
def test_global_average_is_the_mean_of_each_channel(sizes: tuple[int, ...]) -> None:
    x = RNG.normal(size=(2, *sizes, 3)).astype(np.float32)
    y, _ = run(GlobalAveragePool(), input=x)
    expected = x.reshape(2, -1, 3).astype(np.float64).mean(axis=1)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("block", [MaxPool(window=(5,)), AveragePool(window=(5,))])
def test_refuses_a_window_that_does_not_fit(block: MaxPool | AveragePool) -> None:
    with pytest.raises(ShapeError, match="Window spans 5") as refused:
        block.infer(input=Tensor((None, 4, 8, 1)))
    assert "SAME" in refused.value.remedy
