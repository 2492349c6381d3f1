"""Figures are told after the first step; the step of an epoch's rest is compiled meanwhile."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.train.events import Progress
from tests.designs import iris_mlp, with_recipe
from tests.training import fresh_state, job_of, train


def test_the_first_step_is_told_at_once(tmp_path: Path) -> None:
    trained = train(job_of(with_recipe(iris_mlp(), epochs=2)), tmp_path)
    first = trained.told(Progress)[0]
    assert first.step == 1
    assert np.isfinite(first.train["loss"])


def test_steps_go_on_while_the_rest_is_compiled() -> None:
    job = job_of(with_recipe(iris_mlp(), epochs=2))
    program = job.program
    rest = program.epoch_samples % program.batch_size
    assert rest, "the last batch is to be a smaller one"
    program.compile(fresh_state(program))
    assert program.is_compiled(program.batch_size)
    assert not program.is_compiled(rest)
    state = fresh_state(program)
    for rows in program.batches(0):
        state = program.step(state, rows)
    assert program.is_compiled(rest)
    assert int(state.samples) == program.epoch_samples
