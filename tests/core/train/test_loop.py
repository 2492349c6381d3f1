"""Whole trainings: what is told and kept, that they repeat, resume and stop bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import jax.numpy as jnp
import pytest

from core.compile.figures import no_tallies
from core.design import edits
from core.errors import InputError, WorkError
from core.project.file import to_text
from core.project.runs import RunStore
from core.train import checkpoint
from core.train.checkpoint import CHECKPOINT, WEIGHTS, load_weights
from core.train.events import (
    Compiled,
    EpochEnd,
    Finished,
    Progress,
    Started,
)
from core.train.job import Job
from core.train.loop import run_training
from core.train.start import load_run, start
from core.train.summary import figures_json
from core.train.training import Training
from tests.core.train.conftest import EPOCHS
from tests.designs import iris_mlp, with_recipe
from tests.training import (
    Trained,
    arrays_of,
    equal,
    fresh_state,
    go_on,
    job_of,
    stop_after_epoch,
    train,
)


def test_events_come_in_order(straight: Trained) -> None:
    kinds = [type(e) for e in straight.events]
    assert kinds[:2] == [Started, Compiled]
    assert kinds[-1] is Finished
    assert kinds.count(EpochEnd) == EPOCHS
    assert [e.epoch for e in straight.told(EpochEnd)] == [1, 2, 3, 4, 5]
    steps = [e.step for e in straight.told(Progress)]
    assert steps == sorted(set(steps))
    epochs = [e.epoch for e in straight.told(Progress)]
    assert epochs[-1] == EPOCHS
    assert all(0 < e <= EPOCHS for e in epochs)
    assert straight.told(EpochEnd)[-1].seconds_left == 0


def test_it_learns(straight: Trained) -> None:
    assert straight.losses[-1] < 0.7 * straight.losses[0]
    assert straight.summary.test["accuracy"] > 0.8


def test_the_summary_says_what_was_done(noisy_job: Job, straight: Trained) -> None:
    summary = straight.summary
    assert summary.stopped_by == "epochs"
    assert summary.device == "cpu:0"
    assert summary.parameters == noisy_job.analysis.parameters == (4 * 8 + 8) + 16 + (8 * 3 + 3)
    assert summary.parameters == sum(p.size for p in noisy_job.program.initial_state().params)
    assert summary.samples_per_second > 0
    assert 0 < summary.first_step_seconds < summary.seconds
    assert straight.run.status == "epochs"
    assert straight.run.summary == json.loads(json.dumps(figures_json(summary)))


def test_figures_are_recorded_as_told(straight: Trained) -> None:
    store = straight.training.store
    points = store.points(straight.run)
    for series in ("train", "validation"):
        found = [p.value for p in points if (p.series, p.name) == (series, "loss")]
        assert found == [getattr(e, series)["loss"] for e in straight.told(EpochEnd)]
    assert [p.step for p in points] == sorted(p.step for p in points)


def test_the_same_seed_gives_the_same_bits(
    noisy_job: Job, straight: Trained, tmp_path: Path
) -> None:
    again = train(job_of(noisy_job.design), tmp_path)
    assert equal(again.training.state, straight.training.state)
    assert again.losses == straight.losses
    assert again.summary.test == straight.summary.test


def test_another_seed_gives_another_start(iris_job: Job) -> None:
    other = job_of(with_recipe(iris_job.design, optimizer="SGD", seed=1))
    assert not equal(fresh_state(other.program), fresh_state(iris_job.program))


def test_two_breaks_change_no_bit(noisy_job: Job, straight: Trained, tmp_path: Path) -> None:
    """Stopped at the end of an epoch, then in the middle of one, resumed each time."""
    first = train(noisy_job, tmp_path, stop_after_epoch(2))
    assert (first.summary.stopped_by, first.summary.epochs) == ("interrupted", 2)
    middle = 3 * noisy_job.program.steps_per_epoch + 2
    second = train(noisy_job, tmp_path, lambda t: t.step < middle, first.run)
    assert (second.summary.stopped_by, second.summary.epochs) == ("interrupted", 3)
    assert second.summary.steps == middle
    assert second.told(Started)[0].epoch == 2
    assert (second.training.epoch, second.training.batch) == (3, 2)
    third = train(noisy_job, tmp_path, go_on, second.run)
    assert (third.told(Started)[0].epoch, third.told(Started)[0].step) == (3, middle)
    assert third.told(Progress)[-1].step == straight.summary.steps
    assert third.summary.stopped_by == "epochs"
    assert equal(third.training.state, straight.training.state)
    assert first.losses + second.losses + third.losses == pytest.approx(straight.losses, rel=1e-6)
    assert third.summary.seconds > first.summary.seconds
    recorded, wanted = (
        [(p.step, p.series, p.name, p.value) for p in t.training.store.points(t.run)]
        for t in (third, straight)
    )
    ends, wanted_ends = ([p for p in points if p[1] != "step"] for points in (recorded, wanted))
    assert [p[:3] for p in ends] == [p[:3] for p in wanted_ends]
    assert [p[3] for p in ends] == pytest.approx([p[3] for p in wanted_ends], rel=1e-6)
    assert [r.status for r in RunStore(tmp_path).runs()] == ["epochs"]


def test_a_run_that_is_done_is_not_resumed_and_stays_as_it_is(
    noisy_job: Job, straight: Trained
) -> None:
    run = straight.run
    with pytest.raises(InputError, match="has done its 5 epochs already"):
        Training.begin(noisy_job, straight.training.store, run, True)
    assert straight.run.status == "epochs"
    assert (run.directory / WEIGHTS).is_file()


def test_resuming_begins_by_dropping_weights_that_will_be_stale(
    noisy_job: Job, tmp_path: Path
) -> None:
    done = train(noisy_job, tmp_path, stop_after_epoch(1))
    assert (done.run.directory / WEIGHTS).is_file()
    Training.begin(noisy_job, done.training.store, done.run, True)
    assert not (done.run.directory / WEIGHTS).exists()
    assert done.run.status == "running"


def test_a_changed_design_does_not_resume(noisy_job: Job, straight: Trained) -> None:
    store = straight.training.store
    for changed in (
        edits.set_params(noisy_job.design, "dense", units=9),
        edits.set_data(noisy_job.design, {"source": {"kind": "iris"}, "split": {"seed": 5}}),
    ):
        with pytest.raises(InputError, match="changed since run"):
            start(changed, Path(), store, "project", straight.run, "cpu")


def test_a_run_is_loaded_to_look_at(straight: Trained) -> None:
    loaded = load_run(straight.training.store, straight.run, Path(), "cpu")
    rows = loaded.job.prepared.splits["test"]
    assert loaded.job.program.evaluate(loaded.state, rows) == straight.summary.test
    assert loaded.step == straight.summary.steps


def test_a_diverging_run_ends_so(temperature_job: Job, tmp_path: Path) -> None:
    design = with_recipe(temperature_job.design, optimizer="SGD", learning_rate=1e6, epochs=30)
    done = train(job_of(design), tmp_path)
    assert done.summary.stopped_by == "diverged"
    assert done.summary.epochs < 30
    assert done.run.status == "diverged"
    # What was before the step that failed is kept.
    assert (done.run.directory / WEIGHTS).is_file()
    assert done.run.summary["failure"]["step"] == done.summary.steps + 1
    assert isinstance(done.events[-1], Finished)


def test_a_full_disk_ends_the_run_with_an_explanation(
    iris_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "write_atomically", full)
    with pytest.raises(WorkError, match=r"could not be saved in .*No space left"):
        train(iris_job, tmp_path)


def test_a_failure_of_the_device_is_explained(
    iris_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import jax

    def exhausted(*_: object) -> None:
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes")

    monkeypatch.setattr(iris_job.program, "step", exhausted)
    with pytest.raises(WorkError, match="out of memory") as caught:
        train(iris_job, tmp_path)
    assert "batch size" in caught.value.hint
    assert [r.status for r in RunStore(tmp_path).runs()] == ["interrupted"]


@pytest.mark.parametrize("aside", [True, False])
def test_pauses_do_not_count_as_training_but_views_do(
    iris_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aside: bool
) -> None:
    clock = [0.0]

    def wait(training: Training) -> bool:
        clock[0] += 100.0
        training.aside_seconds += 100.0 if aside else 0.0
        return True

    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    monkeypatch.setattr(
        iris_job.program, "step", lambda state, rows: (clock.__setitem__(0, clock[0] + 1), state)[1]
    )
    store = RunStore(tmp_path)
    run = store.create("project", to_text(iris_job.design))
    training = Training(iris_job, store, run, fresh_state(iris_job.program))
    training.state = training.state._replace(samples=jnp.ones(()))
    monkeypatch.setattr(Training, "taken", lambda t: no_tallies(t.job.program.rules))
    run_training(training, lambda _: None, wait)
    # Between two epochs nothing is trained, whatever is done there.
    between_steps = training.step - training.epoch
    assert training.train_seconds == training.step + (0 if aside else 100 * between_steps)


def test_final_weights_hold_what_evaluation_needs(noisy_job: Job, straight: Trained) -> None:
    state = load_weights(straight.run.directory, noisy_job.program)
    rows = noisy_job.prepared.splits["validation"]
    evaluate = noisy_job.program.evaluate
    assert evaluate(state, rows) == evaluate(straight.training.state, rows)
    (straight.run.directory / WEIGHTS).rename(straight.run.directory / "aside")
    try:
        last = load_weights(straight.run.directory, noisy_job.program)
    finally:
        (straight.run.directory / "aside").rename(straight.run.directory / WEIGHTS)
    assert equal(last, straight.training.state)
    assert (straight.run.directory / CHECKPOINT).is_file()
    assert len(arrays_of(last)) == len(arrays_of(straight.training.state))


def test_training_needs_a_design_without_errors() -> None:
    with pytest.raises(InputError, match="there is no loss"):
        job_of(edits.remove(iris_mlp(), ["loss"]))
    with pytest.raises(InputError, match="no tpu"):
        Job.of(iris_mlp(), Path(), "tpu")
