"""Designs that are no classifiers train on real data as they stand, and can be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compile.plan import make_plan
from core.design.analysis import analyse
from core.design.document import Design, End
from core.explain.report import class_report
from core.train.job import Job
from core.train.state import State
from tests.designs import IRIS, add, chain, fit_to_data, recipe, wire
from tests.generative import autoencoder, language_model, machine
from tests.training import Trained, fresh_state, job_of, train


def shown_without_trouble(job: Job, state: State, *nodes: str) -> None:
    """Views and the survey of a design without a Target have finite numbers in them."""
    for node in nodes:
        view = job.view(state, node, 1, 0)
        assert view.activation is not None
        assert np.isfinite(view.activation).all()
        assert np.isfinite(view.saliency).all()
        assert view.correct is None
        assert view.true_text == ""
    survey = job.survey(state, nodes, 0, 0)
    assert all(np.isfinite(value) for value in survey.gradients.values())
    assert class_report(job, state, job.probe_rows()) is None


@pytest.fixture(scope="module")
def vae(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train(job_of(autoencoder()), tmp_path_factory.mktemp("vae"))


def test_a_variational_autoencoder_learns(vae: Trained) -> None:
    losses = vae.losses
    assert all(np.isfinite(losses))
    assert losses[-1] < 0.85 * losses[0]
    final = vae.summary.validation
    total = final["reconstruction.loss"] + final["prior.loss"]
    assert final["loss"] == pytest.approx(total, rel=1e-5)
    assert final["prior.loss"] > 0.1, "the code tells nothing of the image"


def test_the_reconstruction_is_what_an_autoencoder_gives(vae: Trained) -> None:
    job, state = vae.training.job, vae.training.state
    plan = job.program.plan
    assert plan.shown.name == "reconstruction"
    assert plan.outputs == (End("pixels", "output"),)
    rows = job.prepared.splits["test"]
    images = job.prepared.columns["image"][rows].reshape(len(rows), 64)
    chances = 1 / (1 + np.exp(-job.program.predict(state, rows)))
    mean = job.prepared.columns["image"][job.prepared.splits["train"]].reshape(-1, 64).mean(axis=0)
    assert np.mean((chances - images) ** 2) < 0.5 * np.mean((mean - images) ** 2)
    shown_without_trouble(job, state, "code", "pixels", "mean")


def reconstruction_error(job: Job, state: State) -> float:
    rows = job.prepared.splits["test"]
    images = job.prepared.columns["image"][rows]
    network: Any = job.program.network(state)
    found = network(images)
    assert set(found) == {"rbm.hidden", "rbm.reconstruction"}
    return float(np.mean((found["rbm.reconstruction"] - images.reshape(len(rows), 64)) ** 2))


@pytest.mark.parametrize("k", [1, 2])
def test_a_boltzmann_machine_learns_to_reconstruct(k: int, tmp_path: Path) -> None:
    job = job_of(machine(k))
    before = reconstruction_error(job, fresh_state(job.program))
    trained = train(job, tmp_path)
    assert reconstruction_error(job, trained.training.state) < 0.25 * before
    shown_without_trouble(job, trained.training.state, "rbm", "flatten")


def test_next_characters_are_learnt_almost_as_well_as_by_counting_pairs(tmp_path: Path) -> None:
    job = job_of(language_model())
    trained = train(job, tmp_path)
    baseline = job.prepared.dataset.baselines["bigram_cross_entropy"]
    test = trained.summary.test
    assert test["loss"] < baseline + 0.1
    assert test["perplexity"] == pytest.approx(np.exp(test["loss"]), rel=1e-5)
    assert test["accuracy"] > 0.2
    view = job.view(trained.training.state, "dense", 0, 0)
    vocabulary = job.prepared.dataset.columns["tokens"].classes
    assert (view.true_text, view.correct) == ("", None)
    row = job.probe_rows()[:1]
    assert (
        view.predicted_text
        == vocabulary[job.program.predict(trained.training.state, row)[0, -1].argmax()]
    )


def test_a_loss_across_the_batch_is_measured_in_batches_of_training() -> None:
    design = Design(data=IRIS, recipe=recipe(batch_size=16))
    design = add(add(design, "Input", "input"), "Dropout", "noise", rate=0.2)
    for name in ("first", "second"):
        design = add(design, "Dense", name, units=4)
    design = add(design, "InfoNCE", "loss")
    design = chain(design, "input", "noise", "first")
    design = wire(design, "input -> second", "first -> loss.first", "second -> loss.second")
    job = job_of(fit_to_data(design, input="features"))
    state, rows = fresh_state(job.program), np.arange(40)
    found = job.program.evaluate(state, rows)
    network: Any = job.program.network(state)
    features = job.prepared.columns["features"][rows]
    views = [np.asarray(layer(features)) for layer in (network.first, network.second)]
    first, second = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in views)
    total = 0.0
    for part in (slice(0, 16), slice(16, 32), slice(32, 40)):
        scores = first[part] @ second[part].T / 0.1
        for way in (scores, scores.T):
            total += np.sum(np.log(np.exp(way).sum(axis=1)) - np.diagonal(way)) / 2
    assert found["loss"] == pytest.approx(total / 40, rel=1e-4)


def test_a_prediction_that_depends_on_the_target_can_be_looked_at() -> None:
    """A conditional decoder is told the label."""
    design = Design(data=IRIS, recipe=recipe())
    design = add(add(design, "Input", "input"), "Target", "target")
    design = add(design, "Embedding", "embedding", vocabulary=3, features=4)
    design = add(add(design, "Add", "add"), "Dense", "dense", units=4)
    design = add(design, "MeanSquaredError", "loss")
    design = chain(design, "target", "embedding")
    ports = analyse(design).nodes["add"].block
    assert ports is not None
    first, second = ports.port_names[:2]
    design = wire(design, f"input -> add.{first}", f"embedding -> add.{second}", "add -> dense")
    design = wire(design, "dense -> loss.prediction", "input -> loss.target")
    job = job_of(fit_to_data(design, input="features", target="label"))
    state = fresh_state(job.program)
    assert job.program.predict(state, np.arange(3)).shape == (3, 4)
    view = job.view(state, "dense", 0, 0)
    assert view.activation is not None
    assert np.any(view.saliency > 0)


def test_losses_that_only_penalise_do_not_name_the_output() -> None:
    plan = make_plan(analyse(autoencoder()))
    assert [loss.predicts for loss in plan.losses] == [
        loss.name == "reconstruction" for loss in plan.losses
    ]
