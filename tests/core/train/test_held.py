"""Penalties, constraints and frozen weights in the training step."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from core.compile.model import Network
from core.design import edits
from core.design.document import Design
from core.train.program import Program
from tests.designs import DIGITS, IRIS, classifier, iris_mlp, with_recipe
from tests.grouped import mlp_with_block, redefined
from tests.training import fresh_state, job_of, params_of

RATE = 0.1


def program_of(design: Design, **recipe: Any) -> Program:
    """The program of a design, trained by plain gradient descent unless the recipe says more."""
    chosen = recipe or {"optimizer": "SGD", "learning_rate": RATE, "momentum": 0.0}
    return job_of(with_recipe(design, **chosen)).program


def after_a_step(program: Program) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The trained values before and after the first step."""
    state = fresh_state(program)
    program.compile(state)
    before = params_of(program, state)
    return before, params_of(program, program.step(state, program.batches(0)[0]))


def with_params(design: Design, node: str, **params: Any) -> Design:
    return edits.set_params(design, node, **params)


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.2), (0.3, 0.2)])
def test_penalties_pull_as_their_derivatives_say(l1: float, l2: float) -> None:
    start, plain = after_a_step(program_of(iris_mlp()))
    _, held = after_a_step(program_of(with_params(iris_mlp(), "dense", l1=l1, l2=l2)))
    w = start["dense.kernel"]
    pull = l1 * np.sign(w) + 2 * l2 * w
    expected = plain["dense.kernel"] - RATE * pull
    np.testing.assert_allclose(held["dense.kernel"], expected, rtol=1e-4, atol=1e-6)
    for name in ("dense.bias", "dense_2.kernel", "dense_2.bias"):
        np.testing.assert_array_equal(held[name], plain[name])


def test_the_loss_that_is_shown_has_no_penalty_in_it() -> None:
    figures = []
    for design in (iris_mlp(), with_params(iris_mlp(), "dense", l2=5.0)):
        program = program_of(design)
        state = fresh_state(program)
        program.compile(state)
        state = program.step(state, program.batches(0)[0])
        figures.append(program.finish(state.sums)["loss"])
    assert figures[0] == figures[1]


def test_weights_that_copies_share_are_penalised_once() -> None:
    l2 = 0.2
    design = with_params(mlp_with_block(), "block", repeat=2, shared_repeats=True)
    start, plain = after_a_step(program_of(design))
    _, held = after_a_step(program_of(redefined(design, dense={"l2": l2})))
    (name,) = [n for n in start if n.endswith("_dense.kernel")]
    expected = plain[name] - RATE * 2 * l2 * start[name]
    np.testing.assert_allclose(held[name], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("params", "holds"),
    [
        (
            {"constraint": "max_norm", "norm_limit": 0.25},
            lambda w: np.linalg.norm(w, axis=0).max() <= 0.25 * (1 + 1e-5),
        ),
        (
            {"constraint": "unit_norm"},
            lambda w: np.allclose(np.linalg.norm(w, axis=0), 1, rtol=1e-5),
        ),
        ({"constraint": "non_negative"}, lambda w: w.min() == 0 and w.max() > 0),
    ],
    ids=lambda p: p.get("constraint") if isinstance(p, dict) else "",
)
def test_constraints_hold_after_each_step(params: dict[str, Any], holds: Any) -> None:
    program = program_of(with_params(iris_mlp(), "dense", **params), optimizer="Adam")
    state = fresh_state(program)
    program.compile(state)
    assert not holds(params_of(program, state)["dense.kernel"])
    for rows in program.batches(0):
        state = program.step(state, rows)
        after = params_of(program, state)
        assert holds(after["dense.kernel"])
    assert not holds(after["dense_2.kernel"])
    assert after["dense.bias"].any()


def frozen_design(**params: Any) -> Design:
    layers = (
        ("Dense", {"units": 8, **params}),
        ("BatchNorm", params),
        ("Activation", {"function": "tanh"}),
        ("Dense", {"units": 3}),
    )
    return classifier(IRIS, *layers, x="features")


def test_frozen_weights_and_averages_keep_every_bit() -> None:
    program = program_of(frozen_design(trainable=False), optimizer="Adam")
    assert program.param_names == ["dense_2.bias", "dense_2.kernel"]
    frozen = [n for n in program.rest_names if n.partition(".")[0] in ("dense", "batchnorm")]
    averages = {"batchnorm.mean", "batchnorm.var"}
    assert {"dense.kernel", "dense.bias", "batchnorm.scale", *averages} <= set(frozen)

    state = fresh_state(program)
    program.compile(state)
    before = rest_of(program, state)
    first = params_of(program, state)
    for epoch in range(3):
        for rows in program.batches(epoch):
            state = program.step(state, rows)
    after = rest_of(program, state)
    for name in frozen:
        assert before[name].tobytes() == after[name].tobytes(), name
    for name, value in params_of(program, state).items():
        assert np.any(value != first[name])


def rest_of(program: Program, state: Any) -> dict[str, np.ndarray]:
    """What layers keep beside the trained values, by name."""
    return {n: np.array(v) for n, v in zip(program.rest_names, state.rest, strict=True)}


