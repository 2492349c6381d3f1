"""Reports on networks whose figures are known otherwise, and attacks with a closed form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from core.design import edits
from core.design.document import Design
from core.errors import InputError
from core.explain.evaluation.ask import Report
from core.explain.evaluation.attacks import Changes
from core.explain.evaluation.measure import evaluation_report
from core.explain.evaluation.robustness import EPSILONS, FGSM, NOISE, PGD
from core.explain.evaluation.samples import ShowRows
from core.explain.report import class_report
from core.train.job import Job
from core.train.state import State
from tests.designs import DIGITS, add, chain, classifier, fit_to_data, iris_mlp, recipe, wire
from tests.training import fresh_state, job_of, params_of


def table(folder: Path) -> None:
    """200 rows of three numbers, a yes or no, a number, and a town that is no input."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=(200, 3)) * [1, 3, 0.2]
    yes = x @ [1, 0.5, -2] + rng.normal(size=200) > 0
    rows = [
        ",".join([*map(str, xs), "ab"[int(xs[0] > 0)], "yes" if y else "no", str(xs.sum())])
        for xs, y in zip(x, yes, strict=True)
    ]
    (folder / "t.csv").write_text("u,v,w,town,answer,total\n" + "\n".join(rows))


def linear(folder: Path, target: str, loss: str, port: str) -> Design:
    """One dense layer with one output on the three numbers."""
    table(folder)
    source = {"kind": "csv", "path": "t.csv", "inputs": ["u", "v", "w"], "target": target}
    design = Design(name="Linear", data={"source": source, "split": {}}, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    design = add(add(design, "Dense", "dense", units=1), loss, "loss")
    design = chain(design, "input", "dense")
    design = wire(design, f"dense -> loss.{port}", "target -> loss.target")
    column = "label" if loss == "BinaryCrossEntropy" else "value"
    return fit_to_data(design, folder, input="features", target=column)


@pytest.fixture(scope="module")
def logistic(tmp_path_factory: pytest.TempPathFactory) -> tuple[Job, State]:
    folder = tmp_path_factory.mktemp("logistic")
    job = job_of(linear(folder, "answer", "BinaryCrossEntropy", "logits"), folder)
    return job, fresh_state(job.program)


@pytest.fixture(scope="module")
def iris() -> tuple[Job, State]:
    job = job_of(iris_mlp())
    state = fresh_state(job.program)
    for rows in (*job.program.batches(0), *job.program.batches(1)):
        state = job.program.step(state, rows)
    return job, state


def margins(job: Job, rows: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """How far on the right side of 0 each logit is."""
    return logits[:, 0] * np.where(job.prepared.columns["label"][rows] > 0, 1, -1)


def test_fgsm_takes_epsilon_times_the_weights_off_the_margin(logistic: Any) -> None:
    job, state = logistic
    rows = job.prepared.splits["train"][:64]
    changes = Changes.of(job, rows)
    kernel = params_of(job.program, state)["dense.kernel"][:, 0]
    clean = margins(job, rows, changes.predictions(job.program, state, rows, NOISE, 0.0))
    np.testing.assert_allclose(
        clean, margins(job, rows, job.program.predict(state, rows)), atol=1e-6
    )
    for size in (0.1, 0.7):
        said = changes.predictions(job.program, state, rows, FGSM, size)
        lost = size * np.abs(kernel) @ changes.scales["input"]
        np.testing.assert_allclose(margins(job, rows, said), clean - lost, atol=1e-5)


def test_pgd_is_never_weaker_than_fgsm(iris: Any, logistic: Any) -> None:
    """The loss of a logistic model is convex, so FGSM finds the worst there; PGD finds it, too."""
    job, state = logistic
    rows = job.prepared.splits["train"][:64]
    changes = Changes.of(job, rows)
    fast, slow = (
        margins(job, rows, changes.predictions(job.program, state, rows, kind, 0.5))
        for kind in (FGSM, PGD)
    )
    np.testing.assert_allclose(slow, fast, atol=1e-5)
    job, state = iris
    rows = job.prepared.splits["train"]
    changes, truth = Changes.of(job, rows), job.prepared.columns["label"][rows]

    def losses(kind: str) -> np.ndarray:
        logits = changes.predictions(job.program, state, rows, kind, 1.5).astype(np.float64)
        return np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(rows)), truth]

    assert (losses(PGD) >= losses(FGSM) - 1e-5).all()
    assert (losses(PGD) > losses(FGSM) + 1e-4).any()


