"""Upsample, ZeroPad and Crop against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from built_block import run
from channels_first import first, last

from core.blocks.block import ShapeError
from core.blocks.resizing import Crop, Upsample, ZeroPad
from core.tensor import Tensor

F = torch.nn.functional
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
SIZES = {1: (7,), 2: (5, 4), 3: (3, 1, 4)}
Ints = tuple[int, ...]


def inputs(axes: int) -> np.ndarray:
    sizes = (2, *SIZES[axes], 3)
    return np.random.default_rng(axes).normal(size=sizes).astype(np.float32)


@pytest.mark.parametrize("method", ["nearest", "bilinear"])
@pytest.mark.parametrize(
    ("axes", "factors"),
    [(1, (1,)), (1, (3,)), (2, (2,)), (2, (1, 4)), (2, (3, 2)), (3, (2,)), (3, (2, 3, 1))],
)
def test_upsample(method: str, axes: int, factors: Ints) -> None:
    x = inputs(axes)
    y, _ = run(Upsample(factors=factors, method=method), input=x)
    scale = tuple(float(f) for f in (factors if len(factors) == axes else factors * axes))
    options = {"mode": LINEAR[axes], "align_corners": False}
    options = {"mode": "nearest"} if method == "nearest" else options
    expected = F.interpolate(first(x), scale_factor=scale, **options)
    np.testing.assert_allclose(y, last(expected), rtol=1e-5, atol=1e-6)


SIDES = [
    (1, (2,), (2, 2)),
    (1, (0, 2), (0, 2)),
    (2, (1,), (1, 1, 1, 1)),
    (2, (1, 0), (1, 1, 0, 0)),
    (2, (0, 3, 2, 1), (0, 3, 2, 1)),
    (3, (0, 1, 0, 0, 1, 2), (0, 1, 0, 0, 1, 2)),
]


@pytest.mark.parametrize(("axes", "given", "sides"), SIDES)
def test_zero_pad(axes: int, given: Ints, sides: Ints) -> None:
    x = inputs(axes)
    # PyTorch's pad counts from the last axis.
    turned = [n for axis in reversed(range(axes)) for n in sides[2 * axis : 2 * axis + 2]]
    y, _ = run(ZeroPad(pads=given), input=x)
    np.testing.assert_array_equal(y, last(F.pad(first(x), turned)))


@pytest.mark.parametrize(("axes", "given", "sides"), SIDES)
def test_crop_takes_the_padding_off_again(axes: int, given: Ints, sides: Ints) -> None:
    x = inputs(axes)
    pairs = [(0, 0), *zip(sides[::2], sides[1::2], strict=True), (0, 0)]
    padded = np.pad(x, pairs, constant_values=5)
    np.testing.assert_array_equal(run(Crop(crop=given), input=padded)[0], x)


@pytest.mark.parametrize(
    ("block", "sizes", "message", "remedy"),
    [
        (Crop(crop=(2,)), (8, 4, 1), "Crop takes 4 off an axis of 4", "at most 3"),
        (Crop(crop=(1, 2, 3)), (8, 8, 1), "Crop has 3 numbers", "2 (one for each axis) or 4"),
        (ZeroPad(pads=(1, 2, 3)), (8, 1), "Pads has 3 numbers", "2 (before and after"),
        (Upsample(factors=(2, 2)), (8, 1), "Factors has 2 numbers", "one number"),
    ],
)
def test_refuses_with_a_remedy(block: Any, sizes: Ints, message: str, remedy: str) -> None:
    with pytest.raises(ShapeError) as refused:
        block.infer(input=Tensor((None, *sizes)))
    assert message in refused.value.message
    assert remedy in refused.value.remedy


def test_counts_operations() -> None:
    image = Tensor((None, 4, 4, 2))
    assert Upsample().flops(input=image) == 0
    assert Upsample(method="bilinear").flops(input=image) == 2 * 4 * 8 * 8 * 2
    assert Upsample(method="bilinear", factors=(2, 1)).flops(input=image) == 2 * 2 * 8 * 4 * 2
