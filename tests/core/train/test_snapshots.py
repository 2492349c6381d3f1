"""Weights of some steps of a run: which are kept, and that they compute what was computed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.design import edits
from core.errors import InputError
from core.project import moments
from core.project.file import to_text
from core.project.moments import Moment, path_of, thinned
from core.project.run_acts import delete
from core.project.runs import RunStore
from core.train import epoch, snapshots
from core.train.events import Kept, View
from core.train.job import Job
from core.train.recall import Recall
from core.train.saver import Saver
from core.train.snapshots import recalled
from core.train.training import Training
from tests.designs import add, chain, iris_mlp, wire
from tests.training import Trained, fresh_state, go_on, job_of, train


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are read after each step, and weights are kept whenever they are far enough.

    Each write is waited for, so that a busy disk leaves none out.
    """
    monkeypatch.setattr(Saver, "begin", lambda _, write: write())
    monkeypatch.setattr(epoch, "READING_INTERVAL", -1.0)
    monkeypatch.setattr(snapshots, "INTERVAL", -1.0)
    monkeypatch.setattr(snapshots, "COPY_SHARE", float("inf"))
    monkeypatch.setattr(snapshots, "WRITE_SHARE", float("inf"))


def steps_on_disk(directory: Path) -> list[int]:
    return [m.step for m in moments.moments(directory).found]


