"""The ready groups compute what PyTorch's layers compute with the same weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from flax import nnx

from core.compile.model import Network
from core.compile.plan import make_plan
from core.design.analysis import analyse
from core.design.document import Design
from core.design.ports import exposed_params, use_of
from tests.designs import add, chain, wire
from tests.ready import TITLES, add_ready

RNG = np.random.default_rng(9)
SMALL = {"features": 12, "heads": 3, "hidden_units": 20}
GENERATOR = torch.Generator().manual_seed(3)


def of_sequences(title: str, *inputs: tuple[str, tuple[int, ...]], **params: Any) -> Any:
    """A network of one ready group whose inputs have these shapes."""
    design = Design(name="Ready")
    for name, shape in inputs:
        design = add(design, "Input", f"{name}_data", shape=shape)
    design = add_ready(design, title, "layer", **params)
    for name, _ in inputs:
        design = wire(design, f"{name}_data -> layer.{name}")
    network = Network(make_plan(analyse(design), to_train=False), nnx.Rngs(0))
    network.eval()
    return network


def randomised(twin: torch.nn.Module) -> Any:
    """The module in evaluation, with random weights, so that zero biases hide nothing."""
    with torch.no_grad():
        for value in twin.parameters():
            value.copy_(0.3 * torch.randn(value.shape, generator=GENERATOR))
    return twin.eval()


def give(layer: Any, **arrays: torch.Tensor) -> None:
    for name, value in arrays.items():
        held = getattr(layer, name)
        assert held[...].shape == tuple(value.shape)
        held[...] = value.detach().numpy()


def give_attention(mine: Any, its: torch.nn.MultiheadAttention) -> None:
    heads, size = mine.num_heads, mine.head_dim
    kernels = its.in_proj_weight.chunk(3)
    biases = its.in_proj_bias.chunk(3)
    for part, kernel, bias in zip((mine.query, mine.key, mine.value), kernels, biases, strict=True):
        give(part, kernel=kernel.T.reshape(-1, heads, size), bias=bias.reshape(heads, size))
    out = its.out_proj
    give(mine.out, kernel=out.weight.T.reshape(heads, size, -1), bias=out.bias)


def give_dense(mine: Any, its: torch.nn.Linear) -> None:
    give(mine, kernel=its.weight.T, bias=its.bias)


def give_norm(mine: Any, its: torch.nn.LayerNorm) -> None:
    give(mine, scale=its.weight, bias=its.bias)


def give_layer(network: Any, its: Any, norms: int) -> None:
    """Everything but cross-attention of PyTorch's encoder or decoder layer."""
    give_attention(network.layer_attention, its.self_attn)
    give_dense(network.layer_expand, its.linear1)
    give_dense(network.layer_contract, its.linear2)
    for number in range(1, norms + 1):
        norm = getattr(its, f"norm{number}")
        give_norm(getattr(network, f"layer_norm_{number}"), norm)


def parameters(network: Any) -> int:
    return sum(v[...].size for _, v in nnx.to_flat_state(nnx.state(network, nnx.Param)))


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


ENCODERS = [
    ("Transformer encoder", False, False),
    ("Pre-norm encoder", True, False),
    ("GPT block", True, True),
]


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize(("title", "norm_first", "causal"), ENCODERS)
def test_encoder_layers(title: str, norm_first: bool, causal: bool, activation: str) -> None:
    network = of_sequences(title, ("input", (5, 12)), **SMALL, activation=activation)
    its = randomised(
        torch.nn.TransformerEncoderLayer(
            12, 3, 20, activation=activation, batch_first=True, norm_first=norm_first
        )
    )
    assert parameters(network) == count(its)
    give_layer(network, its, norms=2)
    x = RNG.normal(size=(2, 5, 12)).astype(np.float32)
    hidden = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1) if causal else None
    expected = its(torch.from_numpy(x), src_mask=hidden).detach().numpy()
    np.testing.assert_allclose(network(x), expected, rtol=1e-4, atol=1e-4)


