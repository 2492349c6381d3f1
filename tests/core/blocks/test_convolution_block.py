"""Conv against scipy's correlation and against loops written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from built_block import run
from scipy.signal import correlate

from core.blocks.block import ShapeError
from core.blocks.convolution import Conv
from core.tensor import Tensor

RNG = np.random.default_rng(1)
GEOMETRIES = [
    ((9,), (3,), (1,), (1,), "SAME"),
    ((9,), (4,), (2,), (1,), "SAME"),
    ((10,), (3,), (2,), (2,), "VALID"),
    ((3,), (5,), (2,), (1,), "SAME"),
    ((7, 6), (3, 2), (2, 3), (1, 2), "SAME"),
    ((8, 9), (3, 3), (1, 2), (2, 1), "VALID"),
    ((4, 5, 6), (2, 3, 2), (2, 1, 2), (1, 1, 2), "SAME"),
    ((4, 5, 6), (2, 3, 2), (1, 2, 1), (2, 1, 1), "VALID"),
]


def slow_convolution(
    x: np.ndarray,
    kernel: np.ndarray,
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: str,
    groups: int = 1,
) -> np.ndarray:
    """The definition: for every place and kernel element, multiply and add."""
    spatial, size, filters = x.shape[1:-1], kernel.shape[:-2], kernel.shape[-1]
    spans = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    if padding == "SAME":
        out = [-(-n // s) for n, s in zip(spatial, strides, strict=True)]
        total = [
            max((o - 1) * s + w - n, 0)
            for o, s, w, n in zip(out, strides, spans, spatial, strict=True)
        ]
        x = np.pad(x, [(0, 0), *((t // 2, t - t // 2) for t in total), (0, 0)])
    else:
        out = [(n - w) // s + 1 for n, w, s in zip(spatial, spans, strides, strict=True)]
    y = np.zeros((x.shape[0], *out, filters))
    taken, made = kernel.shape[-2], filters // groups
    for place in itertools.product(*map(range, out)):
        for element in itertools.product(*map(range, size)):
            at = tuple(
                p * s + e * d for p, s, e, d in zip(place, strides, element, dilation, strict=True)
            )
            for group in range(groups):
                channels = x[(slice(None), *at, slice(group * taken, (group + 1) * taken))]
                weights = kernel[element][:, group * made : (group + 1) * made]
                where = (slice(None), *place, slice(group * made, (group + 1) * made))
                y[where] += channels.astype(np.float64) @ weights.astype(np.float64)
    return y


@pytest.mark.parametrize(("sizes", "kernel", "strides", "dilation", "padding"), GEOMETRIES)
def test_matches_the_definition(
    sizes: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: str,
) -> None:
    x = RNG.normal(size=(2, *sizes, 3)).astype(np.float32)
    block = Conv(filters=4, kernel_size=kernel, strides=strides, dilation=dilation, padding=padding)
    y, layer = run(block, input=x)
    expected = slow_convolution(x, np.asarray(layer.kernel[...]), strides, dilation, padding)
    np.testing.assert_allclose(y, expected + np.asarray(layer.bias[...]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("groups", [2, 4])
def test_groups_convolve_apart(groups: int) -> None:
    x = RNG.normal(size=(2, 5, 5, 4)).astype(np.float32)
    y, layer = run(Conv(filters=8, groups=groups, use_bias=False), input=x)
    kernel = np.asarray(layer.kernel[...])
    assert kernel.shape == (3, 3, 4 // groups, 8)
    expected = slow_convolution(x, kernel, (1, 1), (1, 1), "SAME", groups)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


def test_matches_scipy_correlation() -> None:
    x = RNG.normal(size=(1, 8, 7, 2)).astype(np.float32)
    y, layer = run(Conv(filters=3, padding="VALID", use_bias=False), input=x)
    kernel = np.asarray(layer.kernel[...])
    for f in range(3):
        expected = sum(correlate(x[0, ..., c], kernel[..., c, f], mode="valid") for c in range(2))
        np.testing.assert_allclose(y[0, ..., f], expected, rtol=1e-4, atol=1e-5)


def test_one_number_counts_for_every_axis() -> None:
    image = Tensor((None, 9, 9, 3))
    assert Conv(kernel_size=(3,), strides=(2,)).infer(input=image) == Conv(
        kernel_size=(3, 3), strides=(2, 2)
    ).infer(input=image)


def test_counts_operations() -> None:
    image = Tensor((None, 28, 28, 1))
    assert Conv(filters=6, kernel_size=(5,)).flops(input=image) == 28 * 28 * 6 * (2 * 25 + 1)


@pytest.mark.parametrize(
    ("block", "sizes", "message", "remedy"),
    [
        (Conv(kernel_size=(5,), padding="VALID"), (4, 9, 3), "spans 5", "SAME"),
        (Conv(kernel_size=(3,), dilation=(2,), padding="VALID"), (4, 4, 1), "spans 5", "at most 4"),
        (Conv(filters=6, groups=4), (8, 8, 4), "6 filters", "divisor of 2"),
        (Conv(filters=4, groups=2), (8, 8, 3), "3 channels", "divisor of 1"),
        (Conv(kernel_size=(3, 3)), (9, 4), "Kernel size has 2 numbers", "one number"),
        (Conv(strides=(1, 2)), (4, 4, 4, 1), "Strides has 2 numbers", "3 numbers"),
        (Conv(dilation=()), (4, 4, 1), "Dilation has 0 numbers", "2 numbers"),
    ],
)
def test_refuses_with_a_remedy(
    block: Conv, sizes: tuple[int, ...], message: str, remedy: str
) -> None:
    with pytest.raises(ShapeError) as refused:
        block.infer(input=Tensor((None, *sizes)))
    assert message in refused.value.message
    assert remedy in refused.value.remedy


def test_causal_padding_sees_nothing_later_and_keeps_the_length() -> None:
    x = np.random.default_rng(0).normal(size=(2, 9, 3)).astype(np.float32)
    changed = x.copy()
    changed[:, 5:] += 1
    block = Conv(filters=4, kernel_size=(3,), dilation=(2,), padding="CAUSAL", use_bias=False)
    y, layer = run(block, input=x)
    z, _ = run(block, input=changed)
    assert y.shape == (2, 9, 4)
    assert np.array_equal(y[:, :5], z[:, :5])
    assert not np.allclose(y[:, 5:], z[:, 5:])
    padded = np.pad(x, ((0, 0), (4, 0), (0, 0)))
    valid = slow_convolution(padded, np.asarray(layer.kernel[...]), (1,), (2,), "VALID")
    np.testing.assert_allclose(y, valid, rtol=1e-4, atol=1e-5)


def test_causal_padding_is_for_sequences_alone() -> None:
    with pytest.raises(ShapeError, match="sequences"):
        Conv(padding="CAUSAL").infer(Tensor((None, 8, 8, 3)))
