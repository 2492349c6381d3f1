"""Normalised kernels against PyTorch's parametrizations, forward and backward."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from built_block import apply, build, run, tensors_of
from flax import nnx
from torch.nn.utils import parametrizations

from core.blocks.block import ShapeError
from core.blocks.convolution import Conv
from core.blocks.dense import Dense
from core.blocks.kernel_norm import NormedKernel
from core.tensor import Tensor

RNG = np.random.default_rng(11)
BLOCKS = {"Dense": (Dense, {"units": 4}), "Conv": (Conv, {"filters": 4, "kernel_size": (2, 3)})}


def case(kind: str, norm: str) -> tuple[NormedKernel, np.ndarray]:
    cls, options = BLOCKS[kind]
    sizes = (6,) if kind == "Dense" else (5, 6, 3)
    x = RNG.normal(size=(3, *sizes)).astype(np.float32)
    extra = {} if kind == "Dense" else {"padding": "VALID"}
    return cls(**options, **extra, kernel_norm=norm), x


def torch_layer(kind: str, inner: Any) -> torch.nn.Module:
    """PyTorch's layer with the weights of ours, before they are normalised."""
    kernel = np.array(inner.kernel[...])
    order = (1, 0) if kind == "Dense" else (3, 2, 0, 1)
    plain: Any = torch.nn.Linear(6, 4) if kind == "Dense" else torch.nn.Conv2d(3, 4, (2, 3))
    plain.weight = torch.nn.Parameter(torch.tensor(kernel.transpose(order).copy()))
    plain.bias = torch.nn.Parameter(torch.tensor(np.array(inner.bias[...])))
    return plain


def torch_output(layer: torch.nn.Module, x: np.ndarray) -> torch.Tensor:
    y = layer(torch.tensor(np.moveaxis(x, -1, 1).copy()))
    return torch.movedim(y, 1, -1)


@pytest.mark.parametrize("kind", BLOCKS)
def test_weight_norm_starts_as_the_plain_layer(kind: str) -> None:
    block, x = case(kind, "weight_norm")
    layer = build(block, tensors_of({"input": x}))
    np.testing.assert_allclose(layer(x), layer.layer(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", BLOCKS)
def test_weight_norm_and_its_gradients_are_those_of_pytorch(kind: str) -> None:
    block, x = case(kind, "weight_norm")
    y, layer = run(block, input=x)
    reference = parametrizations.weight_norm(torch_layer(kind, layer.layer))
    lengths = reference.parametrizations.weight.original0
    assert lengths.numel() == 4
    scale = torch.tensor(np.asarray(layer.scale[...]))
    lengths.data = scale.reshape(lengths.shape)
    expected = torch_output(reference, x)
    np.testing.assert_allclose(y, expected.detach(), rtol=1e-4, atol=1e-5)

    weights = RNG.normal(size=y.shape).astype(np.float32)
    expected.backward(torch.tensor(weights))
    gradient = nnx.grad(lambda layer: jnp.vdot(weights, layer(x)))(layer)
    np.testing.assert_allclose(
        gradient["scale"][...], lengths.grad.reshape(-1), rtol=1e-3, atol=1e-5
    )
    of_kernel = reference.parametrizations.weight.original1.grad.numpy()
    back = (1, 0) if kind == "Dense" else (2, 3, 1, 0)
    found = gradient["layer"]["kernel"][...]
    np.testing.assert_allclose(found, of_kernel.transpose(back), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", BLOCKS)
def test_spectral_norm_is_that_of_pytorch(kind: str) -> None:
    block, x = case(kind, "spectral_norm")
    tensors = tensors_of({"input": x})
    layer = build(block, tensors)
    reference = parametrizations.spectral_norm(torch_layer(kind, layer.layer))
    norm = reference.parametrizations.weight[0]
    # PyTorch's kernel has the units first and its other axes in another order.
    shape = layer.layer.kernel[...].shape
    v = np.asarray(layer.v[...]).reshape(shape[:-1])
    v = v if kind == "Dense" else v.transpose(2, 0, 1)
    norm._u.data = torch.tensor(np.array(layer.u[...]))
    norm._v.data = torch.tensor(v.reshape(-1).copy())
    for mode in ("train", "train", "eval"):
        getattr(layer, mode)()
        getattr(reference, mode)()
        y = apply(block, tensors, layer, {"input": x})
        expected = torch_output(reference, x)
        np.testing.assert_allclose(y, expected.detach(), rtol=1e-4, atol=1e-5)

    layer.train()
    reference.train()
    weights = RNG.normal(size=y.shape).astype(np.float32)
    torch_output(reference, x).backward(torch.tensor(weights))
    gradient = nnx.grad(lambda layer: jnp.vdot(weights, layer(x)))(layer)
    found = gradient["layer"]["kernel"][...]
    back = (1, 0) if kind == "Dense" else (2, 3, 1, 0)
    of_kernel = reference.parametrizations.weight.original.grad.numpy().transpose(back)
    np.testing.assert_allclose(found, of_kernel, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", BLOCKS)
def test_spectral_norm_reaches_a_largest_singular_value_of_one(kind: str) -> None:
    block, x = case(kind, "spectral_norm")
    _, layer = run(block, train=True, input=x)
    for _ in range(200):
        layer(x)
    kernel = np.asarray(layer.layer.kernel[...], np.float64).reshape(-1, 4)
    matrix = kernel / np.linalg.svd(kernel, compute_uv=False)[0]
    bias = np.asarray(layer.layer.bias[...])
    if kind == "Dense":
        np.testing.assert_allclose(layer(x), x @ matrix + bias, rtol=1e-4, atol=1e-5)
    assert np.linalg.norm(matrix, 2) == pytest.approx(1)


@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm"])
def test_the_kernel_that_is_kept_does_not_change_in_use(norm: str) -> None:
    block, x = case("Dense", norm)
    _, layer = run(block, train=True, input=x)
    before = np.array(layer.layer.kernel[...])
    layer(x)
    np.testing.assert_array_equal(layer.layer.kernel[...], before)


def test_evaluation_leaves_the_singular_vectors() -> None:
    block, x = case("Dense", "spectral_norm")
    _, layer = run(block, input=x)
    before = np.array(layer.u[...])
    layer(x)
    np.testing.assert_array_equal(layer.u[...], before)
    layer.train()
    layer(x)
    assert np.any(np.asarray(layer.u[...]) != before)


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm"])
def test_a_kernel_of_zeros_has_no_direction(kind: str, norm: str) -> None:
    cls, options = BLOCKS[kind]
    sizes = (6,) if kind == "Dense" else (5, 6, 3)
    with pytest.raises(ShapeError, match="direction"):
        cls(**options, kernel_norm=norm, kernel_init="zeros").infer(Tensor((None, *sizes)))


@pytest.mark.parametrize("words", ["weight normalization", "spectral normalization"])
def test_is_found_by_its_name(words: str) -> None:
    assert words in Dense.keywords
    assert words in Conv.keywords


def test_computes_in_a_smaller_format() -> None:
    block, x = case("Dense", "weight_norm")
    small = Dense(units=4, kernel_norm="weight_norm", dtype="bfloat16")
    exact, _ = run(block, input=x)
    y, _ = run(small, input=x)
    assert y.dtype == np.float32
    assert jax.numpy.abs(y - exact).max() > 0
    np.testing.assert_allclose(y, exact, rtol=0.05, atol=0.05)
