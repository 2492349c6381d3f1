"""The learning rate during a run: what is told of it, and how users and plateaus change it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import optax
import pytest
import torch

from core.design import edits
from core.errors import InputError
from core.project.file import to_text
from core.train import epoch
from core.train.commands import SetRate
from core.train.events import EpochEnd, Progress
from core.train.job import Job
from core.train.program import Program
from core.train.rates import present_rate, set_rate
from core.train.training import Training
from tests.designs import iris_mlp, noisy_mlp, recipe
from tests.training import Trained, equal, fresh_state, job_of, params_of, train


@pytest.fixture(autouse=True)
def every_step_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epoch, "READING_INTERVAL", -1.0)


def job_with(**values: Any) -> Job:
    given = {**recipe(epochs=4, optimizer="SGD", learning_rate=0.2), **values}
    return job_of(edits.set_recipe(iris_mlp(), given))


def rates(done: Trained) -> list[float]:
    return [e.learning_rate for e in done.told(Progress)]


COSINE = {"kind": "Cosine", "warmup_epochs": 1.0}


def optax_cosine(updates: int, warmup: int) -> Any:
    return optax.warmup_cosine_decay_schedule(0.0, 0.2, warmup, updates)


def test_the_rate_that_is_told_is_that_of_optax(tmp_path: Path) -> None:
    done = train(job_with(schedule=COSINE), tmp_path)
    wanted = optax_cosine(28, 7)
    assert rates(done) == pytest.approx([float(wanted(n)) for n in range(1, 29)], abs=1e-6)
    recorded = [p for p in done.training.store.points(done.run) if p.name == "learning_rate"]
    assert [p.value for p in recorded] == rates(done)
    assert {p.series for p in recorded} == {"step"}


def test_updates_count_where_gradients_are_accumulated(tmp_path: Path) -> None:
    done = train(job_with(schedule=COSINE, accumulate=2), tmp_path)
    wanted = optax_cosine(14, 4)
    found = [float(wanted(n // 2)) for n in range(1, 29)]
    assert rates(done) == pytest.approx(found, abs=1e-6)


def test_each_stage_has_its_own_schedule(tmp_path: Path) -> None:
    done = train(
        job_with(schedule={"kind": "Cosine"}, stages=[{"epochs": 1}, {"epochs": 2}]), tmp_path
    )
    parts = [optax.cosine_decay_schedule(0.2, 7 * n) for n in (1, 2)]
    wanted = [float(parts[0](n)) for n in range(1, 8)] + [float(parts[1](n)) for n in range(1, 15)]
    assert rates(done) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("kind", ["SGD", "Adam", "RMSprop", "Lion"])
def test_a_factor_gives_what_a_recipe_with_that_rate_gives(tmp_path: Path, kind: str) -> None:
    slow = job_with(optimizer={"kind": kind, "learning_rate": 0.01})
    wanted = train(slow, tmp_path / "wanted")
    fast = job_with(optimizer={"kind": kind, "learning_rate": 0.04})
    store = wanted.training.store
    run = store.create("project", to_text(fast.design))
    training = Training(fast, store, run, fresh_state(fast.program))
    told = set_rate(training, SetRate(factor=0.25))
    assert (told.rate, told.factor) == pytest.approx((0.01, 0.25))
    found = Trained(training)
    for name, value in params_of(fast.program, found.training.state).items():
        other = params_of(slow.program, wanted.training.state)[name]
        np.testing.assert_allclose(value, other, rtol=2e-4, atol=2e-5)


def test_an_absolute_rate_is_met_and_the_schedule_goes_on(tmp_path: Path) -> None:
    def change(training: Training) -> bool:
        if training.step == 10:
            assert set_rate(training, SetRate(rate=0.5)).rate == pytest.approx(0.5)
            assert present_rate(training) == pytest.approx(0.5)
        return True

    done = train(job_with(schedule=COSINE), tmp_path, change)
    schedule = optax_cosine(28, 7)
    factor = 0.5 / float(schedule(10))
    wanted = [float(schedule(n)) * (factor if n > 10 else 1.0) for n in range(1, 29)]
    assert rates(done) == pytest.approx(wanted, abs=1e-5)
    control = [p for p in done.training.store.points(done.run) if p.series == "control"]
    assert [(p.step, p.name, p.value) for p in control] == [
        (10, "learning_rate", pytest.approx(0.5))
    ]


def test_rates_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    job = job_with(schedule=COSINE)
    done = train(job, tmp_path, lambda t: t.step < 3)
    for wrong in (SetRate(rate=0.0), SetRate(rate=-1.0), SetRate(factor=float("nan"))):
        with pytest.raises(InputError, match="must be above 0"):
            set_rate(done.training, wrong)
    assert done.training.factor == 1.0
    fresh = Training(
        job_with(schedule=COSINE), done.training.store, done.run, job_with().program.initial_state()
    )
    with pytest.raises(InputError, match="rate is 0 at this step"):
        set_rate(fresh, SetRate(rate=0.1))


def test_a_changed_rate_is_kept_over_a_resume_to_the_bit(tmp_path: Path) -> None:
    values = recipe(epochs=4, optimizer="Adam", learning_rate=0.02, schedule=COSINE)
    design = edits.set_recipe(noisy_mlp(), values)

    def change(training: Training) -> bool:
        if training.step == 10 and training.factor == 1.0:
            set_rate(training, SetRate(factor=0.3))
        return True

    straight = train(job_of(design), tmp_path / "straight", change)
    first = train(job_of(design), tmp_path / "broken", lambda t: change(t) and t.step < 12)
    second = train(job_of(design), tmp_path / "broken", resume=first.run)
    assert second.training.factor == pytest.approx(0.3)
    assert equal(second.training.state, straight.training.state)
    unchanged = train(job_of(design), tmp_path / "unchanged")
    assert not equal(unchanged.training.state, straight.training.state)


def test_a_plateau_reduces_the_rate_after_the_epochs_that_brought_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = [1.0, 0.9, 0.9, 0.9, 0.5, 0.5, 0.5, 0.5]
    job = job_with(
        epochs=8,
        schedule={"kind": "Plateau", "factor": 0.5, "patience": 1, "minimum_change": 0.01},
    )
    real, left = Program.evaluate, list(losses)

    def evaluate(program: Program, state: Any, rows: np.ndarray) -> dict[str, float]:
        watched = rows is job.prepared.splits["validation"] and left
        return {**real(program, state, rows), **({"loss": left.pop(0)} if watched else {})}

    monkeypatch.setattr(Program, "evaluate", evaluate)
    done = train(job, tmp_path)
    assert len(done.told(EpochEnd)) == 8
    per_epoch = [rates(done)[7 * n] for n in range(8)]
    # The third and fourth epoch were no better than the second; the sixth and seventh than the
    # fifth. PyTorch's ReduceLROnPlateau does the same with these numbers.
    weight = torch.nn.Parameter(torch.zeros(1))
    sgd = torch.optim.SGD([weight], lr=0.2)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        sgd, factor=0.5, patience=1, threshold=0.01, threshold_mode="abs"
    )
    wanted = []
    for loss in losses:
        wanted.append(sgd.param_groups[0]["lr"])
        plateau.step(loss)
    assert per_epoch == pytest.approx(wanted)
    assert wanted[-1] < 0.2
