"""Figures against scikit-learn, in the target's own units."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from core.design.document import Design
from core.explain.report import class_report, confusion_matrix
from core.train.job import Job
from tests.designs import add, chain, fit_to_data, recipe, wire
from tests.training import Trained, fresh_state, job_of, train

SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def iris(iris_job: Job, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train(iris_job, tmp_path_factory.mktemp("iris"))


@pytest.fixture(scope="module")
def yes_no(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Three yes-or-no answers a sample, and one of them alone, from eight numbers."""
    folder = tmp_path_factory.mktemp("yes_no")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 8)).astype(np.float32)
    many = (x[:, :3] + rng.normal(size=(300, 3)) > 0).astype(np.float32)
    np.savez(folder / "data.npz", x=x, many=many, one=many[:, 0].astype(np.int64))
    source = {"kind": "npz", "path": "data.npz", "inputs": ["x"], "targets": ["many", "one"]}
    design = Design(data={"source": source, "split": {}}, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "many"), ("Target", "one")):
        design = add(design, kind, name)
    design = add(add(design, "Dense", "dense_many", units=3), "Dense", "dense_one", units=1)
    design = add(design, "BinaryCrossEntropy", "loss_many", weight=2.0)
    design = add(design, "BinaryCrossEntropy", "loss_one", weight=0.5)
    design = chain(chain(design, "input", "dense_many"), "input", "dense_one")
    for name in ("many", "one"):
        design = wire(
            design, f"dense_{name} -> loss_{name}.logits", f"{name} -> loss_{name}.target"
        )
    return job_of(fit_to_data(design, folder, input="x", many="many", one="one"), folder)


def softmax(logits: np.ndarray) -> np.ndarray:
    exponents = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("split", SPLITS)
def test_accuracy_and_cross_entropy(iris_job: Job, iris: Trained, split: str) -> None:
    rows = iris_job.prepared.splits[split]
    truth = iris_job.prepared.columns["label"][rows]
    state = iris.training.state
    logits = iris_job.program.predict(state, rows)
    found = iris_job.program.evaluate(state, rows)
    assert found["accuracy"] == pytest.approx(
        metrics.accuracy_score(truth, logits.argmax(axis=1)), rel=1e-6
    )
    wanted = metrics.log_loss(truth, softmax(logits), labels=[0, 1, 2])
    assert found["loss"] == pytest.approx(wanted, rel=1e-4)


def test_errors_of_numbers_are_in_the_units_of_the_data(temperature_job: Job) -> None:
    """Degrees Celsius, although the network learns standardised numbers."""
    program, prepared = temperature_job.program, temperature_job.prepared
    rows = prepared.splits["test"]
    state = fresh_state(program)
    mean, deviation = prepared.scales["next"]
    degrees = program.predict(state, rows) * deviation + mean
    truth = prepared.dataset.columns["next"].values[rows]
    found = program.evaluate(state, rows)
    assert deviation[0] > 1.5
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(truth, degrees), rel=1e-4)
    wanted = metrics.root_mean_squared_error(truth, degrees)
    assert found["rmse"] == pytest.approx(wanted, rel=1e-4)
    squares = metrics.mean_squared_error(truth, degrees) / deviation[0] ** 2
    assert found["loss"] == pytest.approx(squares, rel=1e-4)


def test_yes_or_no_answers(yes_no: Job) -> None:
    rows, columns = yes_no.prepared.splits["test"], yes_no.prepared.columns
    state = fresh_state(yes_no.program)
    found = yes_no.program.evaluate(state, rows)
    logits = yes_no.program.predict(state, rows)
    truth = columns["many"][rows]
    assert found["loss_many.accuracy"] == pytest.approx(np.mean((logits > 0) == (truth > 0.5)))
    chances = 1 / (1 + np.exp(-logits.astype(np.float64)))
    wanted = np.mean([metrics.log_loss(truth[:, i], chances[:, i]) for i in range(3)])
    assert found["loss_many.loss"] == pytest.approx(wanted, rel=1e-4)
    network = yes_no.program.network(state)
    one = np.asarray(network(columns["x"][rows])["dense_one"])
    right = metrics.accuracy_score(columns["one"][rows], one[:, 0] > 0)
    assert found["loss_one.accuracy"] == pytest.approx(right)
    total = 2.0 * found["loss_many.loss"] + 0.5 * found["loss_one.loss"]
    assert found["loss"] == pytest.approx(total, rel=1e-5)


def test_several_answers_are_shown_without_a_single_class(yes_no: Job) -> None:
    state = fresh_state(yes_no.program)
    view = yes_no.view(state, "dense_many", 3, 0)
    row = yes_no.prepared.splits["validation"][3]
    truth = yes_no.prepared.columns["many"][row]
    logits = yes_no.program.predict(state, np.array([row]))[0]
    assert view.true_text == ", ".join(f"{v:.4g}" for v in truth)
    assert view.correct == bool(np.all((logits > 0) == (truth > 0.5)))
    assert class_report(yes_no, state, yes_no.prepared.splits["test"]) is None


def test_the_report_of_classes(iris_job: Job, iris: Trained) -> None:
    rows = iris_job.prepared.splits["train"]
    truth = iris_job.prepared.columns["label"][rows]
    predicted = iris_job.program.predict(iris.training.state, rows).argmax(axis=1)
    report = class_report(iris_job, iris.training.state, rows)
    assert report is not None
    assert report.classes == ("setosa", "versicolor", "virginica")
    np.testing.assert_array_equal(report.confusion, metrics.confusion_matrix(truth, predicted))
    wanted = metrics.precision_recall_fscore_support(truth, predicted, zero_division=0)
    for ours, theirs in zip((report.precision, report.recall, report.f1), wanted, strict=False):
        np.testing.assert_allclose(ours, theirs)
    assert "setosa" in report.to_text()
    assert report.to_json()["confusion"] == report.confusion.tolist()


def test_numbers_have_no_report_of_classes(temperature_job: Job) -> None:
    state = fresh_state(temperature_job.program)
    assert class_report(temperature_job, state, np.arange(5)) is None


def test_too_many_classes_have_no_report(iris_job: Job, iris: Trained) -> None:
    assert class_report(iris_job, iris.training.state, np.arange(5), most=2) is None


def test_confusion_and_its_shares_with_classes_that_never_occur() -> None:
    truth, predicted = np.array([0, 0, 3, 3, 3]), np.array([0, 3, 3, 0, 1])
    found = confusion_matrix(truth, predicted, 4)
    wanted = metrics.confusion_matrix(truth, predicted, labels=range(4))
    np.testing.assert_array_equal(found, wanted)


def test_more_rows_than_one_evaluation_batch(temperature_job: Job) -> None:
    program = temperature_job.program
    rows = np.arange(600)
    state = fresh_state(program)
    parts = np.concatenate([program.predict(state, rows[i : i + 7]) for i in range(0, 600, 7)])
    np.testing.assert_array_equal(program.predict(state, rows), parts)
    truth = temperature_job.prepared.columns["next"][rows]
    assert program.evaluate(state, rows)["loss"] == pytest.approx(np.mean((parts - truth) ** 2))
