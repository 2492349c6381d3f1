"""Exported graphs as a whole: tidy, named like the design, the same for examples and groups."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings

from core.blocks.catalog import blocks
from core.compile.onnx_out.comparison import run_model
from core.compile.onnx_out.translate import (
    OPSET,
    check_expressible,
    inexpressible,
    translate,
)
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End
from core.errors import InputError
from core.project.file import load
from core.project.gallery import examples
from tests.designs import add, chain, digits_cnn, iris_mlp, noisy_mlp, wire
from tests.exported import TOLERANCE, Exported, export
from tests.grouped import mlp_with_block, nested_designs, transformer
from tests.odd_block import Odd, with_odd
from tests.test_imports import HEAVY, imported_by

IMAGE = {"shape": (8, 8, 3), "dtype": "float32"}


def row(*layers: tuple[str, dict[str, Any]], **image: Any) -> Design:
    """Layers one after another behind an Input, called by their kinds."""
    design, names = add(Design(name="Row"), "Input", "x", **{**IMAGE, **image}), ["x"]
    for kind, params in layers:
        name = design.free_name(kind.lower())
        design = add(design, kind, name, **params)
        names.append(name)
    return chain(design, *names)


CONV = ("Conv", {"filters": 4, "kernel_size": (3, 3)})
RELU = ("Activation", {"function": "relu"})


# What draws random numbers while it is evaluated cannot be written.
DRAWING = {"digits_gan": "Noise input", "moby_dick_masked_letters": "Mask tokens"}
# With these random weights this GRU enlarges rounding: float64 finds neither side nearer.
ENLARGING = {"moby_dick_next_letter": 3e-3}


@pytest.mark.parametrize("name", [name for name in examples() if name not in DRAWING])
def test_an_example_computes_the_same(name: str) -> None:
    export(load(examples()[name])).check(ENLARGING.get(name, TOLERANCE))


@pytest.mark.parametrize("name", DRAWING)
def test_an_example_that_draws_is_refused_by_the_name_of_its_block(name: str) -> None:
    design = load(examples()[name])
    assert [missing.block for missing in inexpressible(analyse(design))] == [DRAWING[name]]


def test_a_convolutional_network_is_transposed_at_its_ends_alone() -> None:
    layers = (CONV, ("BatchNorm", {}), RELU, ("MaxPool", {}), CONV, RELU, ("AveragePool", {}))
    made = export(row(*layers))
    made.check()
    inner = ["Conv", "BatchNormalization", "Relu", "MaxPool", "Conv", "Relu", "AveragePool"]
    assert made.types == ["Transpose", *inner, "Transpose"]
    assert export(row(*layers), channels_first=True).types == inner


def test_a_residual_connection_needs_no_transpose_of_its_own() -> None:
    design = add(row(CONV, RELU, CONV), "Add", "sum")
    design = wire(design, "conv_2 -> sum.input_1", "conv -> sum.input_2")
    made = export(design)
    made.check()
    assert made.types.count("Transpose") == 2


def test_what_stands_behind_a_pooled_network_needs_no_transpose() -> None:
    made = export(row(CONV, RELU, ("GlobalAveragePool", {}), ("Dense", {"units": 3})))
    assert made.types == ["Transpose", "Conv", "Relu", "ReduceMean", "Gemm"]


def test_recurrent_layers_are_single_operators() -> None:
    layers = tuple((kind, {"units": 4, "output": "all steps"}) for kind in ("LSTM", "GRU"))
    made = export(row(*layers, ("SimpleRNN", {"units": 3}), shape=(6, 2)))
    made.check()
    wanted = ["Transpose", "LSTM", "Squeeze", "GRU", "Squeeze", "RNN", "Squeeze"]
    assert made.types == wanted


def test_losses_dropout_and_what_only_losses_need_are_left_out() -> None:
    made = export(noisy_mlp())
    made.check()
    assert made.types == ["Gemm", "BatchNormalization", "Relu", "Gemm"]
    assert [v.name for v in made.model.graph.input] == ["input"]


def test_channels_first_is_the_same_network() -> None:
    made = export(row(CONV, ("MaxPool", {})), channels_first=True)
    made.check()
    (given,), (found,) = made.model.graph.input, made.model.graph.output
    assert sizes_of(given) == ["batch", 3, 8, 8]
    assert sizes_of(found) == ["batch", 4, 4, 4]
    assert properties(made)["layout"] == "channels first"


def test_names_and_facts_are_those_of_the_design() -> None:
    made = export(digits_cnn())
    model = made.model
    assert model.producer_name == "Layerloom"
    assert model.opset_import[0].version == OPSET
    assert properties(made) == {"opset": str(OPSET), "layout": "channels last"}
    assert sizes_of(model.graph.input[0]) == ["batch", 8, 8, 1]
    assert [v.name for v in model.graph.output] == ["dense"]
    given = {name for node in model.graph.node for name in node.output}
    assert {"conv", "activation", "maxpool", "flatten", "dense"} <= given
    assert {"conv.kernel", "conv.bias"} <= {i.name for i in model.graph.initializer}
    names = [node.name for node in model.graph.node]
    assert len(set(names)) == len(names)


def sizes_of(value: onnx.ValueInfoProto) -> list[int | str]:
    """The axes' lengths, or their names."""
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def properties(made: Exported) -> dict[str, str]:
    return {p.key: p.value for p in made.model.metadata_props}


