"""Early stopping: when an epoch counts as better, when waiting ends, and which weights are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.design import edits
from core.errors import InputError
from core.project.file import to_text
from core.project.runs import RunStore
from core.train.checkpoint import CHECKPOINT, WEIGHTS
from core.train.early_stopping import Best, EarlyStopping, smaller_is_better
from core.train.events import EpochEnd
from core.train.job import Job
from core.train.program import Program
from core.train.start import start
from core.train.state import State
from core.train.training import Training
from tests.designs import IRIS, iris_mlp, recipe
from tests.training import Trained, equal, fresh_state, job_of, train

# By hand: with a patience of 3, the run ends after the seventh epoch; the fourth was the best.
LOSSES = (1.0, 0.8, 0.9, 0.5, 0.6, 0.5, math.nan, 0.4)


def rule(patience: int = 0, change: float = 0.0, monitor: str = "loss") -> EarlyStopping:
    return EarlyStopping(monitor, patience, change, True)


def waits(found: EarlyStopping, figures: Sequence[float]) -> list[tuple[int, int]]:
    """The best epoch and the epochs waited, after each epoch with such a figure."""
    best, out = Best(), []
    for epoch, value in enumerate(figures, 1):
        best = found.after(best, {found.monitor: value}, epoch, 10 * epoch)
        out.append((best.epoch, best.waited))
    return out


def test_a_sequence_made_by_hand() -> None:
    found = waits(rule(3), LOSSES)
    assert found == [(1, 0), (2, 0), (2, 1), (4, 0), (4, 1), (4, 2), (4, 3), (8, 0)]
    ends = [rule(3).is_over(Best(0.5, 4, 40, waited)) for waited in range(5)]
    assert ends == [False, False, False, True, True]
    assert not rule(0).is_over(Best(0.5, 4, 40, 1000))


def test_larger_is_better_for_what_is_no_loss() -> None:
    found = waits(rule(3, monitor="accuracy"), (0.5, 0.4, 0.6, 0.6, 0.7))
    assert found == [(1, 0), (1, 1), (3, 0), (3, 1), (5, 0)]


def test_a_small_change_is_none() -> None:
    assert waits(rule(3, 0.25), (1.0, 0.8, 0.7, 0.5)) == [(1, 0), (1, 1), (3, 0), (3, 1)]
    assert waits(rule(3, 0.25, "accuracy"), (0.0, 0.2, 0.3)) == [(1, 0), (1, 1), (3, 0)]


def test_no_number_is_never_the_best_and_a_missing_figure_neither() -> None:
    assert waits(rule(3), (math.nan, math.nan, 5.0)) == [(0, 1), (0, 2), (3, 0)]
    assert rule(3).after(Best(), {"accuracy": 1.0}, 1, 10) == Best(waited=1)


@pytest.mark.parametrize("name", ["loss", "a.loss", "mae", "head.rmse", "perplexity"])
def test_losses_and_errors_are_better_when_smaller(name: str) -> None:
    assert smaller_is_better(name)


@pytest.mark.parametrize("name", ["accuracy", "a.accuracy", "cosine", "loss.r2", "auc"])
def test_all_others_are_better_when_larger(name: str) -> None:
    assert not smaller_is_better(name)


def with_losses(job: Job, monkeypatch: pytest.MonkeyPatch, losses: Sequence[float]) -> None:
    """Let the evaluations of the validation split find these losses, one after the other."""
    real, left = Program.evaluate, list(losses)
    validation = job.prepared.splits["validation"]

    def evaluate(program: Program, state: State, rows: np.ndarray) -> dict[str, float]:
        found = real(program, state, rows)
        return {**found, "loss": left.pop(0)} if rows is validation and left else found

    monkeypatch.setattr(Program, "evaluate", evaluate)


def job_with(**values: Any) -> Job:
    given = {**recipe(epochs=20, optimizer="Adam", learning_rate=0.02), **values}
    return job_of(edits.set_recipe(iris_mlp(), given))


def states(job: Job, root: Path) -> tuple[Trained, list[State]]:
    """Train, and take a copy of the state after each epoch."""
    import jax

    kept: list[State] = []

    def keep(training: Training) -> bool:
        if training.batch == 0:
            kept.append(jax.tree.map(lambda a: a.copy(), training.state))
        return True

    return train(job, root, keep), kept


def test_a_run_stops_early_with_its_best_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_with(patience=3)
    with_losses(job, monkeypatch, LOSSES[:7])
    done, after = states(job, tmp_path)
    assert (done.summary.stopped_by, done.summary.epochs) == ("early_stopping", 7)
    assert len(done.told(EpochEnd)) == 7
    assert done.run.status == "early_stopping"
    best, last = after[3], done.training.state
    for left, right in zip(best.params, last.params, strict=True):
        assert np.array_equal(left, right)
    assert done.summary.test == job.program.evaluate(best, job.prepared.splits["test"])
    # The checkpoint goes on where the run stopped, not where it was best.
    saved = load_file(done.run.directory / CHECKPOINT)
    weights = load_file(done.run.directory / WEIGHTS)
    assert np.array_equal(
        weights["dense.kernel"], best.params[job.program.param_names.index("dense.kernel")]
    )
    assert not np.array_equal(weights["dense.kernel"], saved["param/dense.kernel"])
    assert [p.name for p in done.run.directory.glob("best-*")] == [f"best-{4 * 7}.safetensors"]


def test_a_run_without_patience_keeps_the_best_if_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for keep in ("last", "best"):
        job = job_with(keep=keep, epochs=8)
        with_losses(job, monkeypatch, (1.0, 0.8, 0.9, 0.5, 0.6, 0.5, 0.7, 0.6))
        done, after = states(job, tmp_path / keep)
        assert (done.summary.stopped_by, done.summary.epochs) == ("epochs", 8)
        is_best = np.array_equal(after[3].params[0], done.training.state.params[0])
        assert is_best == (keep == "best")


def test_more_patience_lets_a_stopped_run_go_on_as_if_it_had_been_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = (1.0, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.3, 0.6)
    short, long = job_with(patience=3, epochs=10), job_with(patience=6, epochs=10)
    with_losses(short, monkeypatch, losses)
    first = train(short, tmp_path / "broken")
    assert (first.summary.stopped_by, first.summary.epochs) == ("early_stopping", 5)
    with pytest.raises(InputError, match="stopped early: loss had not become better for 3 epochs"):
        Training.begin(job_with(patience=3), RunStore(tmp_path / "broken"), first.run, True)
    with_losses(long, monkeypatch, losses[5:])
    second = train(long, tmp_path / "broken", resume=first.run)
    again = job_with(patience=6, epochs=10)
    with_losses(again, monkeypatch, losses)
    straight = train(again, tmp_path / "straight")
    assert second.summary.stopped_by == straight.summary.stopped_by == "epochs"
    assert equal(second.training.state, straight.training.state)
    assert second.training.best == straight.training.best == Best(0.3, 9, 63, 1)


def test_only_the_last_stage_ends_early_and_each_counts_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_with(patience=2, stages=[{"epochs": 4, "trains": ["dense"]}, {"epochs": 9}])
    with_losses(job, monkeypatch, (0.1, 0.2, 0.3, 0.4, 1.0, 0.9, 1.1, 1.2))
    done, after = states(job, tmp_path)
    assert (done.summary.stopped_by, done.summary.epochs) == ("early_stopping", 8)
    assert done.training.best.epoch == 6
    assert np.array_equal(after[5].params[0], done.training.state.params[0])


def test_without_a_validation_split_the_training_split_is_judged(tmp_path: Path) -> None:
    split = {"train": 1.0, "validation": 0.0, "test": 0.0}
    design = edits.set_data(iris_mlp(), {**IRIS, "split": split})
    values = {**recipe(epochs=30, optimizer="SGD", learning_rate=1e-7), "patience": 2}
    job = job_of(edits.set_recipe(design, {**values, "minimum_change": 0.1}))
    assert len(job.prepared.splits["validation"]) == 0
    done = train(job, tmp_path)
    assert (done.summary.stopped_by, done.summary.epochs) == ("early_stopping", 3)
    first = job.program.evaluate(
        fresh_state(job_of(job.design).program), job.prepared.splits["train"]
    )
    assert done.training.best.value == pytest.approx(first["loss"], abs=1e-3)


def test_a_figure_that_is_not_there_is_named_before_anything_is_trained(tmp_path: Path) -> None:
    values = {**recipe(), "patience": 2, "monitor": "acuracy"}
    design = edits.set_recipe(iris_mlp(), values)
    store = RunStore(tmp_path)
    with pytest.raises(InputError, match="monitors 'acuracy', which is no figure") as caught:
        start(design, Path(), store, "project", device="cpu")
    assert caught.value.hint.startswith("Choose one of: loss, accuracy, precision_macro, ")
    assert store.runs() == []
    start(edits.set_recipe(iris_mlp(), {**values, "patience": 0}), Path(), store, "p", device="cpu")
    assert len(store.runs()) == 1


def test_the_recipe_in_the_file_says_only_what_is_asked_for() -> None:
    assert "keep" not in to_text(iris_mlp())
