"""Writes the ready groups that the palette offers, ``resources/groups/*.loomblock``.

Run it as ``python -m tools.ready_groups``; it needs Qt, for the sizes of the nodes, but no display.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from core.blocks.group_ports import GroupInput, GroupOutput
from core.design import edits, marks
from core.design.analysis import analyse
from core.design.document import Design, End, Group, Node
from core.design.exposing import expose
from core.design.group_edits import use_group
from core.design.layout import arranged
from core.design.layout.rows import folded
from core.design.levels import at_level, level
from core.design.outlook import outlook
from designer.library import READY, SUFFIX, file_stem, write_group

_NOTE = (560.0, 112.0)
_NOTE_GAP = 72.0
# Width by height of a usual canvas, which the rows of nodes shall fill.
_SHAPE = 2.4
Spec = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Recipe:
    """A group: its ``title``, what its ``note`` says of it, nodes by name, wires and parameters.

    Wires are written ``source -> target.port``; a port that is left out is ``input``. ``exposed``
    has the targets, written ``node.parameter``, of each parameter that uses can set. ``frames`` are
    nodes that belong together.
    """

    title: str
    note: str
    inputs: tuple[str, ...]
    nodes: Mapping[str, Spec]
    wires: tuple[str, ...]
    exposed: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def attention(**options: Any) -> Spec:
    """Multi-head attention as wide as the original transformer."""
    return "MultiHeadAttention", {"heads": 8, "features": 512, "dropout": 0.1, **options}


def layer_norm() -> Spec:
    """Layer normalisation with the usual epsilon."""
    return "LayerNorm", {"epsilon": 1e-5}


def dropout() -> Spec:
    """Dropout as the original transformer has it."""
    return "Dropout", {"rate": 0.1}


def feed_forward(activation: str) -> dict[str, Spec]:
    """Two dense layers, the first four times as wide."""
    return {
        "expand": ("Dense", {"units": 2048}),
        "activation": ("Activation", {"function": activation}),
        "hidden_dropout": dropout(),
        "contract": ("Dense", {"units": 512}),
        "dropout_out": dropout(),
    }


FEED_FORWARD_NODES = tuple(feed_forward("relu"))
FEED_FORWARD = (
    "expand -> activation",
    "activation -> hidden_dropout",
    "hidden_dropout -> contract",
    "contract -> dropout_out",
)
TRANSFORMER = {
    "features": ("attention.features", "contract.units"),
    "heads": ("attention.heads",),
    "hidden_units": ("expand.units",),
    "activation": ("activation.function",),
    "dropout": (
        *("attention.dropout", "attention_dropout.rate"),
        *("hidden_dropout.rate", "dropout_out.rate"),
    ),
}
PRE_NORM = (
    "input -> norm_1",
    "norm_1 -> attention.query",
    "attention -> attention_dropout",
    "input -> add_1.input_1",
    "attention_dropout -> add_1.input_2",
    "add_1 -> norm_2",
    "norm_2 -> expand",
    *FEED_FORWARD,
    "add_1 -> add_2.input_1",
    "dropout_out -> add_2.input_2",
    "add_2 -> output",
)


def pre_norm(title: str, note: str, activation: str, **options: Any) -> Recipe:
    """A transformer layer that normalises before attention and before the dense layers."""
    nodes: dict[str, Spec] = {
        "norm_1": layer_norm(),
        "attention": attention(**options),
        "attention_dropout": dropout(),
        "add_1": ("Add", {}),
        "norm_2": layer_norm(),
        **feed_forward(activation),
        "add_2": ("Add", {}),
    }
    frames = {
        "Self-attention": ("norm_1", "attention", "attention_dropout", "add_1"),
        "Feed-forward": ("norm_2", *FEED_FORWARD_NODES, "add_2"),
    }
    return Recipe(title, note, ("input",), nodes, PRE_NORM, TRANSFORMER, frames)


def encoder() -> Recipe:
    """The encoder layer of the original transformer."""
    nodes: dict[str, Spec] = {
        "attention": attention(),
        "attention_dropout": dropout(),
        "add_1": ("Add", {}),
        "norm_1": layer_norm(),
        **feed_forward("relu"),
        "add_2": ("Add", {}),
        "norm_2": layer_norm(),
    }
    wires = (
        "input -> attention.query",
        "attention -> attention_dropout",
        "input -> add_1.input_1",
        "attention_dropout -> add_1.input_2",
        "add_1 -> norm_1",
        "norm_1 -> expand",
        *FEED_FORWARD,
        "norm_1 -> add_2.input_1",
        "dropout_out -> add_2.input_2",
        "add_2 -> norm_2",
        "norm_2 -> output",
    )
    note = (
        "Self-attention and two dense layers, each added to its input and normalised.\n\n"
        "Input and output [B, T, features], as in BERT. Vaswani et al., Attention is all you need, "
        "2017."
    )
    frames = {
        "Self-attention": ("attention", "attention_dropout", "add_1", "norm_1"),
        "Feed-forward": (*FEED_FORWARD_NODES, "add_2", "norm_2"),
    }
    return Recipe("Transformer encoder", note, ("input",), nodes, wires, TRANSFORMER, frames)


def decoder() -> Recipe:
    """The decoder layer of the original transformer."""
    nodes: dict[str, Spec] = {
        "attention": attention(causal=True),
        "attention_dropout": dropout(),
        "add_1": ("Add", {}),
        "norm_1": layer_norm(),
        "cross_attention": attention(),
        "cross_dropout": dropout(),
        "add_2": ("Add", {}),
        "norm_2": layer_norm(),
        **feed_forward("relu"),
        "add_3": ("Add", {}),
        "norm_3": layer_norm(),
    }
    wires = (
        "input -> attention.query",
        "attention -> attention_dropout",
        "input -> add_1.input_1",
        "attention_dropout -> add_1.input_2",
        "add_1 -> norm_1",
        "norm_1 -> cross_attention.query",
        "memory -> cross_attention.context",
        "cross_attention -> cross_dropout",
        "norm_1 -> add_2.input_1",
        "cross_dropout -> add_2.input_2",
        "add_2 -> norm_2",
        "norm_2 -> expand",
        *FEED_FORWARD,
        "norm_2 -> add_3.input_1",
        "dropout_out -> add_3.input_2",
        "add_3 -> norm_3",
        "norm_3 -> output",
    )
    exposed = {
        **TRANSFORMER,
        "features": (*TRANSFORMER["features"], "cross_attention.features"),
        "heads": ("attention.heads", "cross_attention.heads"),
        "dropout": (*TRANSFORMER["dropout"], "cross_attention.dropout", "cross_dropout.rate"),
    }
    note = (
        "Causal self-attention, attention to the encoder's memory and two dense layers.\n\n"
        "Input and output [B, T, features], memory [B, S, F]. Each part is added to its input and "
        "normalised. Vaswani et al., Attention is all you need, 2017."
    )
    frames = {
        "Causal self-attention": ("attention", "attention_dropout", "add_1", "norm_1"),
        "Attention to the memory": ("cross_attention", "cross_dropout", "add_2", "norm_2"),
        "Feed-forward": (*FEED_FORWARD_NODES, "add_3", "norm_3"),
    }
    inputs = ("input", "memory")
    return Recipe("Transformer decoder", note, inputs, nodes, wires, exposed, frames)


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


def recipes() -> list[Recipe]:
    """Every ready group."""
    return [
        encoder(),
        pre_norm(
            "Pre-norm encoder",
            "Self-attention and two dense layers, each normalised before and added to its input."
            "\n\nInput and output [B, T, features], as in the Vision Transformer. Xiong et al., On "
            "layer normalization in the transformer architecture, 2020.",
            "relu",
        ),
        decoder(),
        pre_norm(
            "GPT block",
            "Causal self-attention and two dense layers, each normalised before and added.\n\n"
            "Input and output [B, T, features]: a transformer that is a decoder only. Radford et "
            "al., Language models are unsupervised multitask learners, 2019.",
            "gelu_tanh",
            causal=True,
        ),
        *residual_blocks(),
        inverted_residual(),
        depthwise_separable(),
    ]


def made(recipe: Recipe) -> tuple[Design, str]:
    """A design that uses the group once, and the id of the node that does."""
    inner = Design()
    specs: dict[str, Spec] = {
        **dict.fromkeys(recipe.inputs, (GroupInput.kind, {})),
        **recipe.nodes,
        "output": (GroupOutput.kind, {}),
    }
    for name, (kind, params) in specs.items():
        inner = edits.add_node(inner, Node(name, name, kind, params), (0.0, 0.0))
    for text in recipe.wires:
        source, target = text.split(" -> ")
        node, _, port = target.partition(".")
        inner = edits.connect(inner, End(source, "output"), End(node, port or "input"))
    for name, nodes in recipe.frames.items():
        inner = marks.frame(inner, nodes, name)
    group = Group(
        inner.nodes, inner.wires, inner.frames, view=inner.view, id="g1", name=recipe.title
    )
    design, use = use_group(Design(groups={"g1": group}), "g1", (0.0, 0.0))
    design = edits.rename(design, use, recipe.title.lower().replace("-", "_").replace(" ", "_"))
    for name, targets in recipe.exposed.items():
        pairs = [tuple(target.split(".")) for target in targets]
        design = expose(design, "g1", name, pairs)
    return design, use


def tidy(design: Design, use: str, note: str) -> Design:
    """The design with the group's nodes arranged, and its note above them."""
    from designer.graph import GraphMaker
    from widgets.canvas.scene import CanvasScene
    from widgets.canvas.style import Style
    from widgets.theme import light

    inside = level(design, (use,))
    shown = outlook(analyse(design), inside, (use,))
    scene = CanvasScene(Style(light()))
    scene.show(GraphMaker().graph(shown, 0))
    sizes = {i: item.layout.rect.size().toTuple() for i, item in scene.nodes.items()}
    places = folded(inside, arranged(inside, sizes), sizes, _SHAPE)
    left, top = (min(place[axis] for place in places.values()) for axis in (0, 1))
    rect = (left, top - _NOTE[1] - _NOTE_GAP, *_NOTE)
    design = at_level((use,), partial(edits.move, positions=places))(design)
    return at_level((use,), partial(marks.add_note, text=note, rect=rect))(design)


def main() -> None:
    """Write every group anew."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from designer.qt_application import qt_application
    from widgets.fonts import load_fonts

    load_fonts(qt_application("the groups are laid out with Qt"))
    for recipe in recipes():
        design, use = made(recipe)
        path = READY / f"{file_stem(recipe.title)}{SUFFIX}"
        write_group(tidy(design, use, recipe.note), use, path)


if __name__ == "__main__":
    main()
