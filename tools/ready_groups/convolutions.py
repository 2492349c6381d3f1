"""The blocks of convolutional networks as ready groups."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tools.ready_groups.recipe import Recipe, Spec


def conv(filters: int, size: int, **options: Any) -> Spec:
    """A convolution without a bias, as batch normalisation follows."""
    return "Conv", {"filters": filters, "kernel_size": (size,), "use_bias": False, **options}


def depthwise() -> Spec:
    """A convolution of each channel by itself, without a bias."""
    return "DepthwiseConv", {"kernel_size": (3,), "use_bias": False}


def normalised(*names: str) -> tuple[dict[str, Spec], tuple[str, ...]]:
    """Batch normalisation behind each convolution: ``bn_1`` behind ``conv_1``."""
    pairs = {name: name.replace("conv", "bn") for name in names}
    nodes: dict[str, Spec] = {bn: ("BatchNorm", {}) for bn in pairs.values()}
    return nodes, tuple(f"{name} -> {bn}" for name, bn in pairs.items())


def residual(title: str, note: str, convs: Mapping[str, Spec], project: Spec | None) -> Recipe:
    """Convolutions around which the input is led, through a projection or as it is."""
    filters = {"filters": tuple(f"{name}.filters" for name in list(convs)[:2])}
    wide = "conv_3" in convs
    nodes: dict[str, Spec] = dict(convs)
    norms, wires = normalised(*convs)
    nodes |= norms
    previous = "input"
    for number, name in enumerate(convs, 1):
        wires = (*wires, f"{previous} -> {name}")
        previous = f"bn_{number}"
        if number < len(convs):
            nodes[f"relu_{number}"] = ("Activation", {"function": "relu"})
            wires = (*wires, f"bn_{number} -> relu_{number}")
            previous = f"relu_{number}"
    nodes |= {"add": ("Add", {}), "relu": ("Activation", {"function": "relu"})}
    wires = (*wires, f"{previous} -> add.input_1", "add -> relu", "relu -> output")
    if wide:
        filters["channels"] = ("conv_3.filters",)
    if project is None:
        return Recipe(title, note, ("input",), nodes, (*wires, "input -> add.input_2"), filters)
    nodes |= {"projection": project, "projection_bn": ("BatchNorm", {})}
    wires = (*wires, "input -> projection", "projection -> projection_bn")
    wires = (*wires, "projection_bn -> add.input_2")
    last = "channels" if wide else "filters"
    filters[last] = (*filters[last], "projection.filters")
    strided = "conv_2" if wide else "conv_1"
    exposed = {**filters, "strides": (f"{strided}.strides", "projection.strides")}
    return Recipe(title, note, ("input",), nodes, wires, exposed)


_HE = "The block of ResNet. He et al., Deep residual learning for image recognition, 2016."


def residual_blocks() -> list[Recipe]:
    """The blocks of ResNet, with the input as it is and with a projection of it."""
    basic = {"conv_1": conv(64, 3), "conv_2": conv(64, 3)}
    narrow = {"conv_1": conv(64, 1), "conv_2": conv(64, 3), "conv_3": conv(256, 1)}
    kept = "Input and output [B, H, W, C], where C is"
    changed = "The input is projected, so that size and number of channels may change."
    return [
        residual(
            "Residual block",
            f"Two 3 x 3 convolutions, added to their input.\n\n{kept} Filters. {_HE}",
            basic,
            None,
        ),
        residual(
            "Projected residual",
            f"Two 3 x 3 convolutions, added to a projection of their input.\n\n{changed} {_HE}",
            {**basic, "conv_1": conv(64, 3, strides=(2,))},
            conv(64, 1, strides=(2,)),
        ),
        residual(
            "Bottleneck block",
            "Convolutions of 1 x 1, 3 x 3 and 1 x 1, added to their input.\n\n"
            f"{kept} Channels. {_HE}",
            narrow,
            None,
        ),
        residual(
            "Projected bottleneck",
            "Convolutions of 1 x 1, 3 x 3 and 1 x 1, added to a projection of their input.\n\n"
            f"{changed} {_HE}",
            {**narrow, "conv_2": conv(64, 3, strides=(2,))},
            conv(256, 1, strides=(2,)),
        ),
    ]


def in_a_row(*names: str) -> tuple[str, ...]:
    """Wires from each node to the next."""
    return tuple(f"{a} -> {b}" for a, b in pairwise(names))


def inverted_residual() -> Recipe:
    """The block of MobileNetV2 that keeps size and channels."""
    nodes: dict[str, Spec] = {
        "expand": conv(144, 1),
        "bn_1": ("BatchNorm", {}),
        "relu_1": ("Activation", {"function": "relu6"}),
        "depthwise": depthwise(),
        "bn_2": ("BatchNorm", {}),
        "relu_2": ("Activation", {"function": "relu6"}),
        "project": conv(24, 1),
        "bn_3": ("BatchNorm", {}),
        "add": ("Add", {}),
    }
    row = ("expand", "bn_1", "relu_1", "depthwise", "bn_2", "relu_2", "project", "bn_3")
    wires = (
        *in_a_row("input", *row),
        "bn_3 -> add.input_1",
        "input -> add.input_2",
        "add -> output",
    )
    exposed = {
        "hidden_channels": ("expand.filters",),
        "filters": ("project.filters",),
        "activation": ("relu_1.function", "relu_2.function"),
    }
    note = (
        "Widens the channels, convolves each by itself, and narrows them again.\n\n"
        "Added to the input [B, H, W, C], which has as many channels as filters. Sandler et al., "
        "MobileNetV2, 2018."
    )
    return Recipe("Inverted residual", note, ("input",), nodes, wires, exposed)


def depthwise_separable() -> Recipe:
    """The block of MobileNet."""
    nodes: dict[str, Spec] = {
        "depthwise": depthwise(),
        "bn_1": ("BatchNorm", {}),
        "relu_1": ("Activation", {"function": "relu"}),
        "pointwise": conv(64, 1),
        "bn_2": ("BatchNorm", {}),
        "relu_2": ("Activation", {"function": "relu"}),
    }
    exposed = {
        "filters": ("pointwise.filters",),
        "strides": ("depthwise.strides",),
    }
    note = (
        "Convolves each channel by itself, and then mixes them.\n\n"
        "Input [B, H, W, C], output [B, H', W', filters]. Howard et al., MobileNets, 2017."
    )
    wires = in_a_row("input", *nodes, "output")
    return Recipe("Depthwise separable", note, ("input",), nodes, wires, exposed)


def convolutional_blocks() -> list[Recipe]:
    """Those of ResNet, MobileNetV2 and MobileNet."""
    return [*residual_blocks(), inverted_residual(), depthwise_separable()]