def test_several_outputs_are_told_apart_and_may_be_one_value() -> None:
    design = add(iris_mlp(), "Dropout", "dropout", rate=0.5)
    design = add(design, "MeanSquaredError", "second")
    design = add(design, "Activation", "gate", function="sigmoid")
    design = chain(design, "activation", "dropout")
    design = wire(design, "activation -> gate", "dropout -> second.prediction")
    design = wire(design, "gate -> second.target")
    made = export(edits.connect(design, End("dropout", "output"), End("gate", "input")))
    made.check()
    assert [v.name for v in made.model.graph.output] == ["dense_2", "dropout"]


def test_an_input_that_is_an_output_passes_through() -> None:
    made = export(row())
    made.check()
    assert made.types == ["Identity"]


def test_groups_are_exported_with_shared_weights_once() -> None:
    design = mlp_with_block()
    export(design).check()
    made = export(edits.set_params(design, "block", repeat=3, shared_repeats=True))
    made.check()
    kernels = [i.name for i in made.model.graph.initializer if i.name.endswith("kernel")]
    assert len(kernels) == 3
    assert Counter(made.types)["Gemm"] == 7


def test_repeated_transformer_blocks_compute_the_same() -> None:
    export(transformer(8, 2, 16, 3)).check()


@settings(max_examples=8, derandomize=True, database=None)
@given(nested_designs())
def test_nested_designs_compute_the_same(design: Design) -> None:
    export(design).check()


def test_any_batch_can_be_given() -> None:
    made = export(digits_cnn())
    for batch in (1, 2, 17):
        (found,) = run_model(made.model, {"input": np.zeros((batch, 8, 8, 1), np.float32)})
        assert found.shape == (batch, 10)


def test_all_that_is_inexpressible_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(blocks(), "Odd", Odd)
    design = with_odd(row(CONV, RELU, CONV, RELU), "activation", "activation_2")
    missing = inexpressible(analyse(design))
    assert [(m.name, m.block) for m in missing] == [
        ("activation", "Odd block"),
        ("activation_2", "Odd block"),
    ]
    assert all("jnp.fft.fft" in m.reason for m in missing)
    with pytest.raises(InputError, match=r"2 nodes cannot .* activation .*; activation_2 ") as told:
        check_expressible(missing)
    assert told.value.hint


def test_what_leads_to_no_output_need_not_be_expressible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(blocks(), "Odd", Odd)
    design = add(iris_mlp(), "Odd", "odd")
    assert inexpressible(analyse(chain(design, "input", "odd"))) == []


def test_a_design_with_errors_is_refused() -> None:
    with pytest.raises(InputError, match="groups cannot share"):
        translate(analyse(row(("Conv", {"groups": 2}))))


def test_the_check_needs_neither_jax_nor_onnx() -> None:
    loaded = imported_by("core.compile.onnx_out.translate, core.compile.onnx_out.functions.dense")
    assert not loaded & {*HEAVY, "onnx", "onnxruntime"}
