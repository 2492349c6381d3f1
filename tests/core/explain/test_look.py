"""Saliency and views against closed forms and finite differences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from core.design import edits
from core.design.document import Design
from core.explain.saliency import saliency
from core.train.job import Job
from core.train.state import State
from tests.designs import (
    DIGITS,
    IRIS,
    Layer,
    add,
    chain,
    classifier,
    digits_cnn,
    fit_to_data,
    iris_mlp,
    recipe,
    regression,
    wire,
)
from tests.training import fresh_state, job_of

MOBY = {"source": {"kind": "moby_dick", "length": 6}, "split": {}}


def text_design(*between: Layer) -> Design:
    """Predicts the next character at each position from its embedding alone."""
    design = Design(data=MOBY, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    names = ["input"]
    for kind, params in (*between, ("Embedding", {"vocabulary": 45, "features": 5})):
        names.append(design.free_name(kind.lower()))
        design = add(design, kind, names[-1], **params)
    design = add(add(design, "Dense", "dense", units=45), "CrossEntropy", "loss")
    design = chain(design, *names, "dense")
    design = wire(design, "dense -> loss.logits", "target -> loss.target")
    return fit_to_data(design, input="tokens", target="next")


@pytest.fixture(scope="module")
def digits() -> tuple[Job, State]:
    job = job_of(digits_cnn())
    return job, fresh_state(job.program)


def test_of_a_linear_classifier_it_is_the_weights_of_the_predicted_class() -> None:
    job = job_of(classifier(IRIS, ("Dense", {"units": 3}), x="features"))
    state = fresh_state(job.program)
    network: Any = job.program.network(state)
    kernel = np.asarray(network.dense.kernel[...])
    for number in range(5):
        view = job.view(state, "dense", number, 0)
        row = job.probe_rows()[number]
        logits = job.program.predict(state, np.array([row]))[0]
        np.testing.assert_allclose(view.saliency, np.abs(kernel[:, logits.argmax()]), rtol=1e-6)
        assert view.activation is not None
        np.testing.assert_allclose(view.activation, logits, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(view.sample, job.prepared.columns["features"][row])


def test_of_a_linear_regression_it_is_the_weights() -> None:
    data = {"source": {"kind": "el_nino", "window": 5}, "split": {}}
    job = job_of(regression(data, "history", "next"))
    state = fresh_state(job.program)
    network: Any = job.program.network(state)
    kernel = np.asarray(network.dense.kernel[...])
    view = job.view(state, "flatten", 2, 7)
    np.testing.assert_allclose(view.saliency, np.abs(kernel.reshape(5, 1)), rtol=1e-6)
    assert (view.step, view.row, view.correct) == (7, 2, None)
    mean, deviation = job.prepared.scales["next"]
    row = job.probe_rows()[2]
    degrees = job.program.predict(state, np.array([row]))[0] * deviation + mean
    assert float(view.predicted_text) == pytest.approx(float(degrees[0]), rel=1e-3)
    truth = job.prepared.dataset.columns["next"].values[row]
    assert float(view.true_text) == pytest.approx(float(truth[0]), rel=1e-3)


def test_it_is_the_slope_that_finite_differences_find() -> None:
    smooth: tuple[Layer, ...] = (
        ("Conv", {"filters": 3, "kernel_size": (3, 3)}),
        ("Activation", {"function": "tanh"}),
        ("AveragePool", {}),
        ("Flatten", {}),
        ("Dense", {"units": 10}),
    )
    job = job_of(classifier(DIGITS, *smooth, x="image"))
    state = fresh_state(job.program)
    network: Any = job.program.network(state)
    image = np.asarray(job.prepared.columns["image"][job.probe_rows()[1]])
    best = int(np.asarray(network(image[None]))[0].argmax())
    size = 0.02
    moves = size * np.eye(64, dtype=np.float32).reshape(64, 8, 8, 1)
    above, below = (np.asarray(network(image + m), np.float64)[:, best] for m in (moves, -moves))
    wanted = np.abs(above - below).reshape(8, 8) / (2 * size)
    found = job.view(state, "conv", 1, 0).saliency
    np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-4)


def test_an_image_is_viewed(digits: tuple[Job, State]) -> None:
    job, state = digits
    rows = job.probe_rows()
    view = job.view(state, "conv", len(rows) + 3, 0)
    assert (view.row, view.rows, view.node) == (3, len(rows), "conv")
    assert view.sample.shape == (8, 8, 1)
    assert view.activation is not None
    assert view.activation.shape == (8, 8, 4)
    assert view.classes == tuple("0123456789")
    assert view.probabilities.sum() == pytest.approx(1.0, rel=1e-5)
    assert view.true_text == str(job.prepared.columns["label"][rows[3]])
    assert view.predicted_text == str(view.probabilities.argmax())
    assert view.correct == (view.true_text == view.predicted_text)
    assert job.view(state, "loss", 3, 0).activation is None
    assert job.view(state, "nobody", 3, 0).activation is None


def test_tokens_that_the_last_prediction_does_not_read_do_not_matter() -> None:
    job = job_of(text_design())
    state = fresh_state(job.program)
    view = job.view(state, "embedding", 0, 0)
    row = job.probe_rows()[0]
    tokens = job.prepared.columns["tokens"][row]
    network: Any = job.program.network(state)
    logits = np.asarray(network(tokens[None]))[0, -1]
    wanted = np.zeros(6)
    wanted[-1] = np.linalg.norm(network.dense.kernel[...][:, logits.argmax()])
    np.testing.assert_allclose(view.saliency, wanted, rtol=1e-5, atol=1e-7)
    vocabulary = job.prepared.dataset.columns["tokens"].classes
    assert view.tokens == tuple(vocabulary[i] for i in tokens)
    assert view.true_text == vocabulary[job.prepared.columns["next"][row][-1]]
    assert view.predicted_text == vocabulary[logits.argmax()]


def test_tokens_that_are_rearranged_before_they_are_embedded() -> None:
    turned = job_of(text_design(("Reshape", {"shape": (2, 3)}), ("Flatten", {})))
    plain = job_of(text_design())
    views = [j.view(fresh_state(j.program), "embedding", 0, 0) for j in (turned, plain)]
    np.testing.assert_array_equal(views[0].saliency, views[1].saliency)


def test_an_input_that_leads_nowhere_matters_nothing() -> None:
    design = add(iris_mlp(), "Input", "first")
    design = edits.set_params(design, "first", column="features", shape=(4,))
    order = {i: design.nodes[i] for i in ("first", *iris_mlp().nodes)}
    job = job_of(type(design)(**{**vars(design), "nodes": order}))
    view = job.view(fresh_state(job.program), "dense", 0, 0)
    np.testing.assert_array_equal(view.saliency, np.zeros(4))


@pytest.mark.parametrize(
    ("kind", "gradient", "wanted"),
    [
        ("image", [[[1.0, -3.0], [0.5, 0.0]]], [[3.0, 0.5]]),
        ("tokens", [[3.0, 4.0], [0.0, -2.0]], [5.0, 2.0]),
        ("values", [1.0, -2.0], [1.0, 2.0]),
    ],
)
def test_a_gradient_is_reduced_to_one_number_an_element(
    kind: str, gradient: Any, wanted: Any
) -> None:
    one = np.array(gradient)
    np.testing.assert_allclose(saliency([one], kind), wanted)
    np.testing.assert_allclose(saliency([one, one], kind), 2 * np.array(wanted))


def test_a_look_leaves_the_state_alone(digits: tuple[Job, State]) -> None:
    job, state = digits
    before = [np.array(p) for p in state.params]
    jax.block_until_ready(job.program.look(state, 0))
    for a, b in zip(before, state.params, strict=True):
        np.testing.assert_array_equal(a, b)


def test_without_a_validation_split_the_training_rows_are_shown() -> None:
    split = {"train": 0.8, "validation": 0.0, "test": 0.2}
    design = edits.set_data(iris_mlp(), {"source": {"kind": "iris"}, "split": split})
    job = job_of(design, Path())
    np.testing.assert_array_equal(job.probe_rows(), job.prepared.splits["train"])
