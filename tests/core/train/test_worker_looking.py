"""What a real worker process shows of a network: views, surveys, earlier steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from core.project.moments import Moment
from core.project.runs import RunStore
from core.train.asks import Answered, Ask, Asked, NotAnswered, Withdraw
from core.train.commands import (
    Pause,
    SetBudget,
    Stop,
    Survey,
    Watch,
)
from core.train.events import (
    EpochEnd,
    Failed,
    Finished,
    Kept,
    Looked,
    Paused,
    Started,
    Surveyed,
    View,
)
from core.train.job import Job
from core.train.pieces import stand_aside
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
class Endless(Ask):
    """What is computed until nobody wants it any more."""

    in_pieces = True

    def answer(self, job: Job, state: State, step: int) -> float:
        while True:
            stand_aside()


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
    warm.send(Watch("dense_2", 0, at=10**9), Asked("norm", Norm(), at=10**9))
    assert "step 1,000,000,000 are not kept" in warm.until(Failed)[-1].message
    refused = warm.until(NotAnswered)[-1]
    assert isinstance(refused, NotAnswered)
    assert refused.at == 10**9
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


def test_steps_go_on_while_a_long_answer_is_computed(warm: WorkerProcess, tmp_path: Path) -> None:
    """A newer question takes its place, while training, paused, and after the run."""
    warm.send(train(long(), tmp_path))
    warm.until(EpochEnd)
    warm.send(Asked("asked", Endless()), Asked("norm", Norm()))
    warm.until(Answered)
    ends = [warm.until(EpochEnd)[-1] for _ in range(3)]
    steps = [end.step for end in ends if isinstance(end, EpochEnd)]
    assert steps[0] < steps[1] < steps[2]
    warm.send(Asked("asked", Norm()))
    newer = warm.until(Answered)[-1]
    assert isinstance(newer, Answered)
    assert newer.ask == Norm()
    warm.send(Pause(), Asked("asked", Endless()), Asked("asked", Norm()))
    warm.until(Paused)
    warm.until(Answered)
    warm.send(Asked("asked", Endless()), Stop())
    warm.until(Finished)
    warm.send(Asked("norm", Norm()))
    warm.until(Answered)
    warm.send(Withdraw("asked"))
    # What is computed for nobody does not hold up the next run, and is told of to nobody.
    warm.send(Asked("other", Endless()), train(iris_mlp(), tmp_path))
    told = warm.until(Finished)
    assert [e.topic for e in told if isinstance(e, NotAnswered)] == ["other"]


def test_the_budget_is_obeyed_at_once(warm: WorkerProcess, tmp_path: Path) -> None:
    warm.send(SetBudget(0.0), Watch("dense", 0, every=0.0), Survey(0.01))
    warm.send(train(long(), tmp_path))
    warm.until(Started)
    warm.send(Asked("live", Norm(), patient=True))
    told = warm.until(Looked) + warm.until(EpochEnd) + warm.until(Looked)
    assert not [e for e in told if isinstance(e, View | Surveyed | Answered)]
    first, account = (e for e in told if isinstance(e, Looked))
    # The first weights of a run are kept whatever is looked at.
    assert (account.share, account.looking) == (0.0, first.looking)
    warm.send(Asked("live", Norm(), patient=True), SetBudget(math.inf))
    for kind in (View, Answered, Surveyed):
        warm.until(kind)
    account = warm.until(Looked)[-1]
    assert isinstance(account, Looked)
    assert account.share == math.inf
    assert 0 < account.looking < account.seconds
    assert account.compiling > 0
    warm.send(SetBudget(0.03), Survey(0.0), Stop())
    warm.until(Finished)