def test_a_report_on_classes(iris: Any) -> None:
    job, state = iris
    rows = job.prepared.splits["train"]
    found = evaluation_report(job, state, "train", slice_column="features[0]", robustness=True)
    assert found.rows == found.rows_in_split == len(rows)
    assert found.metrics == job.program.evaluate(state, rows)
    wanted = class_report(job, state, rows)
    np.testing.assert_array_equal(found.classes.confusion, wanted.confusion)
    logits = job.program.predict(state, rows).astype(np.float64)
    truth = job.prepared.columns["label"][rows]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    areas = {curve.name: curve.area for curve in found.rocs}
    auc = metrics.roc_auc_score(truth, chances, multi_class="ovr")
    assert areas["macro"] == pytest.approx(auc, abs=1e-6)
    assert areas["macro"] == pytest.approx(found.metrics["auc"], abs=1e-5)
    losses = -np.log(chances[np.arange(len(rows)), truth])
    worst = rows[np.argsort(-losses)[: len(found.wrongest)]]
    assert [w.sample.row for w in found.wrongest] == worst.tolist()
    assert found.wrongest[0].loss == pytest.approx(losses.max(), rel=1e-5)
    names = job.prepared.dataset.columns["label"].classes
    assert found.wrongest[0].true == names[job.prepared.columns["label"][worst[0]]]
    accuracy = found.metrics["accuracy"]
    for kind in (NOISE, FGSM, PGD):
        assert found.robustness.scores[kind][0] == (0.0, pytest.approx(accuracy, abs=1e-6))
    assert [size for size, _ in found.robustness.scores[FGSM]] == [0.0, *EPSILONS]
    assert found.robustness.scores[PGD][-1][1] <= found.robustness.scores[FGSM][-1][1]
    assert sum(part.size for part in found.by_column.slices) == len(rows)
    assert len(found.by_column.slices) == 4
    assert [part.score for part in found.by_class.slices] == pytest.approx(list(wanted.recall))
    assert found.train.error == pytest.approx(1 - accuracy)
    assert found.baseline == pytest.approx(2 / 3, abs=0.01)
    assert found.answers.losses.max() == pytest.approx(losses.max(), rel=1e-5)


def test_one_logit_is_two_classes_with_probabilities(logistic: Any) -> None:
    job, state = logistic
    rows = job.prepared.splits["test"]
    found = evaluation_report(job, state, "test", slice_column="town")
    logits, truth = job.program.predict(state, rows)[:, 0], job.prepared.columns["label"][rows]
    assert [c.name for c in found.rocs] == ["yes"]
    assert found.rocs[0].area == pytest.approx(metrics.roc_auc_score(truth, logits), abs=1e-6)
    sure = 1 / (1 + np.exp(-np.abs(logits)))
    np.testing.assert_allclose(found.answers.confidence, sure, atol=1e-6)
    said = logits > 0
    town = job.prepared.dataset.columns["features"].values[rows][:, 0] > 0
    (fair,) = found.by_column.fairness
    assert [part.name for part in found.by_column.slices] == ["a", "b"]
    wanted = abs(said[town].mean() - said[~town].mean())
    assert fair.demographic_parity == pytest.approx(wanted)


def test_numbers_are_told_in_their_own_units(tmp_path: Path) -> None:
    job = job_of(linear(tmp_path, "total", "MeanSquaredError", "prediction"), tmp_path)
    state = fresh_state(job.program)
    rows = job.prepared.splits["validation"]
    found = evaluation_report(job, state, "validation", slice_column="town", robustness=True)
    truth = job.prepared.dataset.columns["value"].values[rows]
    mean, deviation = job.prepared.scales["value"]
    said = job.program.predict(state, rows) * deviation + mean
    assert found.regression.r2 == pytest.approx(metrics.r2_score(truth, said), abs=1e-5)
    assert found.regression.rmse == pytest.approx(found.metrics["rmse"], rel=1e-5)
    assert found.robustness.figure == "rmse"
    assert found.robustness.scores[NOISE][0][1] == pytest.approx(found.regression.rmse, rel=1e-5)
    errors = [part.score * part.size for part in found.by_column.slices]
    assert sum(errors) / len(rows) == pytest.approx(found.regression.mae, rel=1e-6)
    assert found.classes is None
    assert not found.rocs


def test_a_part_of_the_rows_is_spread_over_the_split(iris: Any) -> None:
    job, state = iris
    found = Report("train", most=20).answer(job, state, 0)
    assert (found.rows, found.rows_in_split) == (20, len(job.prepared.splits["train"]))
    assert found.classes.confusion.sum() == 20
    with pytest.raises(InputError, match="grouped by 'height'"):
        Report("train", slice_column="height").answer(job, state, 0)


def test_rows_are_shown_as_their_source_has_them() -> None:
    layers = (("Flatten", {}), ("Dense", {"units": 10}))
    job = job_of(classifier(DIGITS, *layers, x="image"))
    state = fresh_state(job.program)
    (sample,) = ShowRows((5,)).answer(job, state, 0)
    np.testing.assert_array_equal(sample.picture, job.prepared.dataset.columns["image"].values[5])


def test_an_empty_split_is_said(tmp_path: Path) -> None:
    design = edits.set_data(
        iris_mlp(), {"source": {"kind": "iris"}, "split": {"validation": 0.3, "test": 0.0}}
    )
    job = job_of(design)
    with pytest.raises(InputError, match="test split is empty"):
        evaluation_report(job, fresh_state(job.program), "test")