def test_gpt_block_by_default_has_the_gelu_of_gpt_2() -> None:
    """Its own formula, 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), and not the exact one."""
    network = of_sequences("GPT block", ("input", (5, 12)), **SMALL)

    def gelu(x: torch.Tensor) -> torch.Tensor:
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    its = randomised(
        torch.nn.TransformerEncoderLayer(
            12, 3, 20, activation=gelu, batch_first=True, norm_first=True
        )
    )
    give_layer(network, its, norms=2)
    # Wide enough to tell the approximation, which is off by 5e-4 at most, from the exact form.
    x = 3 * RNG.normal(size=(2, 5, 12)).astype(np.float32)
    hidden = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1)
    expected = its(torch.from_numpy(x), src_mask=hidden).detach().numpy()
    np.testing.assert_allclose(network(x), expected, rtol=1e-5, atol=2e-5)
    its.activation = torch.nn.functional.gelu
    exact = its(torch.from_numpy(x), src_mask=hidden).detach().numpy()
    assert np.abs(network(x) - exact).max() > 1e-4


def test_decoder_layer() -> None:
    inputs = (("input", (5, 12)), ("memory", (7, 12)))
    network = of_sequences("Transformer decoder", *inputs, **SMALL)
    its = randomised(torch.nn.TransformerDecoderLayer(12, 3, 20, batch_first=True))
    assert parameters(network) == count(its)
    give_layer(network, its, norms=3)
    give_attention(network.layer_cross_attention, its.multihead_attn)
    x, memory = (RNG.normal(size=(2, n, 12)).astype(np.float32) for n in (5, 7))
    hidden = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1)
    expected = its(torch.from_numpy(x), torch.from_numpy(memory), tgt_mask=hidden)
    np.testing.assert_allclose(network(x, memory), expected.detach().numpy(), rtol=1e-4, atol=1e-4)


def test_as_large_as_in_the_paper_they_have_its_parameters() -> None:
    encoder = of_sequences("Transformer encoder", ("input", (5, 512)))
    assert parameters(encoder) == count(torch.nn.TransformerEncoderLayer(512, 8, device="meta"))
    inputs = (("input", (5, 512)), ("memory", (7, 512)))
    decoder = of_sequences("Transformer decoder", *inputs)
    assert parameters(decoder) == count(torch.nn.TransformerDecoderLayer(512, 8, device="meta"))


class Separate(torch.nn.Module):
    """A row of convolutions with batch norm, around which the input may be led."""

    def __init__(self, convs: list[torch.nn.Conv2d], projection: Any, rule: str) -> None:
        super().__init__()
        self.convs = torch.nn.ModuleList(convs)
        self.norms = torch.nn.ModuleList(torch.nn.BatchNorm2d(c.out_channels) for c in convs)
        self.projection, self.rule = projection, rule
        if projection is not None:
            self.projection_norm = torch.nn.BatchNorm2d(projection.out_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for number, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True), 1):
            y = norm(conv(y))
            if number < len(self.convs) or self.rule == "plain":
                y = torch.relu(y) if self.rule != "linear" else y.clamp(0, 6)
        if self.rule == "plain":
            return y
        around = x if self.projection is None else self.projection_norm(self.projection(x))
        return torch.relu(y + around) if self.rule == "relu" else y + around


def conv(before: int, after: int, size: int, stride: int = 1, groups: int = 1) -> torch.nn.Conv2d:
    padding = size // 2
    return torch.nn.Conv2d(before, after, size, stride, padding, groups=groups, bias=False)


def separable(before: int, hidden: int, after: int) -> list[torch.nn.Conv2d]:
    return [
        *([conv(before, hidden, 1)] if hidden != before else []),
        conv(hidden, hidden, 3, groups=hidden),
        conv(hidden, after, 1),
    ]


CONVOLUTIONS: dict[str, tuple[dict[str, Any], list[str], Separate]] = {
    "Residual block": (
        {"filters": 6},
        ["conv_1", "conv_2"],
        Separate([conv(6, 6, 3), conv(6, 6, 3)], None, "relu"),
    ),
    "Projected residual": (
        {"filters": 4, "strides": (1,)},
        ["conv_1", "conv_2"],
        Separate([conv(6, 4, 3), conv(4, 4, 3)], conv(6, 4, 1), "relu"),
    ),
    "Bottleneck block": (
        {"filters": 3, "channels": 6},
        ["conv_1", "conv_2", "conv_3"],
        Separate([conv(6, 3, 1), conv(3, 3, 3), conv(3, 6, 1)], None, "relu"),
    ),
    "Projected bottleneck": (
        {"filters": 3, "channels": 8, "strides": (1,)},
        ["conv_1", "conv_2", "conv_3"],
        Separate([conv(6, 3, 1), conv(3, 3, 3), conv(3, 8, 1)], conv(6, 8, 1), "relu"),
    ),
    "Inverted residual": (
        {"filters": 6, "hidden_channels": 9},
        ["expand", "depthwise", "project"],
        Separate(separable(6, 9, 6), None, "linear"),
    ),
    "Depthwise separable": (
        {"filters": 8},
        ["depthwise", "pointwise"],
        Separate(separable(6, 6, 8), None, "plain"),
    ),
}


