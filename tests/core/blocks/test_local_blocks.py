"""LocallyConnected and PatchEmbedding against PyTorch's unfold, SqueezeExcitation against it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from built_block import build, run
from channels_first import first, last, vector

from core.blocks.block import ShapeError
from core.blocks.convolution import Conv
from core.blocks.local_convolution import LocallyConnected
from core.blocks.patches import PatchEmbedding
from core.blocks.squeeze_excitation import SqueezeExcitation
from core.tensor import Tensor

F = torch.nn.functional
RNG = np.random.default_rng(4)


def unfolded(x: np.ndarray, options: dict[str, Any]) -> torch.Tensor:
    """Patches of an image ``[B, places, kernel elements, C]`` by PyTorch's unfold."""
    found = F.unfold(first(x), **options)
    patches = found.reshape(len(x), x.shape[-1], -1, found.shape[-1])
    return patches.permute(0, 3, 2, 1)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize(
    ("size", "strides", "dilation", "pads"),
    [
        ((3, 3), (1, 1), (1, 1), (0, 0)),
        ((2, 3), (2, 1), (1, 2), (1, 0)),
        ((5, 1), (1, 3), (1, 1), (2, 2)),
    ],
)
def test_every_place_has_its_own_filters(
    use_bias: bool,
    size: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    pads: tuple[int, int],
) -> None:
    x = RNG.normal(size=(2, 7, 6, 3)).astype(np.float32)
    explicit = {"padding": "EXPLICIT", "pads": pads, "use_bias": use_bias}
    block = LocallyConnected(
        filters=4, kernel_size=size, strides=strides, dilation=dilation, **explicit
    )
    y, layer = run(block, input=x)
    options = {"kernel_size": size, "stride": strides, "dilation": dilation, "padding": pads}
    patches = unfolded(x, options)
    weights = torch.from_numpy(np.asarray(layer.kernel[...]).reshape(-1, 3, patches.shape[1], 4))
    expected = torch.einsum("bpkc,kcpf->bpf", patches, weights)
    if use_bias:
        expected = expected + vector(layer.bias).reshape(1, -1, 4)
    np.testing.assert_allclose(y.reshape(expected.shape), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("sizes", [(9,), (6, 5), (4, 5, 3)])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_equals_a_convolution_where_all_places_have_the_same_weights(
    sizes: tuple[int, ...], padding: str
) -> None:
    x = RNG.normal(size=(2, *sizes, 2)).astype(np.float32)
    options = {"filters": 3, "strides": (2,), "padding": padding}
    expected, conv = run(Conv(**options), input=x)
    block, tensors = LocallyConnected(**options), {"input": Tensor((None, *sizes, 2))}
    layer = build(block, tensors)
    kernel, places = np.asarray(conv.kernel[...]), layer.places
    layer.kernel[...] = np.tile(kernel, places)
    layer.bias[...] = np.tile(np.asarray(conv.bias[...]), places)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-4)


def test_places_start_like_filters_of_a_convolution() -> None:
    block = LocallyConnected(filters=8, kernel_size=(3,), kernel_init="he_normal")
    layer = build(block, {"input": Tensor((None, 12, 12, 6))})
    kernel = np.asarray(layer.kernel[...])
    assert kernel.shape == (3, 3, 6, 100 * 8)
    assert kernel.std() == pytest.approx(np.sqrt(2 / 54), rel=0.02)
    of_places = kernel.reshape(54, 100, 8)
    assert not np.array_equal(of_places[:, 0], of_places[:, 1])


def test_penalties_and_constraints_leave_the_bias_alone() -> None:
    layer = build(LocallyConnected(), {"input": Tensor((None, 5, 5, 2))})
    assert layer.bias.ndim == 1


def test_locally_connected_counts_of_keras() -> None:
    block = LocallyConnected(filters=64)
    image = Tensor((None, 32, 32, 3))
    assert block.parameters(input=image) == (30 * 30) * (3 * 3 * 3 * 64) + (30 * 30) * 64
    assert block.flops(input=image) == 30 * 30 * 64 * (2 * 27 + 1)


@pytest.mark.parametrize("patch", [(2, 2), (3, 2), (6, 4)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_patches_are_those_of_unfold(patch: tuple[int, int], use_bias: bool) -> None:
    x = RNG.normal(size=(2, 6, 8, 3)).astype(np.float32)
    y, layer = run(PatchEmbedding(patch_size=patch, features=5, use_bias=use_bias), input=x)
    patches = unfolded(x, {"kernel_size": patch, "stride": patch})
    weights = np.asarray(layer.kernel[...]).reshape(-1, 5)
    expected = patches.reshape(*patches.shape[:2], -1).numpy() @ weights
    if use_bias:
        expected = expected + np.asarray(layer.bias[...])
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("sizes", "patches"), [((6,), 3), ((4, 6), 6), ((2, 4, 6), 6)])
def test_patches_of_sequences_and_volumes(sizes: tuple[int, ...], patches: int) -> None:
    block = PatchEmbedding(patch_size=(2,), features=7)
    assert block.infer(input=Tensor((None, *sizes, 3))) == Tensor((None, patches, 7))


def test_patch_embedding_of_vit_base() -> None:
    block = PatchEmbedding(patch_size=(16,), features=768)
    image = Tensor((None, 224, 224, 3))
    assert block.infer(input=image) == Tensor((None, 196, 768))
    assert block.parameters(input=image) == 590592
    assert block.flops(input=image) == 196 * 768 * (2 * 768 + 1)


def test_patches_must_fill_the_image() -> None:
    with pytest.raises(ShapeError, match="patches of 4 do not fill an axis of 6") as refused:
        PatchEmbedding().infer(input=Tensor((None, 8, 6, 1)))
    assert "divisor of 6" in refused.value.remedy


@pytest.mark.parametrize(("sizes", "use_bias"), [((5,), True), ((4, 3), False), ((2, 3, 4), True)])
@pytest.mark.parametrize(("reduction", "squeezed"), [(1, 6), (2, 3), (4, 1), (16, 1)])
def test_squeeze_and_excitation_gates_each_channel(
    sizes: tuple[int, ...], reduction: int, squeezed: int, use_bias: bool
) -> None:
    x = RNG.normal(size=(2, *sizes, 6)).astype(np.float32)
    y, layer = run(SqueezeExcitation(reduction=reduction, use_bias=use_bias), input=x)
    squeeze, excite = layer.layers[0], layer.layers[2]
    assert squeeze.kernel.shape == (6, squeezed)
    value = first(x)
    means = value.flatten(2).mean(-1)
    weights = [torch.from_numpy(np.array(part.kernel[...]).T) for part in (squeeze, excite)]
    hidden = F.relu(F.linear(means, weights[0], vector(squeeze.bias)))
    gate = torch.sigmoid(F.linear(hidden, weights[1], vector(excite.bias)))
    expected = value * gate.reshape(2, 6, *(1,) * len(sizes))
    np.testing.assert_allclose(y, last(expected), rtol=1e-5, atol=1e-6)


def test_squeeze_and_excitation_of_senet() -> None:
    # SE-ResNet-50's first stage: 256 channels, reduction 16.
    block = SqueezeExcitation(use_bias=False)
    assert block.parameters(input=Tensor((None, 56, 56, 256))) == 2 * 256 * 256 // 16
