"""A real worker process: what it is told, what it tells, and that it may die."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.design.document import Design
from core.project.runs import RunStore
from core.train.commands import (
    Continue,
    LoadRun,
    Pause,
    Shutdown,
    Stop,
    Train,
    Watch,
)
from core.train.events import (
    EpochEnd,
    Failed,
    Finished,
    Loaded,
    Paused,
    Progress,
    Ready,
    Saved,
    Started,
    View,
)
from tests.core.train.worker_process import PATIENCE, WorkerProcess, kinds, long, train
from tests.designs import iris_mlp


def test_it_trains_and_tells_in_order(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(train(iris_mlp(), tmp_path))
    told = warm.until(Finished)
    ends = ["EpochEnd", "EpochEnd", "Finished"]
    assert kinds(told, Progress, Saved, View) == ["Started", "Compiled", *ends]
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


def test_it_ends_when_the_window_is_gone() -> None:
    worker = WorkerProcess()
    worker.until(Ready)
    worker.pipe.close()
    worker.process.join(PATIENCE)
    assert worker.process.exitcode == 0