@given(count=st.integers(1, 2000), most=st.integers(2, 60))
def test_thinning_keeps_the_first_the_newest_and_an_even_spacing(count: int, most: int) -> None:
    kept: list[Moment] = []
    stride = 1
    for step in range(count):
        if kept and step - kept[-1].step < stride:
            continue
        before = len(kept) + 1
        kept = thinned([*kept, Moment(step, step / 10)], most)
        assert len(kept) <= most
        assert (kept[0].step, kept[-1].step) == (0, step)
        if len(kept) < before:
            stride = -(-(kept[-1].step - kept[0].step) // (len(kept) - 1))
    gaps = [after.step - one.step for one, after in pairwise(kept)]
    assert not gaps or max(gaps) <= 4 * np.mean(gaps)
    assert most < 4 or len(kept) >= min(count, most) // 3


def test_a_run_keeps_few_moments_and_says_which(
    noisy_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eager: None
) -> None:
    monkeypatch.setattr(snapshots, "MOST", 6)
    trained = train(noisy_job, tmp_path)
    told = trained.told(Kept)
    for event in told:
        assert 1 <= len(event.moments) <= 6
        assert event.moments[0] == Moment(0, 0.0)
    last = [m.step for m in told[-1].moments]
    assert last == sorted(set(last)) == steps_on_disk(trained.run.directory)
    assert last[-1] == trained.summary.steps
    assert len(last) >= 3
    each = noisy_job.program.steps_per_epoch
    assert all(m.epoch == pytest.approx(m.step / each) for m in told[-1].moments)


def test_a_run_keeps_no_more_bytes_than_it_may(
    noisy_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eager: None
) -> None:
    once = train(noisy_job, tmp_path / "once")
    size = path_of(once.run.directory, 0).stat().st_size
    monkeypatch.setattr(snapshots, "MOST_BYTES", 4 * size)
    trained = train(noisy_job, tmp_path / "few")
    files = list((trained.run.directory / moments.FOLDER).iterdir())
    assert len(files) >= 2
    # The heads of the files are not counted.
    assert sum(f.stat().st_size for f in files) < 10 * size
    monkeypatch.setattr(snapshots, "MOST_BYTES", size // 4)
    none = train(noisy_job, tmp_path / "none")
    assert steps_on_disk(none.run.directory) == []
    assert "too large" in none.told(Kept)[-1].note


@pytest.mark.parametrize("options", [{}, {"ema_decay": 0.9}], ids=["plain", "average"])
def test_what_is_replayed_is_what_was_computed(
    tmp_path: Path, eager: None, noisy_job: Job, options: dict[str, float]
) -> None:
    job = noisy_job
    if options:
        job = job_of(edits.set_recipe(iris_mlp(), {**iris_mlp().recipe, **options}))
    seen: dict[int, View] = {}

    def look(training: Training) -> bool:
        if training.step % 5 == 1 or training.step == 0:
            seen[training.step] = job.view(training.state, "dense_2", 3, training.step)
        return True

    trained = train(job, tmp_path, look)
    kept = [m.step for m in trained.training.snapshots.kept]
    both = [step for step in kept if step in seen]
    assert len(both) >= 2
    recall = Recall()
    shown = []
    for step in both:
        state, at = recall.state(trained.training, step)
        replayed = job.view(state, "dense_2", 3, at)
        assert replayed.step == step
        np.testing.assert_array_equal(replayed.activation, seen[step].activation)
        np.testing.assert_array_equal(replayed.saliency, seen[step].saliency)
        np.testing.assert_array_equal(replayed.probabilities, seen[step].probabilities)
        shown.append(replayed.activation)
    assert not np.array_equal(shown[0], shown[-1])
    assert recall.state(trained.training, None) == (trained.training.state, trained.training.step)


def test_a_moment_shares_nothing_with_the_training(
    noisy_job: Job, tmp_path: Path, eager: None
) -> None:
    """A step gives the state's memory up; what is looked at must outlive it."""
    trained = train(noisy_job, tmp_path, lambda t: t.step < 3)
    program = noisy_job.program
    state = fresh_state(program)
    replayed = recalled(trained.run.directory, program, state, 0)
    program.step(state, program.batches(0)[0])
    assert noisy_job.view(replayed, "dense", 0, 0).activation is not None


def test_a_resumed_run_goes_on_with_its_moments(
    noisy_job: Job, tmp_path: Path, eager: None
) -> None:
    first = train(noisy_job, tmp_path, lambda t: t.step < 12)
    before = steps_on_disk(first.run.directory)
    assert before[0] == 0
    assert before[-1] == 12
    # A training that was killed has moments that its checkpoint does not know of.
    later = path_of(first.run.directory, 999)
    later.write_bytes(path_of(first.run.directory, 12).read_bytes())
    second = train(noisy_job, tmp_path, go_on, first.run)
    after = steps_on_disk(second.run.directory)
    assert set(before) <= set(after)
    assert after[-1] == second.summary.steps
    assert not later.exists()


def test_damaged_and_missing_files_are_told_and_left_out(
    noisy_job: Job, tmp_path: Path, eager: None
) -> None:
    trained = train(noisy_job, tmp_path, lambda t: t.step < 8)
    directory = trained.run.directory
    steps = steps_on_disk(directory)
    whole = path_of(directory, steps[1]).read_bytes()
    path_of(directory, steps[1]).write_bytes(whole[:-7])
    path_of(directory, steps[2]).unlink()
    found = moments.moments(directory)
    assert [m.step for m in found.found] == [s for s in steps if s not in steps[1:3]]
    assert path_of(directory, steps[1]).name in found.note
    with pytest.raises(InputError, match="not kept any more"):
        Recall().state(trained.training, steps[2])
    with pytest.raises(InputError, match="damaged"):
        Recall().state(trained.training, steps[1])
    assert moments.moments(tmp_path / "nowhere") == moments.Moments()


def test_a_disk_that_refuses_ends_the_keeping_and_not_the_training(
    noisy_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eager: None
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots, "keep", refuse)
    trained = train(noisy_job, tmp_path)
    assert trained.summary.stopped_by == "epochs"
    (told,) = trained.told(Kept)
    assert told == Kept((), "No more weights are kept: No space left on device")


def test_moments_go_with_their_run(iris_job: Job, tmp_path: Path) -> None:
    """Also from a folder that was chosen for the run, where other files stay."""
    store = RunStore(tmp_path)
    run = store.create("project", to_text(iris_job.design), ".")
    trained = Trained(Training(iris_job, store, run, fresh_state(iris_job.program)))
    steps = steps_on_disk(tmp_path)
    assert (steps[0], steps[-1]) == (0, trained.summary.steps)
    own = tmp_path / moments.FOLDER / "notes.txt"
    own.write_text("mine")
    delete(store, trained.run)
    assert [p.name for p in (tmp_path / moments.FOLDER).iterdir()] == ["notes.txt"]


def test_a_layer_that_no_loss_of_the_stage_depends_on_has_no_gradient() -> None:
    """It was told as one of 0, which reads as a gradient that vanishes."""
    design = add(iris_mlp(), "Dense", "side", units=3)
    design = chain(design, "input", "side")
    design = add(design, "CrossEntropy", "other")
    design = wire(design, "side -> other.logits", "target -> other.target")
    stages = [{"epochs": 1, "losses": ["loss"]}, {"epochs": 1, "losses": ["other"]}]
    job = job_of(edits.set_recipe(design, {**design.recipe, "stages": stages}))
    state = fresh_state(job.program)
    first = job.survey(state, (), 0, 0)
    second = job.survey(job.program.enter(state, 1), (), 0, 0)
    assert set(first.gradients) == {"dense", "dense_2"}
    assert set(second.gradients) == {"side"}
    side = first.layers["side"]
    assert (side.gradient_norm, side.update_ratio) == (None, None)
    assert (side.weight_norm or 0) > 0
    assert (second.layers["side"].gradient_norm or 0) > 0
