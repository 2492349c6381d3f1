"""A real worker process: what it is told, what it tells, and that it may die."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from core.design.document import Design
from core.project.file import to_text
from core.project.moments import Moment
from core.project.runs import RunStore
from core.train.asks import Answered, Ask, Asked, NotAnswered
from core.train.commands import (
    Command,
    Continue,
    LoadRun,
    Pause,
    SetRate,
    Shutdown,
    StepOnce,
    Stop,
    Survey,
    Train,
    Watch,
)
from core.train.events import (
    Compiled,
    EpochEnd,
    Event,
    Failed,
    Finished,
    Kept,
    Loaded,
    Paused,
    Progress,
    RateChanged,
    Ready,
    Saved,
    Started,
    Surveyed,
    View,
)
from core.train.job import Job
from core.train.optimizers.adam import Adam
from core.train.state import State
from core.train.worker import main
from tests.designs import iris_mlp, with_recipe

PATIENCE = 120.0
# The learning rate of Adam, which ``iris_mlp`` is trained with.
RATE = Adam().learning_rate


def noisy_main(pipe: Connection) -> None:
    """A worker whose process prints what a library might."""
    os.write(1, b"written to standard output\n")
    print("printed before the worker begins")
    main(pipe)
    print("printed after the worker ended")


def unable_main(pipe: Connection) -> None:
    """A worker that cannot survey."""
    from core.train.job import Job

    def fail(*_: object) -> Surveyed:
        raise RuntimeError("out of luck")

    Job.survey = fail  # type: ignore[method-assign]
    main(pipe)


class WorkerProcess:
    """A spawned worker and our end of its pipe."""

    def __init__(self, target: Callable[[Connection], None] = main) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=target, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def send(self, *commands: Command) -> None:
        for command in commands:
            self.pipe.send(command)

    def until(self, kind: type[Event]) -> list[Event]:
        """Everything told up to the first event of a kind."""
        told: list[Event] = []
        while not told or not isinstance(told[-1], kind):
            assert self.pipe.poll(PATIENCE), f"no {kind.__name__} after {told[-3:]}"
            told.append(self.pipe.recv())
        return told

    def view_of(self, node: str) -> View:
        """The next view of a node; views of another one may still be on their way."""
        while True:
            view = self.until(View)[-1]
            if isinstance(view, View) and view.node == node:
                return view

    def silent(self) -> bool:
        """Whether the worker tells nothing for a while."""
        return not self.pipe.poll(0.3)

    def end(self) -> None:
        if self.process.is_alive():
            self.process.kill()
        self.process.join(PATIENCE)
        self.pipe.close()


@pytest.fixture(scope="module")
def warm() -> Iterator[WorkerProcess]:
    """One process for all tests that leave it idle."""
    worker = WorkerProcess(noisy_main)
    ready = worker.until(Ready)
    assert ready == [Ready("cpu:0", ("cpu",))]
    yield worker
    worker.send(Shutdown())
    worker.process.join(PATIENCE)
    assert worker.process.exitcode == 0
    worker.end()


def train(design: Design, store: Path, resume: str = "") -> Train:
    return Train(to_text(design), str(store), str(store), "project", resume, "cpu")


def long() -> Design:
    """A run that goes on until somebody stops it."""
    return with_recipe(iris_mlp(), epochs=1_000_000, batch_size=8)


def kinds(events: list[Event], *left_out: type[Event]) -> list[str]:
    """What was told; which weights are kept is told whenever they are written."""
    return [type(e).__name__ for e in events if not isinstance(e, (*left_out, Kept))]


@dataclass(frozen=True)
class Norm(Ask):
    """The norm of all weights."""

    def answer(self, job: Job, state: State, step: int) -> float:
        return float(sum((p**2).sum() for p in state.params) ** 0.5)


@dataclass(frozen=True)
class OfTraining(Norm):
    """The same, as if it needed more than weights."""

    of_training = True


def test_it_trains_and_tells_in_order(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(train(iris_mlp(), tmp_path))
    told = warm.until(Finished)
    ends = ["EpochEnd", "EpochEnd", "Finished"]
    assert kinds(told, Progress, Saved) == ["Started", "Compiled", *ends]
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert (finished.summary.epochs, finished.summary.stopped_by) == (2, "epochs")
    run = RunStore(tmp_path).get(finished.summary.run)
    assert run.status == "epochs"
    assert run.project == "project"


def test_a_run_is_loaded_and_looked_at(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(train(iris_mlp(), tmp_path))
    finished = warm.until(Finished)[-1]
    assert isinstance(finished, Finished)
    warm.send(LoadRun(str(tmp_path), str(tmp_path), finished.summary.run))
    assert warm.until(Loaded)[-1] == Loaded(finished.summary.run)
    for node, shape in (("dense", (8,)), ("dense_2", (3,))):
        warm.send(Watch(node, 4))
        view = warm.view_of(node)
        assert (view.row, view.step) == (4, finished.summary.steps)
        assert view.activation is not None
        assert view.activation.shape == shape
        assert isinstance(view.saliency, np.ndarray)


def test_an_earlier_step_is_looked_at(warm: WorkerProcess, tmp_path: Path) -> None:
    """While training and after it; the views of now go on when they are asked for."""
    warm.send(Watch("dense_2", 0, every=0.0), train(long(), tmp_path))
    kept = warm.until(Kept)[-1]
    assert isinstance(kept, Kept)
    assert kept.moments == (Moment(0, 0.0),)
    warm.until(EpochEnd)
    warm.send(Watch("dense_2", 0, at=0), Asked("norm", Norm(), at=0))
    told = warm.until(Answered)
    while not any(isinstance(e, View) and e.at == 0 for e in told):
        told += warm.until(View)
    replayed = next(e for e in told if isinstance(e, View) and e.at == 0)
    answered = next(e for e in told if isinstance(e, Answered))
    assert (replayed.step, answered.step, answered.at) == (0, 0, 0)
    warm.until(EpochEnd)
    # It looks the same the next time, so it is told once.
    assert not [e for e in warm.until(EpochEnd) if isinstance(e, View)]
    warm.send(Stop())
    warm.until(Finished)
    again = warm.until(View)[-1]
    assert isinstance(again, View)
    np.testing.assert_array_equal(again.activation, replayed.activation)
    warm.send(Watch("dense_2", 0), Asked("norm", Norm()))
    live, norm = warm.until(View)[-1], warm.until(Answered)[-1]
    assert isinstance(live, View)
    assert isinstance(norm, Answered)
    assert (live.at, norm.at) == (None, None)
    assert live.step == norm.step > 0
    assert norm.answer != answered.answer
    assert not np.array_equal(live.activation, replayed.activation)
    warm.send(Watch("dense_2", 0, at=1), Asked("norm", Norm(), at=1))
    assert "step 1 are not kept" in warm.until(Failed)[-1].message
    refused = warm.until(NotAnswered)[-1]
    assert isinstance(refused, NotAnswered)
    assert refused.at == 1
    warm.send(Asked("norm", OfTraining(), at=0))
    assert "optimizers' state" in warm.until(NotAnswered)[-1].message
    warm.send(Watch("dense", 0))


def test_pause_continue_watch_and_stop(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(Watch("dense", 0), train(long(), tmp_path))
    warm.until(EpochEnd)
    warm.until(View)
    warm.send(Pause())
    warm.until(Paused)
    assert warm.silent()
    warm.send(Watch("dense_2", 1))
    view = warm.until(View)[-1]
    assert isinstance(view, View)
    assert (view.node, view.row) == ("dense_2", 1)
    assert warm.silent()
    warm.send(Continue())
    assert kinds(warm.until(EpochEnd), View, Progress, Saved) == ["Continued", "EpochEnd"]
    warm.send(Stop())
    finished = warm.until(Finished)[-1]
    assert isinstance(finished, Finished)
    assert finished.summary.stopped_by == "interrupted"
    assert RunStore(tmp_path).runs()[0].status == "interrupted"


def test_it_can_be_stopped_while_paused(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(train(long(), tmp_path))
    warm.until(Compiled)
    warm.send(Pause())
    warm.until(Paused)
    warm.send(Pause(), Stop())
    assert kinds(warm.until(Finished), Saved) == ["Finished"]


def test_nodes_are_surveyed_while_training_and_at_its_end(
    warm: WorkerProcess, tmp_path: Path
) -> None:
    warm.send(Watch("dense", 0), Survey(0.05, ("dense_2",)), train(long(), tmp_path))
    warm.until(Started)
    first, second = warm.until(Surveyed)[-1], warm.until(Surveyed)[-1]
    for found in (first, second):
        assert isinstance(found, Surveyed)
        assert set(found.gradients) == {"dense", "dense_2"}
        assert {node: value.shape for node, value in found.outputs.items()} == {"dense_2": (3,)}
    assert isinstance(first, Surveyed)
    assert isinstance(second, Surveyed)
    assert 0 < first.step < second.step
    warm.send(Stop())
    finished = warm.until(Finished)[-1]
    last = warm.until(Surveyed)[-1]
    assert isinstance(finished, Finished)
    assert isinstance(last, Surveyed)
    assert last.step == finished.summary.steps
    warm.send(Survey(0.05, ("dense",)))
    again = warm.until(Surveyed)[-1]
    assert isinstance(again, Surveyed)
    assert (set(again.outputs), again.step) == ({"dense"}, last.step)
    recorded = [
        p for p in RunStore(tmp_path).points(RunStore(tmp_path).runs()[0]) if p.step == last.step
    ]
    # However often it is looked at, it is recorded once.
    assert [p.name for p in recorded].count("dense.weight_norm") == 1
    warm.send(Survey(0.0))
    assert warm.silent()


def test_a_paused_run_is_surveyed_when_asked(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(train(long(), tmp_path))
    warm.until(EpochEnd)
    warm.send(Pause())
    warm.until(Paused)
    warm.send(Survey(1.0))
    found = warm.until(Surveyed)[-1]
    assert isinstance(found, Surveyed)
    warm.send(Survey(0.0), Stop())
    assert not [e for e in warm.until(Finished) if isinstance(e, Surveyed)]


def test_a_survey_that_fails_ends_no_run(tmp_path: Path) -> None:
    worker = WorkerProcess(unable_main)
    worker.send(Survey(1.0), train(iris_mlp(), tmp_path))
    worker.until(Finished)
    failed = worker.until(Failed)[-1]
    assert isinstance(failed, Failed)
    assert (failed.ends_run, "out of luck" in failed.message) == (False, True)
    worker.send(train(iris_mlp(), tmp_path))
    assert not [e for e in worker.until(Finished) if isinstance(e, Failed)]
    worker.end()


def test_commands_that_come_too_late_are_passed_over(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(Stop(), Pause(), Continue(), train(iris_mlp(), tmp_path))
    told = warm.until(Finished)
    assert not {"Paused", "Continued", "Failed"} & set(kinds(told))
    assert isinstance(told[-1], Finished)
    assert told[-1].summary.stopped_by == "epochs"


def test_wrong_input_is_told_and_the_process_goes_on(warm: WorkerProcess, tmp_path: Path) -> None:
    wrong = (
        Train("{", str(tmp_path), str(tmp_path), "here.loom"),
        train(Design(), tmp_path),
        LoadRun(str(tmp_path), str(tmp_path), "nothing"),
        train(iris_mlp(), tmp_path, resume="nothing"),
    )
    parts = ("here.loom is not", "the design is empty", "no run 'nothing'", "no run 'nothing'")
    for command, part in zip(wrong, parts, strict=True):
        warm.send(command)
        failed = warm.until(Failed)[-1]
        assert isinstance(failed, Failed)
        assert part in failed.message
        # A run that cannot be looked at must not end the one that was begun meanwhile.
        assert failed.ends_run == isinstance(command, Train)
        assert failed.hint
        assert failed.detail == ""
    assert warm.process.is_alive()


@pytest.mark.parametrize("paused", [False, True])
def test_a_killed_process_is_replaced_and_the_run_goes_on(tmp_path: Path, paused: bool) -> None:
    first = WorkerProcess()
    first.send(train(long(), tmp_path))
    for _ in range(3):
        saved = first.until(Saved)[-1]
    if paused:
        first.send(Pause())
        saved = next(e for e in reversed(first.until(Paused)) if isinstance(e, Saved))
    first.process.kill()
    first.process.join(PATIENCE)
    first.end()
    run = RunStore(tmp_path).runs()[0]
    assert run.status == "interrupted"
    assert isinstance(saved, Saved)

    second = WorkerProcess()
    second.send(train(long(), tmp_path, resume=run.id))
    started = second.until(Started)[-1]
    assert isinstance(started, Started)
    assert started.run == run.id
    assert started.step >= saved.step
    if paused:
        assert started.step == saved.step
    end = second.until(EpochEnd)[-1]
    assert isinstance(end, EpochEnd)
    assert end.epoch == started.epoch + 1
    second.send(Shutdown())
    second.process.join(PATIENCE)
    assert second.process.exitcode == 0
    second.end()


def paused_run(worker: WorkerProcess, store: Path, design: Design) -> int:
    """Train a design until it is paused; returns the steps done."""
    worker.send(train(design, store))
    worker.until(EpochEnd)
    worker.send(Pause())
    saved = next(e for e in reversed(worker.until(Paused)) if isinstance(e, Saved))
    return saved.step


def test_single_steps_are_shown_and_the_run_stays_paused(
    warm: WorkerProcess, tmp_path: Path
) -> None:
    warm.send(Watch("dense", 0), Survey(1.0))
    step = paused_run(warm, tmp_path, long())
    for number in range(1, 9):
        warm.send(StepOnce())
        # The survey is the last of what a step shows.
        told = warm.until(Surveyed)
        (progress,) = (e for e in told if isinstance(e, Progress))
        views = [e.step for e in told if isinstance(e, View)]
        assert progress.step == step + number
        assert views[-1] == step + number
        assert told[-1].step == step + number
        assert np.isfinite(progress.train["loss"])
    assert warm.silent()
    warm.send(Survey(0.0), Stop())
    finished = warm.until(Finished)[-1]
    assert isinstance(finished, Finished)
    assert finished.summary.steps == step + 8


def test_the_rate_is_changed_while_running_and_while_paused(
    warm: WorkerProcess, tmp_path: Path
) -> None:
    warm.send(train(long(), tmp_path))
    progress = warm.until(Progress)[-1]
    assert isinstance(progress, Progress)
    assert progress.learning_rate == pytest.approx(RATE)
    warm.send(SetRate(factor=0.5))
    changed = warm.until(RateChanged)[-1]
    assert isinstance(changed, RateChanged)
    assert (changed.rate, changed.factor) == pytest.approx((RATE / 2, 0.5))
    warm.send(Pause())
    warm.until(Paused)
    warm.send(SetRate(rate=0.01), SetRate(rate=-1.0))
    changed = warm.until(RateChanged)[-1]
    assert isinstance(changed, RateChanged)
    assert (changed.rate, changed.factor) == pytest.approx((0.01, 0.01 / RATE))
    failed = warm.until(Failed)[-1]
    assert isinstance(failed, Failed)
    assert not failed.ends_run
    assert "above 0" in failed.message
    warm.send(StepOnce())
    after = warm.until(Progress)[-1]
    assert isinstance(after, Progress)
    assert after.learning_rate == pytest.approx(0.01)
    warm.send(Stop())
    warm.until(Finished)
    store = RunStore(tmp_path)
    points = store.points(store.runs()[0])
    assert [p.value for p in points if p.series == "control"] == pytest.approx([RATE / 2, 0.01])
    rates = [p.value for p in points if (p.series, p.name) == ("step", "learning_rate")]
    assert rates[0] == pytest.approx(RATE)
    assert rates[-1] == pytest.approx(0.01)


def test_it_ends_when_the_window_is_gone() -> None:
    worker = WorkerProcess()
    worker.until(Ready)
    worker.pipe.close()
    worker.process.join(PATIENCE)
    assert worker.process.exitcode == 0
