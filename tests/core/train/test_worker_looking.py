"""What a real worker process shows of a network: views, surveys, earlier steps."""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from core.project.moments import Moment
from core.project.runs import RunStore
from core.train.asks import Answered, Ask, Asked, NotAnswered
from core.train.commands import (
    Pause,
    Stop,
    Survey,
    Watch,
)
from core.train.events import (
    EpochEnd,
    Failed,
    Finished,
    Kept,
    Paused,
    Started,
    Surveyed,
    View,
)
from core.train.job import Job
from core.train.state import State
from core.train.worker import main
from tests.core.train.worker_process import WorkerProcess, long, train
from tests.designs import iris_mlp


def unable_main(pipe: Connection) -> None:
    """A worker that cannot survey."""
    from core.train.job import Job

    def fail(*_: object) -> Surveyed:
        raise RuntimeError("out of luck")

    Job.survey = fail  # type: ignore[method-assign]
    main(pipe)


@dataclass(frozen=True)
class Norm(Ask):
    """The norm of all weights."""

    def answer(self, job: Job, state: State, step: int) -> float:
        return float(sum((p**2).sum() for p in state.params) ** 0.5)


@dataclass(frozen=True)
class OfTraining(Norm):
    """The same, as if it needed more than weights."""

    of_training = True


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
