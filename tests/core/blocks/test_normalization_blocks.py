"""Normalizations against their formulas and PyTorch, while training and in evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from built_block import apply, run, tensors_of
from torch.nn import functional

from core.blocks.block import ShapeError
from core.blocks.normalization import (
    Affine,
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    L2Normalize,
    LayerNorm,
    RMSNorm,
)
from core.tensor import Tensor

RNG = np.random.default_rng(3)


def array(*shape: int) -> np.ndarray:
    return RNG.normal(2.0, 3.0, size=shape).astype(np.float32)


def channels_second(x: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.moveaxis(x, -1, 1).copy())


def channels_last(x: torch.Tensor) -> np.ndarray:
    return np.moveaxis(x.detach().numpy(), 1, -1)


def affine(layer: Any) -> dict[str, torch.Tensor | None]:
    """A layer's scale and bias, as PyTorch's functions take them."""
    parts = {"weight": getattr(layer, "scale", None), "bias": getattr(layer, "bias", None)}
    return {k: None if v is None else torch.tensor(np.asarray(v[...])) for k, v in parts.items()}


@pytest.mark.parametrize("sizes", [(4,), (5, 4), (3, 3, 4)])
def test_batch_norm_trains_on_the_batch_and_evaluates_on_running_averages(
    sizes: tuple[int, ...],
) -> None:
    x = array(6, *sizes)
    block = BatchNorm(momentum=0.8, epsilon=1e-3)
    y, layer = run(block, train=True, input=x)
    flat = x.reshape(-1, 4).astype(np.float64)
    mean, variance = flat.mean(axis=0), flat.var(axis=0)
    scale, bias = np.asarray(layer.scale[...]), np.asarray(layer.bias[...])
    expected = scale * (x - mean) / np.sqrt(variance + 1e-3) + bias
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)

    running_mean, running_variance = 0.2 * mean, 0.8 * 1 + 0.2 * variance
    np.testing.assert_allclose(layer.mean[...], running_mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.var[...], running_variance, rtol=1e-4, atol=1e-5)

    layer.eval()
    other = array(2, *sizes)
    expected = scale * (other - running_mean) / np.sqrt(running_variance + 1e-3) + bias
    y = apply(block, tensors_of({"input": other}), layer, {"input": other})
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


OPTIONS = [(True, True), (True, False), (False, True), (False, False)]


@pytest.mark.parametrize(("use_scale", "use_bias"), OPTIONS)
@pytest.mark.parametrize("sizes", [(4,), (5, 4), (3, 3, 4), (2, 3, 2, 4)])
def test_batch_norm_is_that_of_pytorch(
    sizes: tuple[int, ...], use_scale: bool, use_bias: bool
) -> None:
    x = array(6, *sizes)
    y, layer = run(BatchNorm(use_scale=use_scale, use_bias=use_bias), train=True, input=x)
    zeros, ones = torch.zeros(4), torch.ones(4)
    expected = functional.batch_norm(
        channels_second(x), zeros, ones, **affine(layer), training=True
    )
    np.testing.assert_allclose(y, channels_last(expected), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("use_scale", "use_bias"), OPTIONS)
@pytest.mark.parametrize("sizes", [(6,), (5, 6), (3, 3, 6)])
def test_layer_norm_is_that_of_pytorch(
    sizes: tuple[int, ...], use_scale: bool, use_bias: bool
) -> None:
    x = array(4, *sizes)
    block = LayerNorm(epsilon=1e-4, use_scale=use_scale, use_bias=use_bias)
    y, layer = run(block, input=x)
    expected = functional.layer_norm(torch.tensor(x), (6,), **affine(layer), eps=1e-4)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("use_scale", [True, False])
@pytest.mark.parametrize("sizes", [(6,), (5, 6), (2, 3, 3, 6)])
def test_rms_norm_is_that_of_pytorch(sizes: tuple[int, ...], use_scale: bool) -> None:
    x = array(4, *sizes)
    y, layer = run(RMSNorm(epsilon=1e-3, use_scale=use_scale), input=x)
    weight = affine(layer)["weight"]
    expected = functional.rms_norm(torch.tensor(x), (6,), weight, eps=1e-3)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("use_scale", "use_bias"), OPTIONS)
@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize("sizes", [(6,), (5, 6), (3, 4, 6), (2, 3, 2, 6)])
def test_group_norm_is_that_of_pytorch(
    sizes: tuple[int, ...], groups: int, use_scale: bool, use_bias: bool
) -> None:
    x = array(4, *sizes)
    block = GroupNorm(groups=groups, epsilon=1e-3, use_scale=use_scale, use_bias=use_bias)
    y, layer = run(block, input=x)
    expected = functional.group_norm(channels_second(x), groups, **affine(layer), eps=1e-3)
    np.testing.assert_allclose(y, channels_last(expected), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("use_scale", "use_bias"), OPTIONS)
@pytest.mark.parametrize("sizes", [(5, 6), (3, 4, 6), (2, 3, 2, 6), (4, 1)])
def test_instance_norm_is_that_of_pytorch(
    sizes: tuple[int, ...], use_scale: bool, use_bias: bool
) -> None:
    x = array(4, *sizes)
    block = InstanceNorm(epsilon=1e-3, use_scale=use_scale, use_bias=use_bias)
    y, layer = run(block, input=x)
    expected = functional.instance_norm(channels_second(x), **affine(layer), eps=1e-3)
    np.testing.assert_allclose(y, channels_last(expected), rtol=1e-4, atol=1e-4)


def test_as_many_groups_as_channels_is_instance_norm() -> None:
    x = array(4, 3, 3, 6)
    by_groups, _ = run(GroupNorm(groups=6), input=x)
    by_channels, _ = run(InstanceNorm(), input=x)
    np.testing.assert_allclose(by_groups, by_channels, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("sizes", [(6,), (5, 6), (3, 3, 6)])
@pytest.mark.parametrize("epsilon", [1e-12, 8.0])
def test_l2_normalize_is_that_of_pytorch(sizes: tuple[int, ...], epsilon: float) -> None:
    x = array(4, *sizes)
    x[0] = 0
    y, _ = run(L2Normalize(epsilon=epsilon), input=x)
    expected = functional.normalize(torch.tensor(x), dim=-1, eps=epsilon)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("block", "tensor", "message"),
    [
        (GroupNorm(groups=4), Tensor((None, 3, 6)), "4 groups cannot share the 6 channels"),
        (GroupNorm(groups=6), Tensor((None, 6)), "always 0"),
        (InstanceNorm(), Tensor((None, 1, 1, 6)), "always 0"),
    ],
)
def test_what_could_not_be_normalized_is_refused(
    block: Affine, tensor: Tensor, message: str
) -> None:
    with pytest.raises(ShapeError, match=message) as refused:
        block.infer(tensor)
    assert refused.value.remedy


@pytest.mark.parametrize("block", [BatchNorm(), LayerNorm(), GroupNorm(groups=1)])
def test_variance_is_exact_far_from_zero(block: Affine) -> None:
    offset = 4096 + RNG.normal(size=(64, 64)).astype(np.float32)
    y, layer = run(block, train=True, input=offset)
    plain = (y - np.asarray(layer.bias[...])) / np.asarray(layer.scale[...])
    axis = 0 if isinstance(block, BatchNorm) else -1
    np.testing.assert_allclose(plain.std(axis=axis), 1.0, rtol=1e-3)
