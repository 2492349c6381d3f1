"""A training in a real worker process waits, goes on, and is changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.design.document import Design
from core.project.runs import RunStore
from core.train.commands import (
    Continue,
    Pause,
    SetRate,
    StepOnce,
    Stop,
    Survey,
    Watch,
)
from core.train.events import (
    Compiled,
    EpochEnd,
    Failed,
    Finished,
    Paused,
    Progress,
    RateChanged,
    Saved,
    Surveyed,
    View,
)
from core.train.optimizers.adam import Adam
from tests.core.train.worker_process import WorkerProcess, kinds, long, train

# The learning rate of Adam, which ``iris_mlp`` is trained with.
RATE = Adam().learning_rate


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
