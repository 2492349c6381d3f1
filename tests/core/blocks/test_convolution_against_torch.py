"""Conv, DepthwiseConv, SeparableConv and ConvTranspose against PyTorch on the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from built_block import apply, build, run
from channels_first import first, kernel, last, vector

from core.blocks.block import ShapeError
from core.blocks.convolution import Conv
from core.blocks.separable_convolution import DepthwiseConv, SeparableConv
from core.blocks.transposed_convolution import ConvTranspose
from core.tensor import Tensor

F = torch.nn.functional
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
SIZES = {1: (11,), 2: (9, 8), 3: (6, 5, 7)}
Ints = tuple[int, ...]


def inputs(axes: int, channels: int = 4) -> np.ndarray:
    sizes = (2, *SIZES[axes], channels)
    return np.random.default_rng(axes).normal(size=sizes).astype(np.float32)


def check(y: np.ndarray, expected: torch.Tensor) -> None:
    np.testing.assert_allclose(y, last(expected), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("axes", "groups"), [(1, 2), (2, 1), (2, 4), (3, 1)])
@pytest.mark.parametrize(
    ("size", "strides", "dilation", "pads"),
    [(3, 1, 1, 1), (3, 2, 1, 0), (2, 1, 2, 2), (3, 2, 2, 3), (5, 3, 1, 2), (1, 2, 1, 0)],
)
def test_explicit_pads_are_those_of_torch(
    axes: int, groups: int, size: int, strides: int, dilation: int, pads: int
) -> None:
    x = inputs(axes)
    options = {"strides": (strides,), "dilation": (dilation,), "groups": groups}
    explicit = {"padding": "EXPLICIT", "pads": (pads,)}
    y, layer = run(Conv(filters=8, kernel_size=(size,), **options, **explicit), input=x)
    w, b = kernel(layer.kernel), vector(layer.bias)
    check(y, CONV[axes](first(x), w, b, strides, pads, dilation, groups))


@pytest.mark.parametrize(
    ("pads", "per_axis"), [((2, 1), (2, 1)), ((3, 0), (3, 0)), ((2, 2, 1, 1), (2, 1))]
)
def test_pads_of_each_axis(pads: Ints, per_axis: Ints) -> None:
    x = inputs(2)
    block = Conv(filters=3, kernel_size=(4, 3), strides=(2, 1), padding="EXPLICIT", pads=pads)
    y, layer = run(block, input=x)
    w, b = kernel(layer.kernel), vector(layer.bias)
    check(y, F.conv2d(first(x), w, b, (2, 1), per_axis))


@pytest.mark.parametrize(
    ("axes", "pads"), [(1, (2, 0)), (2, (0, 3, 2, 1)), (3, (1, 0, 0, 2, 3, 1))]
)
def test_pads_before_and_after(axes: int, pads: Ints) -> None:
    x = inputs(axes)
    y, layer = run(Conv(filters=3, padding="EXPLICIT", pads=pads), input=x)
    # PyTorch's pad counts from the last axis.
    turned = [n for axis in reversed(range(axes)) for n in pads[2 * axis : 2 * axis + 2]]
    padded = F.pad(first(x), turned)
    check(y, CONV[axes](padded, kernel(layer.kernel), vector(layer.bias)))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("mode", ["reflect", "circular"])
@pytest.mark.parametrize(("size", "strides", "dilation"), [(5, 1, 1), (3, 2, 2)])
def test_continued_edges_of_odd_kernels(
    axes: int, mode: str, size: int, strides: int, dilation: int
) -> None:
    x = inputs(axes)
    options = {"strides": (strides,), "dilation": (dilation,)}
    block = Conv(filters=3, kernel_size=(size,), **options, padding=mode.upper())
    y, layer = run(block, input=x)
    pads = [(size - 1) * dilation // 2] * 2 * axes
    padded = F.pad(first(x), pads, mode=mode)
    w, b = kernel(layer.kernel), vector(layer.bias)
    check(y, CONV[axes](padded, w, b, strides, dilation=dilation))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("mode", ["zeros", "reflect", "circular"])
@pytest.mark.parametrize(("size", "dilation"), [(2, 1), (4, 1), (2, 3), (3, 2)])
def test_same_with_even_kernels(mode: str, size: int, dilation: int) -> None:
    x = inputs(2)
    padding = "SAME" if mode == "zeros" else mode.upper()
    block = Conv(filters=3, kernel_size=(size,), dilation=(dilation,), padding=padding)
    y, layer = run(block, input=x)
    like = torch.nn.Conv2d(4, 3, size, dilation=dilation, padding="same", padding_mode=mode)
    with torch.no_grad():
        like.weight.copy_(kernel(layer.kernel))
        like.bias.copy_(vector(layer.bias))
        check(y, like(first(x)))


@pytest.mark.parametrize(
    ("axes", "multiplier", "use_bias"), [(1, 3, True), (2, 1, False), (2, 3, True), (3, 2, True)]
)
@pytest.mark.parametrize(("strides", "dilation", "pads"), [(1, 1, 1), (2, 1, 0), (2, 2, 2)])
def test_depthwise_is_a_convolution_with_a_group_for_each_channel(
    axes: int, multiplier: int, use_bias: bool, strides: int, dilation: int, pads: int
) -> None:
    x = inputs(axes)
    options: dict[str, Any] = {"strides": (strides,), "dilation": (dilation,)}
    options |= {"padding": "EXPLICIT", "pads": (pads,), "use_bias": use_bias}
    y, layer = run(DepthwiseConv(multiplier=multiplier, **options), input=x)
    w, b = kernel(layer.kernel), vector(layer.bias)
    assert w.shape == (4 * multiplier, 1, *(3,) * axes)
    check(y, CONV[axes](first(x), w, b, strides, pads, dilation, 4))


@pytest.mark.parametrize(
    ("axes", "multiplier", "use_bias"), [(1, 2, True), (2, 1, False), (3, 2, False)]
)
@pytest.mark.parametrize(("strides", "dilation", "pads"), [(1, 1, 1), (2, 1, 0), (2, 2, 2)])
def test_separable_is_depthwise_then_pointwise(
    axes: int, multiplier: int, use_bias: bool, strides: int, dilation: int, pads: int
) -> None:
    x = inputs(axes)
    options: dict[str, Any] = {"strides": (strides,), "dilation": (dilation,)}
    options |= {"padding": "EXPLICIT", "pads": (pads,), "use_bias": use_bias}
    y, layer = run(SeparableConv(filters=5, multiplier=multiplier, **options), input=x)
    depthwise, pointwise = layer.layers
    assert depthwise.bias is None
    middle = CONV[axes](first(x), kernel(depthwise.kernel), None, strides, pads, dilation, 4)
    check(y, CONV[axes](middle, kernel(pointwise.kernel), vector(pointwise.bias)))


def transposed_kernel(value: Any, axes: int) -> torch.Tensor:
    """A kernel ``[*size, in, out]`` as PyTorch's ``[in, out, *size]``, element 0 first."""
    return grouped_kernel(value, axes, 1)