@pytest.mark.parametrize("title", CONVOLUTIONS)
def test_convolutional_blocks(title: str) -> None:
    params, names, its = CONVOLUTIONS[title]
    network = of_sequences(title, ("input", (5, 4, 6)), **params)
    assert parameters(network) == count(randomised(its))
    pairs = [
        (name, f"bn_{number}", *made)
        for number, (name, *made) in enumerate(zip(names, its.convs, its.norms, strict=True), 1)
    ]
    if its.projection is not None:
        pairs.append(("projection", "projection_bn", its.projection, its.projection_norm))
    for name, norm, its_conv, its_norm in pairs:
        give(getattr(network, f"layer_{name}"), kernel=its_conv.weight.permute(2, 3, 1, 0))
        give_norm(getattr(network, f"layer_{norm}"), its_norm)
    x = RNG.normal(size=(2, 5, 4, 6)).astype(np.float32)
    expected = its(torch.from_numpy(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    np.testing.assert_allclose(network(x), expected.detach().numpy(), rtol=1e-4, atol=1e-4)


def test_strides_shrink_the_image() -> None:
    for title in ("Projected residual", "Projected bottleneck"):
        network = of_sequences(title, ("input", (8, 6, 6)))
        assert network(np.zeros((2, 8, 6, 6), np.float32)).shape[1:3] == (4, 3)


def resnet(title: str, projected: str, stages: list[dict[str, Any]], repeats: list[int]) -> Design:
    """The network of the paper for images of 224 pixels and 1000 classes."""
    design = add(Design(name="ResNet"), "Input", "image", shape=(224, 224, 3))
    stem = {"filters": 64, "kernel_size": (7,), "strides": (2,), "use_bias": False}
    design = add(add(design, "Conv", "stem", **stem), "BatchNorm", "bn")
    design = add(design, "MaxPool", "pool", window=(3,), strides=(2,), padding="SAME")
    names = ["image", "stem", "bn", "pool"]
    for number, (params, repeat) in enumerate(zip(stages, repeats, strict=True)):
        if number or params.get("channels", 64) != 64:
            strides = (2,) if number else (1,)
            design = add_ready(design, projected, f"down{number}", **params, strides=strides)
            names.append(f"down{number}")
            repeat -= 1
        design = add_ready(design, title, f"stage{number}", **params, repeat=repeat)
        names.append(f"stage{number}")
    design = add(add(design, "GlobalAveragePool", "mean"), "Dense", "head", units=1000)
    return chain(design, *names, "mean", "head")


def test_resnets_of_ready_groups() -> None:
    widths = (64, 128, 256, 512)
    basic = resnet(
        "Residual block", "Projected residual", [{"filters": w} for w in widths], [2, 2, 2, 2]
    )
    assert analyse(basic).parameters == 11_689_512
    deep = [{"filters": w, "channels": 4 * w} for w in widths]
    found = analyse(resnet("Bottleneck block", "Projected bottleneck", deep, [3, 4, 6, 3]))
    assert not [p for p in found.errors if not p.only_training]
    assert found.parameters == 25_557_032


@pytest.mark.parametrize("title", TITLES)
def test_says_what_it_does_and_every_parameter_sets_something(title: str) -> None:
    design = add_ready(Design(), title, "layer")
    (group,) = design.groups.values()
    assert group.name == title
    (note,) = group.notes.values()
    assert note.text.partition("\n")[0].endswith(".")
    block, faults = use_of(design, group, design.nodes["layer"])
    assert not faults
    assert [p.name for p in exposed_params(design, group)] == [e.name for e in group.exposed]
    for node in group.nodes.values():
        assert node.instance is not None
        assert not node.instance[1]
    boxes = sorted(group.position(n) for n in group.nodes)
    assert len(set(boxes)) == len(boxes)
    assert block.outputs == ("output",)
