"""Checkpoints are written beside the training, one at a time, and what goes wrong there is told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.design import edits
from core.errors import WorkError
from core.project.file import write_atomically
from core.project.runs import RunStore
from core.train import checkpoint, epoch, saving
from core.train.checkpoint import CHECKPOINT, load_checkpoint
from core.train.events import EpochEnd, Saved
from core.train.job import Job
from core.train.saver import Saver
from core.train.training import Training
from tests.training import Trained, equal, job_of, train

PATIENCE = 60.0


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are read after each step, and a checkpoint is taken whenever one can be."""
    monkeypatch.setattr(epoch, "READING_INTERVAL", -1.0)
    monkeypatch.setattr(saving, "INTERVAL", -1.0)
    monkeypatch.setattr(saving, "SHARE", float("inf"))


def test_the_saver_does_one_thing_at_a_time_and_raises_what_went_wrong() -> None:
    saver, may_end, order = Saver(), threading.Event(), []

    def slow() -> None:
        assert may_end.wait(PATIENCE)
        order.append("slow")

    def broken() -> None:
        order.append("broken")
        raise OSError(28, "No space left on device")

    saver.begin(slow)
    assert saver.busy
    saver.check()
    threading.Timer(0.01, may_end.set).start()
    saver.begin(broken)
    with pytest.raises(OSError, match="No space left"):
        saver.wait()
    assert order == ["slow", "broken"]
    assert not saver.busy
    saver.wait()


def test_training_goes_on_while_a_checkpoint_is_written(
    iris_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eager: None
) -> None:
    may_write = threading.Event()
    held: list[Path] = []

    def held_up(path: Path, content: bytes) -> None:
        held.append(path)
        assert may_write.wait(PATIENCE)
        write_atomically(path, content)

    monkeypatch.setattr(checkpoint, "write_atomically", held_up)

    def let_go(training: Training) -> bool:
        if training.progress > 1.5 and not may_write.is_set():
            # All that time one write was on its way, and no other was begun.
            assert len(held) == 1
            may_write.set()
        return True

    done = train(iris_job, tmp_path, let_go)
    kinds = [type(e) for e in done.events]
    assert kinds.index(EpochEnd) < kinds.index(Saved)
    assert len(held) > 1
    assert done.told(Saved)[-1].step == done.summary.steps


def test_a_disk_that_fills_up_ends_the_run_with_an_explanation(
    iris_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eager: None
) -> None:
    written: list[Path] = []

    def filling(path: Path, content: bytes) -> None:
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        written.append(path)
        write_atomically(path, content)

    def wait(training: Training) -> bool:
        training.saver.wait()
        return True

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "write_atomically", filling)
        with pytest.raises(WorkError, match=r"could not be saved in .*No space left"):
            train(iris_job, tmp_path, wait)
    run = RunStore(tmp_path).runs()[0]
    assert run.status == "interrupted"
    # The checkpoint before is unharmed.
    again = train(job_of(iris_job.design), tmp_path, resume=run)
    straight = train(job_of(iris_job.design), tmp_path / "straight")
    assert equal(again.training.state, straight.training.state)


@pytest.mark.parametrize("step", [0, 1, 3, 7, 9, 20])
def test_every_checkpoint_leads_to_the_same_end(
    noisy_job: Job, straight: Trained, tmp_path: Path, eager: None, step: int
) -> None:
    """Stopped at a step by an error, so that nothing is saved in the end, then resumed."""

    def stop(training: Training) -> bool:
        training.saver.wait()
        if training.step == step or (step == 0 and training.step == 1):
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        train(noisy_job, tmp_path, stop)
    run = RunStore(tmp_path).runs()[0]
    _, place, sums = load_checkpoint(run.directory, job_of(noisy_job.design).program)
    assert step - 1 <= place.step <= max(step, 1)
    counts = {float(tally.count) for tally in sums.values()}
    per_epoch = noisy_job.program.steps_per_epoch
    assert place.batch == place.step % per_epoch or place.batch == per_epoch
    assert (
        counts == {float(noisy_job.program.batch_size * place.batch)}
        or place.batch >= per_epoch - 1
    )
    again = train(job_of(noisy_job.design), tmp_path, resume=run)
    assert equal(again.training.state, straight.training.state)
    assert again.losses[-1] == pytest.approx(straight.losses[-1], rel=1e-6)
    assert (run.directory / CHECKPOINT).is_file()


def test_other_batches_begin_the_epoch_anew(noisy_job: Job, tmp_path: Path) -> None:
    per_epoch = noisy_job.program.steps_per_epoch
    first = train(noisy_job, tmp_path, lambda t: t.step < per_epoch + 2)
    recipe = {**noisy_job.design.recipe, "batch_size": 35}
    other = job_of(edits.set_recipe(noisy_job.design, recipe))
    again = train(other, tmp_path, resume=first.run)
    assert (again.summary.epochs, again.summary.steps) == (5, per_epoch + 2 + 4 * 3)
