"""What groups compute, against the same written by hand."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings

from core.compile.plan import make_plan
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End
from core.design.expanding import expand
from core.design.exposing import expose
from core.design.ports import GROUP_KIND
from core.errors import InputError
from tests.designs import IRIS, add, classifier, iris_mlp, wire
from tests.grouped import (
    group,
    grouped,
    layered,
    mlp_with_block,
    nested_designs,
    network_of,
    redefined,
    transformer,
    use_again,
)
from tests.training import batch_loss

X = np.random.default_rng(5).normal(size=(6, 4)).astype(np.float32)


def siamese() -> Design:
    """Two uses of one encoder that share weights; what they make of two inputs is joined."""
    design = classifier(
        IRIS, ("Dense", {"units": 4}), ("Activation", {"function": "tanh"}), x="features"
    )
    design = add(design, "Input", "other", shape=(4,), column="features")
    design = grouped(design, "dense", "activation", title="encoder")
    design = use_again(design, "twin", "encoder", weights_of="encoder")
    design = add(add(design, "Concatenate", "join"), "Dense", "head", units=3)
    return wire(
        edits.connect(design, End("other", "output"), End("twin", "input")),
        *("join -> head", "head -> loss.logits"),
    )


def joined(design: Design) -> Design:
    """The outputs of both encoders wired to where they are joined."""
    (port,) = [i for i, n in group(design, "encoder").nodes.items() if n.block == "GroupOutput"]
    for number, use in enumerate(("encoder", "twin"), 1):
        design = edits.connect(design, End(use, port), End("join", f"input_{number}"))
    return design


def dense(x: Any, layer: Any) -> Any:
    return x @ layer.kernel[...] + layer.bias[...]


def test_parameters_are_as_many_as_the_analysis_says() -> None:
    cases = [mlp_with_block(), joined(siamese()), transformer(8, 2, 16, 3)]
    cases.append(edits.set_params(cases[-1], "block", shared_repeats=True))
    for design in cases:
        state = nnx.state(network_of(design), nnx.Param)
        built = sum(leaf.size for leaf in jax.tree.leaves(state))
        assert built == analyse(design).parameters


def test_a_repeated_block_is_a_loop_written_by_hand() -> None:
    network = network_of(edits.set_params(mlp_with_block(), "block", repeat=5))
    x = X
    for number in range(1, 6):
        first = getattr(network, f"block_{number}_dense")
        second = getattr(network, f"block_{number}_dense_2")
        x = x + dense(jnp.tanh(dense(x, first)), second)
    np.testing.assert_allclose(network(X), dense(x, network.dense_3), rtol=1e-5, atol=1e-5)


def test_repeats_that_share_run_one_block_over_and_over() -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=4, shared_repeats=True)
    network = network_of(design)
    assert not hasattr(network, "block_2_dense")
    assert analyse(design).parameters == analyse(mlp_with_block()).parameters
    assert analyse(design).flops > 3 * analyse(mlp_with_block()).flops
    x = X
    for _ in range(4):
        x = x + dense(jnp.tanh(dense(x, network.block_1_dense)), network.block_1_dense_2)
    np.testing.assert_allclose(network(X), dense(x, network.dense_3), rtol=1e-5, atol=1e-5)


def test_further_inputs_enter_every_copy() -> None:
    design = classifier(IRIS, ("Dense", {"units": 4}), ("Dense", {"units": 3}), x="features")
    design = add(design, "Add", "add")
    design = wire(design, "dense -> add.input_1", "input -> add.input_2", "add -> dense_2")
    network = network_of(edits.set_params(grouped(design, "add"), "block", repeat=3))
    wanted = dense(dense(X, network.dense) + 3 * X, network.dense_2)
    np.testing.assert_allclose(network(X), wanted, rtol=1e-5, atol=1e-5)


def test_shared_weights_are_built_once() -> None:
    design = joined(siamese())
    analysis = analyse(design)
    assert analysis.parameters == (4 * 4 + 4) + (8 * 3 + 3)
    assert analysis.nodes["twin/dense"].tied_to == "encoder/dense"
    network = network_of(design)
    assert {s.attribute for s in layered(network.plan)} == {"encoder_dense", "head"}
    assert not hasattr(network, "twin_dense")


def test_gradients_of_shared_weights_are_those_of_both_uses() -> None:
    network = network_of(joined(siamese()))
    other, labels = X[::-1].copy(), np.arange(6, dtype=np.int32) % 3
    form, params, rest = nnx.split(network, nnx.Param, ...)

    def loss(params: Any) -> Any:
        model = nnx.merge(form, params, rest)
        found = model.values({"input": X, "other": other, "target": labels})
        return batch_loss(model.plan, found)

    def by_hand(shared: Any, again: Any, head: Any) -> Any:
        one = jnp.tanh(X @ shared["kernel"] + shared["bias"])
        two = jnp.tanh(other @ again["kernel"] + again["bias"])
        logits = jnp.concatenate([one, two], -1) @ head["kernel"] + head["bias"]
        return -jax.nn.log_softmax(logits)[np.arange(6), labels].mean()

    held = {
        name: {part: getattr(getattr(network, name), part)[...] for part in ("kernel", "bias")}
        for name in ("encoder_dense", "head")
    }
    shared = held["encoder_dense"]
    first, second, head = jax.grad(by_hand, (0, 1, 2))(shared, shared, held["head"])
    found = jax.grad(loss)(params)
    for part in ("kernel", "bias"):
        both = first[part] + second[part]
        np.testing.assert_allclose(found["encoder_dense"][part][...], both, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(found["head"][part][...], head[part], rtol=1e-4, atol=1e-6)
        assert np.abs(np.asarray(second[part])).max() > 1e-3


def test_weights_are_shared_whichever_use_is_computed_first() -> None:
    design = joined(siamese())
    turned = edits.set_params(design, "encoder", weights_of="twin")
    turned = edits.set_params(turned, "twin", weights_of="")
    assert analyse(turned).parameters == analyse(design).parameters
    assert hasattr(network_of(turned), "twin_dense")


def test_copies_share_with_the_copies_of_the_owner() -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=2)
    design = use_again(design, "twin", weights_of="block", repeat=2)
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    design = edits.connect(design, End("twin", "output"), End("dense_3", "input"))
    found = analyse(design)
    assert not found.errors
    assert found.nodes["twin~2/dense"].tied_to == "block~2/dense"
    assert found.parameters == 2 * 2 * (4 * 4 + 4) + (4 * 3 + 3)


def test_sharing_in_repeats_that_share_ends_at_one_owner() -> None:
    design = use_again(mlp_with_block(), "twin", weights_of="block")
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    design = edits.connect(design, End("twin", "output"), End("dense_3", "input"))
    design = grouped(design, "block", "twin", title="outer")
    design = edits.set_params(design, "outer", repeat=3, shared_repeats=True)
    found = analyse(design)
    owners = {r.tied_to for r in found.nodes.values() if r.node.block == "Dense" and r.tied_to}
    assert owners == {"outer/block/dense", "outer/block/dense_2"}
    assert found.parameters == analyse(mlp_with_block()).parameters
    assert network_of(design)(X).shape == (6, 3)


def test_batch_statistics_are_shared_too() -> None:
    design = classifier(IRIS, ("BatchNorm", {}), ("Dense", {"units": 3}), x="features")
    design = grouped(design, "batchnorm")
    design = edits.set_params(design, "block", repeat=2, shared_repeats=True)
    network = network_of(design)
    names = [name for name, _ in nnx.iter_children(network)]
    assert [n for n in names if "norm" in n] == ["block_1_batchnorm"]


def test_twelve_blocks_of_gpt_2_have_the_published_parameters() -> None:
    design = transformer(768, 12, 3072, 12)
    found = analyse(design)
    inner = [r for i, r in found.nodes.items() if i.startswith("block")]
    assert not found.errors
    assert sum(r.parameters for r in inner) == 12 * 7_087_872
    expanded = analyse(expand(design, "block"))
    assert (expanded.parameters, expanded.flops) == (found.parameters, found.flops)
    shared = analyse(edits.set_params(design, "block", shared_repeats=True))
    assert found.parameters - shared.parameters == 11 * 7_087_872


def test_what_a_use_sets_is_what_is_built() -> None:
    design = mlp_with_block()
    design = expose(design, group(design).id, "units", [("dense", "units")])
    network = network_of(edits.set_params(design, "block", units=9))
    assert network.block_dense.kernel[...].shape == (4, 9)


def test_predictions_out_of_groups_are_named_with_their_place() -> None:
    design = grouped(iris_mlp(), "dense_2", "loss")
    network = network_of(design)
    found = network(X)
    assert found.shape == (6, 3)
    (loss,) = network.plan.losses
    assert (loss.name, loss.target_node) == ("block/loss", "target")


def test_a_design_that_cannot_share_is_not_built() -> None:
    design = use_again(mlp_with_block(), "twin", weights_of="gone")
    with pytest.raises(InputError, match="no other use 'gone'"):
        make_plan(analyse(design))
    unlike = joined(siamese())
    unlike = edits.set_params(unlike, "other", shape=(5,))
    with pytest.raises(InputError, match="twin/dense cannot share the weights of encoder/dense"):
        make_plan(analyse(unlike))
    assert analyse(redefined(unlike, "encoder", dense={"units": 0})).errors


@settings(max_examples=40)
@given(nested_designs())
def test_whatever_is_grouped_repeated_and_muted_is_built(design: Design) -> None:
    analysis = analyse(design)
    assert analysis.errors == ()
    network = network_of(design)
    state = nnx.state(network, nnx.Param)
    assert sum(leaf.size for leaf in jax.tree.leaves(state)) == analysis.parameters
    assert network(X).shape == (6, 4)


@settings(max_examples=25)
@given(nested_designs(shared=False))
def test_written_out_level_by_level_it_computes_the_same(design: Design) -> None:
    flat = design
    while used := [i for i, n in flat.nodes.items() if n.block == GROUP_KIND and not n.muted]:
        flat = expand(flat, used[0])
    one, two = analyse(design), analyse(flat)
    assert (one.parameters, one.flops) == (two.parameters, two.flops)
    np.testing.assert_array_equal(alike(design)(X), alike(flat)(X))


def alike(design: Design) -> Any:
    """The network of a design in which layers of one form have the same random weights."""
    network = network_of(design)

    def drawn(value: Any) -> Any:
        rng = np.random.default_rng(value.shape)
        return rng.normal(0.0, 0.5, value.shape).astype(np.float32)

    nnx.update(network, jax.tree.map(drawn, nnx.state(network, nnx.Param)))
    return network
