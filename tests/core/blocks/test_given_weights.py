"""Kernels and biases start from the numbers that a design gives them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from built_block import build

from core.blocks.block import ShapeError
from core.blocks.convolution import Conv
from core.blocks.dense import Dense
from core.tensor import Tensor


def test_a_dense_layer_starts_row_by_row() -> None:
    block = Dense(units=3, kernel_values=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), bias_values=(7.0,) * 3)
    layer = build(block, {"input": Tensor((None, 2))})
    np.testing.assert_array_equal(layer.kernel[...], [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(layer.bias[...], [7, 7, 7])


def test_a_convolution_finds_edges_with_given_kernels() -> None:
    """Sobel's filter on a ramp that rises by 1 a column gives 8 wherever it fits."""
    sobel = (-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0)
    block = Conv(filters=1, padding="VALID", kernel_values=sobel, bias_values=(0.5,))
    ramp = np.tile(np.arange(6, dtype=np.float32), (5, 1))[None, ..., None]
    layer = build(block, {"input": Tensor((None, 5, 6, 1))})
    np.testing.assert_allclose(layer(ramp), np.full((1, 3, 4, 1), 8.5))


def test_one_number_stands_for_all_and_none_leaves_the_initialiser() -> None:
    block = Dense(units=3, kernel_values=(0.25,), bias_init="ones")
    layer = build(block, {"input": Tensor((None, 4))})
    np.testing.assert_array_equal(layer.kernel[...], np.full((4, 3), 0.25))
    np.testing.assert_array_equal(layer.bias[...], np.ones(3))


@pytest.mark.parametrize(
    ("block", "sizes", "kernel"),
    [
        (partial(Dense, units=3), (2,), "[2, 3]"),
        (partial(Conv, filters=3, kernel_size=(1,), groups=3), (5, 6), "[1, 2, 3]"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_in_words(
    block: Callable[..., Dense | Conv], sizes: tuple[int, ...], kernel: str
) -> None:
    shape = Tensor((None, *sizes))
    words = f"Kernel values has 5 numbers, but the kernel {kernel} has 6"
    with pytest.raises(ShapeError, match=re.escape(words)):
        block(kernel_values=(1.0,) * 5).infer(shape)
    with pytest.raises(ShapeError, match="Bias values has 2 numbers") as refused:
        block(bias_values=(1.0, 2.0)).infer(shape)
    assert "3 numbers" in refused.value.remedy
    assert block(bias_values=(1.0, 2.0), use_bias=False).infer(shape).features == 3


@pytest.mark.parametrize("values", [(0.0,), (1.0, 0.0, 2.0, 0.0)])
def test_a_unit_without_weights_has_no_direction(values: tuple[float, ...]) -> None:
    block = Dense(units=2, kernel_norm="weight_norm", kernel_init="zeros", kernel_values=values)
    with pytest.raises(ShapeError, match="direction"):
        block.infer(Tensor((None, 2)))
    good = Dense(units=2, kernel_norm="weight_norm", kernel_init="zeros", kernel_values=(1.0,))
    assert good.infer(Tensor((None, 2))).sizes == (2,)
