"""Batch and layer normalization against their formulas, while training and in evaluation."""

from __future__ import annotations

import numpy as np
import pytest
from built_block import apply, run, tensors_of

from core.blocks.normalization import BatchNorm, LayerNorm

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("sizes", [(4,), (5, 4), (3, 3, 4)])
def test_batch_norm_trains_on_the_batch_and_evaluates_on_running_averages(
    sizes: tuple[int, ...],
) -> None:
    x = RNG.normal(2.0, 3.0, size=(6, *sizes)).astype(np.float32)
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
    other = RNG.normal(size=(2, *sizes)).astype(np.float32)
    expected = scale * (other - running_mean) / np.sqrt(running_variance + 1e-3) + bias
    y = apply(block, tensors_of({"input": other}), layer, {"input": other})
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("sizes", [(6,), (5, 6), (3, 3, 6)])
def test_layer_norm_normalizes_each_sample(sizes: tuple[int, ...]) -> None:
    x = RNG.normal(2.0, 3.0, size=(4, *sizes)).astype(np.float32)
    y, layer = run(LayerNorm(epsilon=1e-4), input=x)
    mean = x.astype(np.float64).mean(axis=-1, keepdims=True)
    variance = x.astype(np.float64).var(axis=-1, keepdims=True)
    expected = np.asarray(layer.scale[...]) * (x - mean) / np.sqrt(variance + 1e-4)
    np.testing.assert_allclose(y, expected + np.asarray(layer.bias[...]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("block", [BatchNorm(), LayerNorm()])
def test_variance_is_exact_far_from_zero(block: BatchNorm | LayerNorm) -> None:
    offset = 4096 + RNG.normal(size=(64, 64)).astype(np.float32)
    y, layer = run(block, train=True, input=offset)
    plain = (y - np.asarray(layer.bias[...])) / np.asarray(layer.scale[...])
    axis = 0 if isinstance(block, BatchNorm) else -1
    np.testing.assert_allclose(plain.std(axis=axis), 1.0, rtol=1e-3)