def test_averages_that_are_not_frozen_follow_the_batches() -> None:
    program = program_of(frozen_design())
    state = fresh_state(program)
    program.compile(state)
    before = rest_of(program, state)
    after = rest_of(program, program.step(state, program.batches(0)[0]))
    assert np.any(after["batchnorm.mean"] != before["batchnorm.mean"])


def test_the_optimizer_keeps_nothing_for_frozen_weights() -> None:
    program = program_of(frozen_design(trainable=False), optimizer="Adam")
    state = fresh_state(program)
    kept = [leaf.shape for leaf in jax.tree.leaves(state.optimizer) if leaf.ndim]
    # Adam has two moments for each trained array.
    assert sorted(kept) == sorted(2 * [p.shape for p in state.params])
    assert sum(p.size for p in state.params) == 8 * 3 + 3


def digits(*frozen: str) -> Design:
    """Three layers on digits, of which the first two do nearly all the work."""
    layers = (
        ("Flatten", {}),
        ("Dense", {"units": 256}),
        ("Dense", {"units": 256}),
        ("Dense", {"units": 10}),
    )
    design = classifier(DIGITS, *layers, x="image")
    for node in frozen:
        design = with_params(design, node, trainable=False)
    return design


def step_flops(design: Design) -> float:
    program = program_of(design)
    state = fresh_state(program)
    rows = np.zeros(64, np.int32)
    compiled = jax.jit(program.stages[0]).lower(state, program.feed.load(rows)).compile()
    return compiled.cost_analysis()["flops"]


def test_frozen_first_layers_have_no_backward_pass() -> None:
    first, second, last = 2 * 64 * 64 * 256, 2 * 64 * 256 * 256, 2 * 64 * 256 * 10
    # Forward, gradient of the weights, gradient of the inputs (not of the data itself).
    everything = 3 * (first + second + last) - first
    without_first = first + 2 * second + 3 * last
    without_both = first + second + 2 * last
    for design, expected in (
        (digits(), everything),
        (digits("dense"), without_first),
        (digits("dense", "dense_2"), without_both),
    ):
        assert step_flops(design) == pytest.approx(expected, rel=0.05)


def test_a_frozen_layer_between_passes_gradients_on() -> None:
    program = program_of(digits("dense_2"))
    before, after = after_a_step(program)
    assert "dense_2.kernel" not in before
    assert np.any(after["dense.kernel"] != before["dense.kernel"])


def test_a_wholly_frozen_network_stays_as_it_is() -> None:
    design = iris_mlp()
    for node in ("dense", "dense_2"):
        design = with_params(design, node, trainable=False)
    program = program_of(design)
    state = fresh_state(program)
    program.compile(state)
    before = rest_of(program, state)
    state = program.step(state, program.batches(0)[0])
    assert program.param_names == []
    after = rest_of(program, state)
    assert {"dense.kernel", "dense_2.bias"} <= before.keys() == after.keys()
    assert all(before[name].tobytes() == after[name].tobytes() for name in before)
    assert program.survey(state, 0).gradients == {}
    assert np.isfinite(program.finish(state.sums)["loss"])


def test_frozen_and_trained_weights_are_all_in_the_network() -> None:
    program = program_of(frozen_design(trainable=False))
    network = program.network(fresh_state(program))
    assert isinstance(network, Network)
    assert network.dense.kernel[...].shape == (4, 8)
    assert network.batchnorm.mean[...].shape == (8,)


def test_freezing_changes_no_prediction() -> None:
    rows = np.arange(20)
    found = []
    for params in ({}, {"trainable": False}):
        program = program_of(frozen_design(**params))
        found.append(program.predict(fresh_state(program), rows))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm"])
def test_normalised_kernels_train_and_freeze(norm: str) -> None:
    layers = (("Dense", {"units": 8, "kernel_norm": norm}), ("Dense", {"units": 3}))
    design = classifier(IRIS, *layers, x="features")
    before, after = after_a_step(program_of(design))
    moved = {name for name in before if np.any(before[name] != after[name])}
    own = {"dense.layer.kernel", "dense.layer.bias"}
    own |= {"dense.scale"} if norm == "weight_norm" else set()
    assert {name for name in moved if name.startswith("dense.")} == own

    program = program_of(with_params(design, "dense", trainable=False))
    state = fresh_state(program)
    program.compile(state)
    kept = [v.tobytes() for v in rest_of(program, state).values()]
    after_step = program.step(state, program.batches(0)[0])
    assert [v.tobytes() for v in rest_of(program, after_step).values()] == kept


def test_a_layer_in_bfloat16_trains_float32_weights() -> None:
    design = with_params(iris_mlp(), "dense", dtype="bfloat16")
    program = program_of(design)
    before, after = after_a_step(program)
    _, exact = after_a_step(program_of(iris_mlp()))
    for name, value in after.items():
        assert value.dtype == np.float32
        change, wanted = value - before[name], exact[name] - before[name]
        assert np.any(change != 0)
        np.testing.assert_allclose(change, wanted, atol=0.03 * np.abs(wanted).max())
    assert np.any(after["dense.kernel"] != exact["dense.kernel"])