def grouped_kernel(value: Any, axes: int, groups: int) -> torch.Tensor:
    """A kernel ``[*size, in / groups, out]`` as PyTorch's ``[in, out / groups, *size]``."""
    of_groups = kernel(value).flip(*range(2, axes + 2)).chunk(groups)
    return torch.cat([part.swapaxes(0, 1) for part in of_groups])


@pytest.mark.parametrize(
    ("axes", "size", "strides", "dilation", "pads", "more"),
    [
        (1, 4, 2, 1, 1, 0),
        (1, 2, 3, 1, 0, 2),
        (2, 3, 2, 1, 1, 1),
        (2, 2, 2, 1, 0, 0),
        (2, 2, 3, 1, 0, 2),
        (2, 3, 1, 2, 1, 1),
        (2, 3, 2, 3, 0, 2),
        (2, 1, 2, 1, 1, 0),
        (2, 2, 3, 1, 4, 1),
        (3, 3, 2, 1, 1, 1),
        (3, 2, 1, 2, 2, 1),
    ],
)
def test_transposed_with_explicit_pads(
    axes: int, size: int, strides: int, dilation: int, pads: int, more: int
) -> None:
    x = inputs(axes, 3)
    options: dict[str, Any] = {"strides": (strides,), "dilation": (dilation,)}
    options |= {"padding": "EXPLICIT", "pads": (pads,), "output_padding": (more,)}
    block = ConvTranspose(filters=2, kernel_size=(size,), **options)
    y, layer = run(block, input=x)
    w, b = transposed_kernel(layer.kernel, axes), vector(layer.bias)
    check(y, TRANSPOSED[axes](first(x), w, b, strides, pads, more, dilation=dilation))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize(
    ("size", "strides", "dilation"), [(3, 2, 1), (2, 2, 1), (4, 1, 1), (2, 2, 3)]
)
def test_transposed_valid_keeps_all_and_same_the_middle(
    axes: int, size: int, strides: int, dilation: int
) -> None:
    x = inputs(axes, 3)
    options = {"kernel_size": (size,), "strides": (strides,), "dilation": (dilation,)}
    y, layer = run(ConvTranspose(filters=2, padding="VALID", **options), input=x)
    w, b = transposed_kernel(layer.kernel, axes), vector(layer.bias)
    full = TRANSPOSED[axes](first(x), w, b, strides, dilation=dilation)
    check(y, full)
    same, layer = run(ConvTranspose(filters=2, padding="SAME", **options), input=x)
    cut = max((size - 1) * dilation + 1 - strides, 0)
    where = tuple(slice(cut // 2, cut // 2 + n * strides) for n in SIZES[axes])
    check(same, full[(slice(None), slice(None), *where)])


@pytest.mark.parametrize(
    ("axes", "groups", "filters", "use_bias"),
    [(1, 2, 6, True), (1, 4, 4, False), (2, 2, 2, True), (2, 4, 12, True), (3, 2, 4, False)],
)
@pytest.mark.parametrize(
    ("size", "strides", "dilation", "pads", "more"),
    [(3, 2, 1, 1, 1), (2, 3, 1, 0, 2), (3, 1, 2, 1, 1), (1, 2, 1, 1, 0), (2, 3, 1, 4, 1)],
)
def test_transposed_in_groups(
    axes: int,
    groups: int,
    filters: int,
    use_bias: bool,
    size: int,
    strides: int,
    dilation: int,
    pads: int,
    more: int,
) -> None:
    x = inputs(axes)
    options: dict[str, Any] = {"strides": (strides,), "dilation": (dilation,), "groups": groups}
    options |= {"padding": "EXPLICIT", "pads": (pads,), "output_padding": (more,)}
    block = ConvTranspose(filters=filters, kernel_size=(size,), use_bias=use_bias, **options)
    y, layer = run(block, input=x)
    w, b = grouped_kernel(layer.kernel, axes, groups), vector(layer.bias)
    assert w.shape == (4, filters // groups, *(size,) * axes)
    check(y, TRANSPOSED[axes](first(x), w, b, strides, pads, more, groups, dilation))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("size", "strides", "dilation"), [(3, 2, 1), (2, 2, 1), (4, 1, 1), (1, 3, 1), (2, 2, 3)]
)
def test_groups_are_transposed_apart(
    axes: int, padding: str, size: int, strides: int, dilation: int
) -> None:
    """Each group alone goes through the layer without groups, the padding by name."""
    options = {"kernel_size": (size,), "strides": (strides,), "dilation": (dilation,)}
    options |= {"padding": padding}
    x = inputs(axes)
    y, layer = run(ConvTranspose(filters=6, groups=2, **options), input=x)
    for group in (0, 1):
        its, other = x[..., 2 * group :][..., :2], slice(3 * group, 3 * group + 3)
        alone = ConvTranspose(filters=3, **options)
        tensors = {"input": Tensor((None, *its.shape[1:]))}
        one = build(alone, tensors)
        one.kernel[...], one.bias[...] = layer.kernel[..., other], layer.bias[other]
        expected = np.asarray(apply(alone, tensors, one, {"input": its}))
        np.testing.assert_allclose(y[..., other], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("groups", [1, 2])
def test_transposed_computes_in_half_precision(groups: int) -> None:
    x, options = inputs(2), {"filters": 6, "groups": groups}
    full, _ = run(ConvTranspose(**options), input=x)
    half, _ = run(ConvTranspose(**options, dtype="bfloat16"), input=x)
    assert half.dtype == np.float32
    assert 0 < np.abs(half - full).max() < 0.05 * np.abs(full).max()


def test_transposed_is_the_gradient_of_the_convolution() -> None:
    x = inputs(2, 3)
    options = {"kernel_size": (3, 4), "strides": (2, 3)}
    y, layer = run(ConvTranspose(filters=2, padding="VALID", use_bias=False, **options), input=x)
    start = torch.zeros(2, 2, *y.shape[1:-1], requires_grad=True)
    back = F.conv2d(start, transposed_kernel(layer.kernel, 2), stride=(2, 3))
    (back * first(x)).sum().backward()
    check(y, start.grad)


@pytest.mark.parametrize(
    ("block", "sizes", "message", "remedy"),
    [
        (Conv(padding="EXPLICIT", pads=(1, 2, 3)), (8, 8, 3), "Pads has 3", "4 (before and after"),
        (Conv(padding="EXPLICIT", pads=()), (8, 3), "Pads has 0", "2 (before and after"),
        (
            Conv(kernel_size=(7,), padding="EXPLICIT", pads=(1,)),
            (4, 4, 3),
            "6 there with its pads",
            "at most 6",
        ),
        (Conv(kernel_size=(7,), padding="REFLECT"), (3, 9, 1), "add 3 on a side", "at most 5"),
        (Conv(kernel_size=(9,), padding="CIRCULAR"), (3, 9, 1), "add 4 on a side", "at most 7"),
        (DepthwiseConv(padding="CAUSAL"), (8, 8, 3), "sequences", "SAME"),
        (ConvTranspose(groups=2), (4, 4, 3), "has 3 channels", "divisor of 1"),
        (ConvTranspose(filters=6, groups=4), (4, 4, 8), "are 6 filters", "divisor of 2"),
        (
            ConvTranspose(padding="EXPLICIT", pads=(5,)),
            (4, 4, 3),
            "-1 elements would remain",
            "by 2 or more",
        ),
        (
            ConvTranspose(padding="EXPLICIT", output_padding=(2,)),
            (4, 4, 3),
            "smaller than Strides (2)",
            "at most 1",
        ),
        (
            ConvTranspose(padding="EXPLICIT", output_padding=(1, 1)),
            (4, 4, 4, 3),
            "Output padding has 2",
            "3 numbers",
        ),
    ],
)
def test_refuses_with_a_remedy(block: Any, sizes: Ints, message: str, remedy: str) -> None:
    with pytest.raises(ShapeError) as refused:
        block.infer(input=Tensor((None, *sizes)))
    assert message in refused.value.message
    assert remedy in refused.value.remedy


def test_refusals_say_what_would_do() -> None:
    image = Tensor((None, 3, 9, 1))
    assert Conv(kernel_size=(5,), padding="REFLECT").infer(input=image).sizes == (3, 9, 32)
    assert Conv(kernel_size=(7,), padding="CIRCULAR").infer(input=image).sizes == (3, 9, 32)


def test_counts_operations() -> None:
    image = Tensor((None, 10, 10, 8))
    assert DepthwiseConv(multiplier=2).flops(input=image) == 100 * 16 * (2 * 9 + 1)
    separable = SeparableConv(filters=5, multiplier=2)
    assert separable.flops(input=image) == 100 * (16 * 2 * 9 + 5 * (2 * 16 + 1))
    transposed = ConvTranspose(filters=3, kernel_size=(2,))
    assert transposed.flops(input=image) == 2 * 100 * 4 * 8 * 3 + 400 * 3
    grouped = ConvTranspose(filters=6, kernel_size=(2,), groups=2)
    assert grouped.flops(input=image) == 2 * 100 * 4 * 4 * 6 + 400 * 6


def test_separable_of_xception() -> None:
    block = SeparableConv(filters=128, use_bias=False)
    assert block.parameters(input=Tensor((None, 149, 149, 64))) == 8768
