"""The plan of a design and the module that is built from it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from flax import nnx
from hypothesis import given

from core.compile.model import Network
from core.compile.names import resolve
from core.compile.plan import RESERVED, Plan, attribute_name, make_plan
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End
from core.errors import InputError
from core.project.facts import data_facts
from tests.designs import DIGITS, add, chain, classifier, digits_cnn, iris_mlp, noisy_mlp, wire
from tests.strategies import NAMES


def plan_of(design: Design) -> Plan:
    return make_plan(analyse(design, data_facts(design, Path())))


def network_of(design: Design, seed: int = 0) -> Any:
    return Network(plan_of(design), nnx.Rngs(seed))


def residual() -> Design:
    """Two branches that meet again."""
    design = classifier(
        DIGITS, ("Flatten", {}), ("Dense", {"units": 6}), ("Dense", {"units": 10}), x="image"
    )
    design = add(add(design, "Dense", "side", units=6), "Add", "add")
    design = chain(design, "dense", "side")
    return wire(design, "dense -> add.input_1", "side -> add.input_2", "add -> dense_2")


@pytest.mark.parametrize("design", [iris_mlp(), noisy_mlp(), digits_cnn(), residual()])
def test_the_network_has_as_many_parameters_as_the_analysis_says(design: Design) -> None:
    params = nnx.state(network_of(design), nnx.Param)
    found = sum(leaf.size for leaf in jax.tree.leaves(params))
    assert found == analyse(design).parameters


@pytest.mark.parametrize("design", [iris_mlp(), digits_cnn(), residual()])
def test_outputs_have_the_shapes_that_the_analysis_says(design: Design) -> None:
    found = analyse(design)
    network = network_of(design)
    tensor = found.nodes["input"].outputs["output"]
    values = network.values({"input": np.ones((3, *tensor.sizes), np.float32)})
    shapes = {end: (None, *value.shape[1:]) for end, value in values.items()}
    known = {e: t.shape for e, t in found.outputs().items() if e in shapes}
    assert known == shapes
    assert set(values) == {
        End(i, "output") for i in design.nodes if design.nodes[i].block not in ("Target",)
    } - {End("loss", "output")}


def test_the_forward_pass_by_hand() -> None:
    network = network_of(iris_mlp())
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    hidden = np.tanh(x @ network.dense.kernel[...] + network.dense.bias[...])
    wanted = hidden @ network.dense_2.kernel[...] + network.dense_2.bias[...]
    np.testing.assert_allclose(network(x), wanted, rtol=1e-5, atol=1e-6)


def test_branches_meet_again_by_hand() -> None:
    network = network_of(residual())
    values = network.values({"input": np.random.default_rng(0).random((2, 8, 8, 1), np.float32)})
    first, side = values[End("dense", "output")], values[End("side", "output")]
    np.testing.assert_allclose(values[End("add", "output")], first + side, rtol=1e-6)


def test_a_network_is_a_plain_module_with_one_attribute_a_layer() -> None:
    network = network_of(noisy_mlp())
    assert isinstance(network, Network)
    assert issubclass(Network, nnx.Module)
    layers: Any = network
    assert isinstance(layers.dense, nnx.Linear)
    assert isinstance(layers.batchnorm, nnx.BatchNorm)
    assert isinstance(layers.dropout, nnx.Dropout)
    assert not hasattr(network, "activation")


def test_the_seed_decides_the_weights() -> None:
    one, same, other = (network_of(iris_mlp(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.dense.kernel[...], same.dense.kernel[...])
    assert not np.array_equal(one.dense.kernel[...], other.dense.kernel[...])


def test_steps_come_after_what_they_read_whatever_the_order_of_the_nodes() -> None:
    design = residual()
    turned = type(design)(
        name=design.name,
        nodes=dict(reversed(list(design.nodes.items()))),
        wires=design.wires,
        data=design.data,
        recipe=design.recipe,
    )
    for each in (design, turned):
        done = {End("input", "output")}
        for step in plan_of(each).steps:
            assert set(step.inputs.values()) <= done
            done.add(step.outputs[0])


def test_a_branch_that_leads_nowhere_still_has_a_value_to_look_at() -> None:
    design = chain(add(iris_mlp(), "Dense", "side", units=2), "dense", "side")
    values = network_of(design).values({"input": np.ones((1, 4), np.float32)})
    assert values[End("side", "output")].shape == (1, 2)


def test_the_first_error_is_given() -> None:
    with pytest.raises(InputError, match="dense_2: Input is not connected") as caught:
        plan_of(edits.disconnect(iris_mlp(), End("dense_2", "input")))
    assert caught.value.hint


@given(NAMES)
def test_attribute_names_are_python_names_that_are_free(name: str) -> None:
    first = attribute_name(name, ())
    second = attribute_name(name, {first})
    for found in (first, second):
        assert found.isidentifier()
        ast.parse(f"self.{found} = 1")
        assert not hasattr(nnx.Module, found)
    assert first != second


@pytest.mark.parametrize("name", ["²", "①b", "ﬁ", "K", "ª"])
def test_attribute_names_mean_the_same_to_python(name: str) -> None:
    """Python normalises names, so that two spellings can be one attribute."""
    found = attribute_name(name, ())
    tree = ast.parse(f"self.{found}", mode="eval").body
    assert isinstance(tree, ast.Attribute)
    assert tree.attr == found


def test_no_layer_hides_what_modules_call_their_own() -> None:
    own = {name for name in dir(Network) if not name.startswith("_")} | {"plan"}
    assert own <= RESERVED


def test_layers_called_like_methods_can_be_used() -> None:
    design = iris_mlp()
    for node, name in (("dense", "values"), ("dense_2", "train")):
        design = edits.rename(design, node, name)
    network = network_of(design)
    assert network(np.ones((2, 4), np.float32)).shape == (2, 3)
    network.train()


def test_names_of_functions_are_found() -> None:
    assert resolve("nnx.Linear") is nnx.Linear
    with pytest.raises(AttributeError):
        resolve("nnx.Linnear")
