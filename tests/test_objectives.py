"""The examples of objectives other than supervised ones reach what docs/OBJECTIVES.md says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from core import Project, load
from core.design import edits
from core.design.document import Design
from core.explain.report import class_report
from core.project.gallery import examples
from core.project.runs import store_of
from core.train.loop import Training
from core.train.start import load_run

Trained = Callable[..., tuple[Training, dict[str, float]]]


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    """Trains a copy of an example, changed as asked; its run and its figures of the test split."""

    def train(
        name: str, change: Callable[[Design], Design] = lambda design: design, **recipe: Any
    ) -> tuple[Training, dict[str, float]]:
        project = load(shutil.copy(examples()[name], tmp_path))
        project = Project(change(project.design), project.path)
        summary = project.train(device="cpu", **recipe)
        store = store_of(project.path)
        run = load_run(store, store.get(summary.run), tmp_path, "cpu")
        return run, dict(summary.test)

    return train


def found(run: Training, rows: np.ndarray, *, training: bool = False) -> dict[str, np.ndarray]:
    """Every output for some rows, by the node's name and, of several, its port."""
    job = run.job
    network = job.program.network(run.state)
    if training:
        network.train()
    feed = {n: job.prepared.columns[c][rows] for n, c in job.program.plan.feeds.items()}
    names = job.program.plan.names
    values = network.values(feed)
    return {
        names[end.node] + ("" if end.port == "output" else f".{end.port}"): np.asarray(value)
        for end, value in values.items()
    }


def pictures(run: Training, split: str) -> np.ndarray:
    """The pictures of a split, ``[N, 64]``."""
    rows = run.job.prepared.splits[split]
    return run.job.prepared.columns["image"][rows].reshape(len(rows), 64)


def labels(run: Training, split: str) -> np.ndarray:
    return run.job.prepared.columns["label"][run.job.prepared.splits[split]]


def test_the_autoencoder_beats_as_many_principal_components(trained: Trained) -> None:
    run, figures = trained("digits_denoising")
    learnt, judged = pictures(run, "train"), pictures(run, "test")
    components = PCA(8).fit(learnt)
    error = np.mean((components.inverse_transform(components.transform(judged)) - judged) ** 2)
    assert figures["loss"] < 0.95 * error
    # And it takes noise away: in training mode the network is shown noisy pictures.
    rows = run.job.prepared.splits["test"]
    shown = found(run, rows, training=True)
    noisy = shown["noise"]
    cleaned = components.inverse_transform(components.transform(noisy))
    assert np.mean((shown["pixels"] - judged) ** 2) < 0.8 * np.mean((cleaned - judged) ** 2)


def test_the_variational_autoencoder_uses_its_code_and_stays_near_the_prior(
    trained: Trained,
) -> None:
    run, figures = trained("digits_vae", epochs=40)
    # Independent pixels with the training mean, the best that knows nothing of the sample.
    mean = np.clip(pictures(run, "train").mean(axis=0), 1e-3, 1 - 1e-3)
    judged = pictures(run, "test")
    nothing = -(judged * np.log(mean) + (1 - judged) * np.log(1 - mean)).sum(axis=1).mean()
    assert figures["loss"] < 0.95 * nothing
    assert figures["loss"] == pytest.approx(
        figures["reconstruction.loss"] + figures["prior.loss"], rel=1e-5
    )
    assert 1 < figures["prior.loss"] < 10
    digit = LogisticRegression(max_iter=2000).fit(pictures(run, "train"), labels(run, "train"))
    rows = run.job.prepared.splits["test"]
    rebuilt = 1 / (1 + np.exp(-found(run, rows)["pixels"]))
    assert digit.score(rebuilt, labels(run, "test")) > 0.8


def test_the_gan_makes_digits(trained: Trained) -> None:
    run, _ = trained("digits_gan")
    made = found(run, run.job.prepared.splits["train"])["generator/pixels"]
    made = 1 / (1 + np.exp(-made))  # the generator's sigmoid
    real = pictures(run, "train")
    assert np.abs(made.mean(axis=0) - real.mean(axis=0)).mean() < 0.06
    assert np.abs(made.std(axis=0) - real.std(axis=0)).mean() < 0.08
    digit = LogisticRegression(max_iter=2000).fit(real, labels(run, "train"))
    chances = digit.predict_proba(made)
    sure = chances.max(axis=1)
    # Of real pictures the classifier is sure at 0.95, of pixels that are drawn one by one at 0.51.
    assert np.median(sure) > 0.7, "most are taken for some digit"
    shares = np.bincount(chances.argmax(axis=1), minlength=10) / len(made)
    assert (shares > 0.02).sum() >= 8, "and not all for the same"
    alone = np.random.default_rng(0).permuted(real, axis=0)
    assert np.median(sure) > np.median(digit.predict_proba(alone).max(axis=1)) + 0.15


