"""Receptive fields against published ones, and against where the input's gradient is not zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import pytest
from flax import nnx

from core.design.analysis import analyse
from core.design.document import Design, End
from core.explain.inside.receptive import Field, receptive_field
from tests.designs import DIGITS, Layer, add, chain, classifier, wire
from tests.training import fresh_state, job_of


def stack(size: int, *layers: Layer) -> tuple[Design, str]:
    """Layers behind a square Input of three channels, and the name of the last one."""
    design = add(Design(), "Input", "input", shape=(size, size, 3))
    names = ["input"]
    for kind, params in layers:
        names.append(design.free_name(kind.lower()))
        design = add(design, kind, names[-1], **params)
    return chain(design, *names), names[-1]


def field_of(design: Design, node: str) -> Field | None:
    return receptive_field(analyse(design, None), node, "input")


def conv(kernel: int, padding: str = "SAME", stride: int = 1) -> Layer:
    size = {"kernel_size": (kernel,), "strides": (stride,), "padding": padding}
    return "Conv", {"filters": 2, **size}


RELU: Layer = ("Activation", {"function": "relu"})
POOL: Layer = ("MaxPool", {})


def test_lenet_sees_16_by_16_with_stride_4() -> None:
    """LeCun et al. 1998: 5 x 5 kernels without padding, and windows of 2."""
    layers = (conv(5, "VALID"), RELU, POOL, conv(5, "VALID"), RELU, POOL)
    found = field_of(*stack(32, *layers))
    assert found is not None
    assert found.largest == (16, 16)
    assert found.stride == (4, 4)
    assert found.box((0, 2)) == ((0, 16), (8, 24))
    assert found.sizes == (32, 32)


def vgg16() -> list[Layer]:
    layers: list[Layer] = []
    for count in (2, 2, 3, 3, 3):
        layers += [conv(3), RELU] * count
        layers.append(POOL)
    return layers


def test_vgg16_sees_196_pixels_before_its_last_pooling_and_212_after_it() -> None:
    """The sizes of Araujo, Norris and Sim, 2019."""
    before = field_of(*stack(512, *vgg16()[:-1]))
    after = field_of(*stack(512, *vgg16()))
    assert before is not None
    assert after is not None
    assert before.largest == (196, 196)
    assert before.stride == (16, 16)
    assert after.largest == (212, 212)
    assert after.stride == (32, 32)


def test_resnet18_sees_435_pixels_through_its_longest_way() -> None:
    stem: Sequence[Layer] = (
        conv(7, stride=2),
        ("BatchNorm", {}),
        RELU,
        ("MaxPool", {"window": (3,), "strides": (2,), "padding": "SAME"}),
    )
    design, last = stack(704, *stem)
    for stage in range(4):
        for number in range(2):
            stride = 2 if stage and not number else 1
            names = [f"{part}_{stage}_{number}" for part in ("first", "second", "short", "sum")]
            kinds = (conv(3, stride=stride), conv(3), conv(1, stride=stride), ("Add", {}))
            for name, (kind, params) in zip(names, kinds, strict=True):
                design = add(design, kind, name, **params)
            first, second, short, total = names
            design = chain(design, last, first, second)
            design = wire(design, f"{last} -> {short}", f"{second} -> {total}.input_1")
            design = wire(design, f"{short} -> {total}.input_2")
            last = total
    found = field_of(design, last)
    assert found is not None
    assert found.largest == (435, 435)
    assert found.stride == (32, 32)


WHOLE: tuple[Layer, ...] = (
    ("Flatten", {}),
    ("GroupNorm", {"groups": 1}),
    ("GlobalAveragePool", {}),
)


@pytest.mark.parametrize("last", WHOLE, ids=lambda layer: layer[0])
def test_there_is_none_where_everything_is_seen(last: Layer) -> None:
    assert field_of(*stack(8, conv(3), last)) is None
    assert field_of(*stack(8, conv(3), last)[:1], "conv") is not None


# Every unit of these computes a sum of what it sees with positive weights: no gradient vanishes.
WAYS: dict[str, tuple[Layer, ...]] = {
    "strides": (conv(3, stride=2), conv(2, "VALID")),
    "dilation": (("Conv", {"filters": 2, "kernel_size": (3, 2), "dilation": (2, 1)}),),
    "pads": (
        ("Conv", {"filters": 2, "kernel_size": (3,), "padding": "EXPLICIT", "pads": (2, 0, 1, 1)}),
    ),
    "mirrored": (("Conv", {"filters": 2, "kernel_size": (4,), "padding": "REFLECT"}),),
    "circular": (conv(3, "CIRCULAR"), conv(2, "VALID")),
    "pooling": (
        conv(3),
        ("AveragePool", {"window": (3,), "strides": (2,), "padding": "SAME"}),
        ("AveragePool", {"window": (3,), "strides": (2,), "ceil_mode": True}),
    ),
    "separable": (
        ("SeparableConv", {"filters": 3, "kernel_size": (3,), "strides": (2,)}),
        ("BatchNorm", {}),
        ("Activation", {"function": "softplus"}),
        ("DepthwiseConv", {"kernel_size": (2,)}),
        ("Dense", {"units": 2}),
    ),
}


@pytest.mark.parametrize("layers", WAYS.values(), ids=WAYS)
def test_it_is_where_the_gradient_is_not_zero(layers: tuple[Layer, ...]) -> None:
    ends: tuple[Layer, ...] = (("Flatten", {}), ("Dense", {"units": 10}))
    job = job_of(classifier(DIGITS, *layers, *ends, x="image"))
    network: Any = job.program.network(fresh_state(job.program))
    for _, variable in nnx.to_flat_state(nnx.state(network, nnx.Param)):
        variable[...] = np.abs(variable[...]) + 0.1
    graph, weights = nnx.split(network)
    node = job.program.plan.steps[len(layers) - 1].node
    found = receptive_field(job.analysis, node, "input")
    assert found is not None
    image = np.random.default_rng(0).uniform(0.5, 1.5, (1, 8, 8, 1)).astype(np.float32)

    def units(image: jax.Array) -> jax.Array:
        values = nnx.merge(graph, weights).values({"input": image})
        return values[End(node, "output")][0].sum(axis=-1)

    slopes = np.asarray(jax.jit(jax.jacrev(units))(image))[:, :, 0, :, :, 0]
    for row, column in np.ndindex(slopes.shape[:2]):
        where = np.argwhere(np.abs(slopes[row, column]) > 1e-7)
        seen = tuple((int(a), int(b) + 1) for a, b in zip(where.min(0), where.max(0), strict=True))
        assert seen == found.box((row, column)), (row, column)
