"""Exported code computes what the network computes, bit for bit, and reads well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from core.blocks.catalog import blocks
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End
from core.design.exposing import expose
from core.design.ports import use_of
from core.project.file import load
from core.project.gallery import examples
from core.tensor import Tensor
from tests.core.compile.source.exported import alone, check_equal, check_style
from tests.designs import IRIS, add, chain, classifier, iris_mlp, noisy_mlp, wire
from tests.exported import block_design
from tests.grouped import (
    group,
    grouped,
    mlp_with_block,
    nested_designs,
    transformer,
    use_again,
)
from tests.ready import TITLES, add_ready

EXAMPLES = examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example(name: str, tmp_path: Path) -> None:
    source = check_equal(load(EXAMPLES[name]), tmp_path)
    check_style(tmp_path, source.text)


def siamese() -> Design:
    """Two uses of one encoder that share weights, of which the one that shares comes first."""
    design = classifier(
        IRIS, ("Dense", {"units": 4}), ("Activation", {"function": "tanh"}), x="features"
    )
    design = add(design, "Input", "other", shape=(4,), column="features")
    design = grouped(design, "dense", "activation", title="encoder")
    design = use_again(design, "twin", "encoder", weights_of="encoder")
    design = add(add(design, "Concatenate", "join"), "Dense", "head", units=3)
    design = wire(
        edits.connect(design, End("other", "output"), End("twin", "input")),
        *("join -> head", "head -> loss.logits"),
    )
    (port,) = [i for i, n in group(design, "encoder").nodes.items() if n.block == "GroupOutput"]
    for number, use in enumerate(("twin", "encoder"), 1):
        design = edits.connect(design, End(use, port), End("join", f"input_{number}"))
    return design


def behind(design: Design, **params: Any) -> Design:
    """A second use of the block behind the first."""
    design = use_again(design, "twin", **params)
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    return edits.connect(design, End("twin", "output"), End("dense_3", "input"))


def exposed() -> Design:
    """Uses that set another width, the inner one of them out of a group in a group."""
    design = mlp_with_block()
    design = expose(design, group(design).id, "units", [("dense", "units")])
    design = behind(design, units=9)
    design = edits.set_params(design, "twin", repeat=2)
    design = grouped(design, "block", "twin", title="outer")
    design = expose(design, group(design, "outer").id, "width", [("twin", "units")])
    design = use_again(design, "wide", "outer", width=7)
    design = edits.connect(design, End("outer", "output"), End("wide", "input"))
    return edits.connect(design, End("wide", "output"), End("dense_3", "input"))


def tied(title: str = "") -> Design:
    """An Unembedding with the table of an Embedding; with a ``title`` both in a repeated group."""
    design = add(Design(name="Tied"), "Input", "ids", shape=(3,), dtype="int32", classes=5)
    design = add(design, "Unembedding", "head", vocabulary=5, weights_of="table")
    design = add(design, "Dense", "dense", units=4)
    design = add(design, "Embedding", "table", vocabulary=5, features=4)
    design = chain(design, "ids", "table", "dense", "head")
    if not title:
        return design
    design = chain(add(design, "ArgMax", "best"), "head", "best")
    design = grouped(design, "table", "dense", "head", "best", title=title)
    return edits.set_params(design, title, repeat=3)


GROUPED = {
    "tied": tied(),
    "tied in repeats": tied("word"),
    "one": mlp_with_block(),
    "repeated": edits.set_params(mlp_with_block(), "block", repeat=5),
    "shared": edits.set_params(mlp_with_block(), "block", repeat=4, shared_repeats=True),
    "siamese": siamese(),
    "twins": behind(
        edits.set_params(mlp_with_block(), "block", repeat=2), weights_of="block", repeat=2
    ),
    "transformer": transformer(8, 2, 16, 3),
    "exposed": exposed(),
    "nested and shared": edits.set_params(
        grouped(behind(mlp_with_block(), weights_of="block"), "block", "twin", title="outer"),
        "outer",
        repeat=3,
        shared_repeats=True,
    ),
    "loss inside": grouped(iris_mlp(), "dense_2", "loss"),
    "muted": edits.mute(behind(mlp_with_block()), ["block"]),
    "noisy": grouped(noisy_mlp(), "dense", "batchnorm", "activation", "dropout"),
}


@pytest.mark.parametrize("name", GROUPED)
def test_groups(name: str, tmp_path: Path) -> None:
    assert all(p.only_training for p in analyse(GROUPED[name]).errors)
    source = check_equal(GROUPED[name], tmp_path)
    check_style(tmp_path, source.text)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(design=nested_designs())
def test_whatever_is_grouped_repeated_muted_and_shared(design: Design, tmp_path: Path) -> None:
    check_equal(design, tmp_path, jit=False)


@pytest.mark.parametrize("kind", sorted(k for k in blocks() if not blocks()[k].within_groups))
def test_every_block(kind: str, tmp_path: Path) -> None:
    source = check_equal(alone(kind), tmp_path)
    check_style(tmp_path, source.text)


SEQUENCE = {"features": 8, "heads": 2, "hidden_units": 12, "activation": "relu", "repeat": 2}
READY: dict[str, tuple[int, dict[str, Any]]] = {
    "Bottleneck block": (8, {"filters": 4, "channels": 8, "repeat": 2}),
    "Depthwise separable": (4, {"filters": 6}),
    "Inverted residual": (4, {"hidden_channels": 8, "filters": 4, "repeat": 2}),
    "Projected bottleneck": (3, {"filters": 4, "channels": 8}),
    "Projected residual": (3, {"filters": 4}),
    "Residual block": (4, {"filters": 4, "repeat": 2}),
}


def test_a_transposed_convolution_in_groups_carries_its_layer(tmp_path: Path) -> None:
    tensors = {"input": Tensor((None, 4, 5, 8))}
    design = block_design("ConvTranspose", tensors, filters=6, groups=2, kernel_size=(3, 4))
    source = check_equal(design, tmp_path)
    assert "class GroupedConvTranspose(nnx.Module):" in source.text
    check_style(tmp_path, source.text)


@pytest.mark.parametrize("title", TITLES)
def test_ready_groups(title: str, tmp_path: Path) -> None:
    design = add_ready(Design(name="Ready"), title, "layer")
    channels, params = READY.get(title, (8, SEQUENCE))
    shape = (4, 4, channels) if title in READY else (5, channels)
    design = edits.set_params(design, "layer", **params)
    block, _ = use_of(design, *design.groups.values(), design.nodes["layer"])
    for port in block.entries:
        design = add(design, "Input", f"{port.name}_data", shape=shape)
        design = wire(design, f"{port.name}_data -> layer.{port.name}")
    source = check_equal(design, tmp_path)
    check_style(tmp_path, source.text)