def test_contrasted_features_are_better_than_random_ones(trained: Trained) -> None:
    _, learnt = trained("digits_contrastive")

    def only_probe(design: Design) -> Design:
        stages = [s for s in design.recipe["stages"] if s["name"] == "probe"]
        return edits.set_recipe(design, {**design.recipe, "stages": stages})

    _, random = trained("digits_contrastive", only_probe)
    assert learnt["probe_loss.accuracy"] > random["probe_loss.accuracy"] + 0.02
    assert learnt["probe_loss.accuracy"] > 0.9


@pytest.mark.optimised
def test_next_letters_are_told_better_than_by_pairs(trained: Trained) -> None:
    run, figures = trained("moby_dick_next_letter", epochs=6)
    baselines = run.job.prepared.dataset.baselines
    assert figures["accuracy"] > baselines["bigram_accuracy"] + 0.05
    assert figures["loss"] < baselines["bigram_cross_entropy"] - 0.2


def test_masked_letters_are_told_from_both_sides(trained: Trained) -> None:
    run, figures = trained("moby_dick_masked_letters", epochs=10)
    tokens = run.job.prepared.columns["tokens"]
    parts = [tokens[run.job.prepared.splits[s]] for s in ("train", "test")]
    commonest = np.bincount(parts[0].ravel()).argmax()
    assert figures["accuracy"] > np.mean(parts[1] == commonest) + 0.15
    # Reading from the left alone, a transformer of this size reaches 0.38.
    assert figures["accuracy"] > 0.4
    view = run.job.view(run.state, "n4", 0, 0)
    assert (view.true_text, view.predicted_text, view.correct) == ("", "", None)
    assert np.isfinite(view.saliency).all()
    assert np.any(view.saliency > 0)


# Rounding decides between runs that are a few samples apart.
@pytest.mark.optimised
def test_pseudo_labels_help_where_few_are_known(trained: Trained) -> None:
    run, figures = trained("digits_hundred_labels")
    assert np.sum(labels(run, "train") >= 0) == 100
    report = class_report(run.job, run.state, run.job.prepared.splits["train"])
    assert report is not None
    assert report.confusion.sum(axis=1).tolist() == [10] * 10, "who has no label is not judged"

    def supervised(design: Design) -> Design:
        gone = [i for i, n in design.nodes.items() if n.name in ("pseudo_label", "clean")]
        return edits.remove(design, gone)

    _, alone = trained("digits_hundred_labels", supervised)
    assert figures["loss.accuracy"] > alone["accuracy"]
    assert figures["loss.accuracy"] > 0.91


def test_a_deep_belief_network_is_learnt_layer_by_layer(trained: Trained) -> None:
    _, figures = trained("digits_deep_belief")
    assert figures["loss.accuracy"] > 0.96
    first, _ = trained("digits_deep_belief", epochs=20)
    rows = first.job.prepared.splits["test"]
    judged = pictures(first, "test")
    mean = pictures(first, "train").mean(axis=0)
    error = np.mean((found(first, rows)["machine_1.reconstruction"] - judged) ** 2)
    assert error < 0.45 * np.mean((mean - judged) ** 2)


def test_a_student_learns_more_from_its_teacher_than_from_few_labels(trained: Trained) -> None:
    run, figures = trained("digits_distillation")
    assert np.sum(labels(run, "train") >= 0) == 100
    assert figures["distillation.agreement"] > 0.9

    def alone(design: Design) -> Design:
        (_, student) = design.recipe["stages"]
        stages = [{**student, "losses": ["loss"]}]
        return edits.set_recipe(design, {**design.recipe, "stages": stages})

    _, unaided = trained("digits_distillation", alone)
    assert figures["loss.accuracy"] > unaided["loss.accuracy"] + 0.03


def test_two_heads_learn_two_tasks(trained: Trained) -> None:
    _, figures = trained("digits_two_tasks")
    assert figures["class_loss.accuracy"] > 0.96
    # Eight principal components leave 0.024; the shared code has 32 numbers.
    assert figures["picture_loss.loss"] < 0.015
