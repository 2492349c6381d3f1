"""What is told of the samples that can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from core.data.dataset import NO_LABEL
from core.data.sources.iris import Iris
from core.design.document import Design
from core.explain.probe_samples import Features, ProbeSamples, Samples, labels_of
from core.project.file import load
from core.project.gallery import examples
from core.train.job import Job
from core.train.state import State
from tests.core.explain.attribution.samples import attending
from tests.designs import (
    DIGITS,
    IRIS,
    add,
    classifier,
    fit_to_data,
    iris_mlp,
    recipe,
    regression,
    wire,
)
from tests.training import fresh_state, job_of


def asked(design: Design, folder: Path = Path()) -> tuple[Job, State, ProbeSamples]:
    job = Job.of(design, folder, "cpu")
    state = fresh_state(job.program)
    return job, state, Samples().answer(job, state, 0)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits.astype(np.float64))
    found: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return found


def test_losses_of_images_are_cross_entropies_as_scikit_learn_has_them() -> None:
    layers = (("Flatten", {}), ("Dense", {"units": 10}))
    job, state, found = asked(classifier(DIGITS, *layers, x="image"))
    rows = job.probe_rows()
    truth = job.prepared.columns["label"][rows]
    chances = softmax(job.program.predict(state, rows))
    wanted = [log_loss([t], [c], labels=range(10)) for t, c in zip(truth, chances, strict=True)]
    np.testing.assert_allclose(found.losses, wanted, rtol=1e-4, atol=1e-5)
    assert found.worst_first() == np.argsort(-found.losses, kind="stable").tolist()
    np.testing.assert_array_equal(found.truth, truth)
    by_class = dict(found.by_class())
    assert list(by_class) == [str(digit) for digit in range(10)]
    assert by_class["7"] == np.flatnonzero(truth == 7).tolist()
    assert found.count == sum(len(numbers) for numbers in by_class.values()) == len(rows)


def test_of_many_samples_the_first_are_judged_and_all_are_told_apart() -> None:
    job = job_of(iris_mlp())
    state = fresh_state(job.program)
    found, all_of_them = (Samples(most).answer(job, state, 0) for most in (7, 2000))
    np.testing.assert_array_equal(found.losses, all_of_them.losses[:7])
    np.testing.assert_array_equal(found.truth, all_of_them.truth)
    assert len(found.truth) == found.count == len(job.probe_rows())


def test_numbers_are_judged_by_the_shown_loss_and_have_no_classes() -> None:
    data = {"source": {"kind": "el_nino", "window": 4}, "split": {}}
    job, state, found = asked(regression(data, "history", "next"))
    rows = job.probe_rows()
    errors = job.program.predict(state, rows) - job.prepared.columns["next"][rows]
    np.testing.assert_allclose(found.losses, (errors**2).reshape(len(rows)), rtol=1e-4)
    assert (found.classes, found.by_class(), len(found.truth)) == ((), [], 0)


def test_of_a_sequence_the_last_step_is_the_class_and_all_steps_are_judged() -> None:
    job, state, found = asked(attending(layers=1))
    rows = job.probe_rows()[:40]
    target = job.prepared.columns["next"][rows]
    logits = job.program.predict(state, rows)
    chances = softmax(logits)
    wanted = [
        log_loss(steps, places, labels=range(45))
        for steps, places in zip(target, chances, strict=True)
    ]
    np.testing.assert_allclose(found.losses[:40], wanted, rtol=1e-4)
    np.testing.assert_array_equal(found.truth[:40], target[:, -1])
    (tokens,) = found.features.values()
    assert tokens.tokens == found.classes
    assert len(found.losses) == min(found.count, 2000)


def binary_logit(data: Mapping[str, Any], folder: Path, x: str) -> Design:
    """One logit that stands for two classes."""
    design = Design(data=data, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    design = add(add(design, "Dense", "dense", units=1), "BinaryCrossEntropy", "loss")
    design = wire(design, "input -> dense", "dense -> loss.logits", "target -> loss.target")
    return fit_to_data(design, folder, input=x, target="label")


def test_one_logit_stands_for_two_classes_and_a_sample_without_label_has_no_loss(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 2)).astype(np.float32)
    labels = (points[:, 0] > 0).astype(np.int32)
    labels[::3] = NO_LABEL
    np.savez(tmp_path / "rows.npz", x=points, label=labels)
    source = {"kind": "npz", "path": "rows.npz", "inputs": ["x"], "targets": ["label"]}
    design = binary_logit({"source": source, "split": {}}, tmp_path, "x")
    job, state, found = asked(design, tmp_path)
    rows = job.probe_rows()
    known = labels[rows] != NO_LABEL
    assert 0 < known.sum() < len(rows)
    np.testing.assert_array_equal(np.isfinite(found.losses), known)
    chance = 1 / (1 + np.exp(-job.program.predict(state, rows)[known, 0].astype(np.float64)))
    for loss, truth, share in zip(found.losses[known], labels[rows][known], chance, strict=True):
        assert loss == pytest.approx(log_loss([truth], [share], labels=[0, 1]), rel=1e-4)
    assert sorted(found.worst_first()) == np.flatnonzero(known).tolist()
    np.testing.assert_array_equal(found.truth, labels[rows])
    # Who has no label is of no class.
    classed = [number for _, numbers in found.by_class() for number in numbers]
    assert sorted(classed) == sorted(found.worst_first())


def test_losses_that_compare_samples_or_speak_of_games_say_nothing_of_one() -> None:
    design = Design(data=IRIS, recipe=recipe())
    design = add(design, "Input", "input")
    for name in ("one", "other"):
        design = add(design, "Dense", name, units=2)
        design = wire(design, f"input -> {name}")
    design = add(design, "InfoNCE", "loss")
    design = wire(design, "one -> loss.first", "other -> loss.second")
    _, _, found = asked(fit_to_data(design, input="features"))
    assert (len(found.losses), len(found.truth), found.worst_first()) == (0, 0, [])
    assert found.count > 0
    _, _, played = asked(load(examples()["cart_pole"]))
    assert (len(played.losses), played.by_class()) == (0, [])
    assert played.count > 0


def test_features_are_named_in_the_units_of_the_data() -> None:
    column = Iris().load(Path()).columns["features"]
    mean, deviation = column.values.mean(axis=0), column.values.std(axis=0)
    features = Features(column.features, mean, deviation)
    fed = (column.values[0] - mean) / deviation
    assert labels_of(features, fed) == [
        "sepal length = 5.1",
        "sepal width = 3.5",
        "petal length = 1.4",
        "petal width = 0.2",
    ]
    assert labels_of(None, fed) == ()
    unnamed = Features((), np.zeros(()), np.ones(()))
    assert labels_of(unnamed, np.array([1.0, 2.5])) == ["feature 0 = 1", "feature 1 = 2.5"]
