"""Trainings that diverge: where the first bad value came up, what is kept, what is offered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from safetensors.numpy import load_file

from core.design import edits
from core.design.document import Design
from core.train.checkpoint import WEIGHTS
from core.train.failure import REMEDIES, Failure
from core.train.job import Job
from core.train.recipe import Recipe
from core.train.summary import figures_json
from tests.designs import IRIS, Layer, add, classifier, iris_mlp, wire, with_recipe
from tests.training import Trained, fresh_state, job_of, params_of, train


def through(*layers: Layer) -> Design:
    """Layers between two dense ones on the iris flowers."""
    ends = (("Dense", {"units": 6}), *layers, ("Dense", {"units": 3}))
    return with_recipe(classifier(IRIS, *ends, x="features"), optimizer="SGD", learning_rate=0.05)


def through_expression(expression: str) -> Design:
    """An expression of x between two dense layers, the first with a ReLU."""
    design = add(through(("Activation", {"function": "relu"})), "Lambda", "lambda")
    design = edits.set_params(design, "lambda", expression=expression)
    return wire(design, "activation -> lambda.x", "lambda -> dense_2")


def failure_of(done: Trained) -> Failure:
    assert done.summary.stopped_by == done.run.status == "diverged"
    assert done.summary.failure is not None
    return done.summary.failure


def with_row(job: Job, column: str, row: int, value: float) -> None:
    """Put a value into a row of the data as it is on the device."""
    feed: Any = job.program.feed
    (node,) = (n for n, c in job.program.plan.feeds.items() if c == column)
    feed.data[node] = feed.data[node].at[row, 1].set(value)


def test_a_rate_that_is_far_too_high(temperature_job: Job, tmp_path: Path) -> None:
    design = with_recipe(temperature_job.design, optimizer="SGD", learning_rate=1e6, epochs=30)
    done = train(job_of(design), tmp_path)
    found = failure_of(done)
    assert found.name in ("dense", "loss")
    assert f"in step {done.summary.steps + 1} (epoch 1)" in found.message
    assert "Lower the learning rate" in found.hint
    assert found.remedies == ("halve_rate", "tenth_rate", "clip_norm")
    weights = load_file(done.run.directory / WEIGHTS)
    assert all(np.isfinite(values).all() for values in weights.values())
    assert figures_json(done.summary)["failure"]["name"] == found.name


def test_the_log_of_negative_numbers_is_found(tmp_path: Path) -> None:
    job = job_of(through_expression("log(x - 1)"))
    done = train(job, tmp_path)
    found = failure_of(done)
    assert (found.step, found.cause, found.node) == (1, "forward", "lambda")
    assert "the loss became NaN in step 1 (epoch 1): the output of lambda became NaN" in (
        found.message
    )
    assert "Clip" in found.hint
    assert found.remedies == ()
    before = params_of(job.program, fresh_state(job.program))
    for name, values in params_of(job.program, done.training.state).items():
        np.testing.assert_array_equal(values, before[name])


def test_one_bad_row_late_in_an_epoch_is_named(tmp_path: Path) -> None:
    job = job_of(through(("Activation", {"function": "relu"})))
    batches = job.program.batches(0)
    row = int(batches[-2][3])
    with_row(job, "features", row, np.nan)
    done = train(job, tmp_path)
    found = failure_of(done)
    assert (found.cause, found.node) == ("data", "input")
    assert found.step == len(batches) - 1
    assert f"the column 'features' has the value nan in row {row}, position [1]" in found.message


def test_a_column_of_huge_values_is_named(tmp_path: Path) -> None:
    job = job_of(through(("Activation", {"function": "relu"})))
    feed: Any = job.program.feed
    feed.data["input"] = feed.data["input"] * 1e30
    found = failure_of(train(job, tmp_path))
    assert found.cause == "forward"
    assert "Standardise the column 'features': it holds values up to" in found.hint


def test_the_state_before_the_failure_is_kept_to_the_bit(tmp_path: Path) -> None:
    clean = job_of(through(("Activation", {"function": "relu"}), ("Dropout", {"rate": 0.2})))
    row = int(clean.program.batches(0)[-2][0])
    count = clean.program.steps_per_epoch - 2
    stopped = train(clean, tmp_path / "stopped", lambda t: t.step < count)
    with_row(clean, "features", row, np.nan)
    failed = train(clean, tmp_path / "failed")
    assert failed.summary.steps == stopped.summary.steps == count
    wanted = params_of(clean.program, stopped.training.state)
    for name, values in params_of(clean.program, failed.training.state).items():
        np.testing.assert_array_equal(values, wanted[name])


def test_a_run_that_is_stopped_between_two_readings_keeps_no_bad_weights(tmp_path: Path) -> None:
    job = job_of(through_expression("log(x - 1)"))
    done = train(job, tmp_path, lambda t: t.step < 2)
    assert failure_of(done).step == 1
    assert done.summary.steps == 0


def test_a_gradient_that_is_not_finite_is_traced_to_the_node_nearest_the_loss(
    tmp_path: Path,
) -> None:
    found = failure_of(train(job_of(through_expression("sqrt(x - x)")), tmp_path))
    assert (found.step, found.cause, found.node) == (1, "backward", "activation")
    assert "The slope of lambda is not finite" in found.hint


def test_an_update_that_overflows_is_found(tmp_path: Path) -> None:
    design = with_recipe(iris_mlp(), optimizer="SGD", learning_rate=3e38, momentum=0.9)
    found = failure_of(train(job_of(design), tmp_path))
    assert found.cause in ("update", "forward", "loss")
    assert found.step <= 3


def test_float16_steps_that_overflow_are_no_failure(tmp_path: Path) -> None:
    design = through(("Activation", {"function": "relu"}))
    recipe = {**design.recipe, "precision": "float16", "epochs": 3}
    job = job_of(edits.set_recipe(design, recipe))
    state = fresh_state(job.program)
    assert state.loss_scale is not None
    done = train(job, tmp_path)
    assert done.summary.stopped_by == "epochs"
    state = fresh_state(job.program)
    assert state.loss_scale is not None
    scale = state.loss_scale._replace(factor=jnp.float32(2.0**60))
    before = params_of(job.program, state)
    after = job.program.step(state._replace(loss_scale=scale), job.program.batches(0)[0])
    assert float(after.loss_scale.factor) == 2.0**59
    for name, values in params_of(job.program, after).items():
        np.testing.assert_array_equal(values, before[name])


def test_float16_that_overflows_however_small_the_scale_is_a_failure(tmp_path: Path) -> None:
    design = through_expression("x * 30000.0 * 30000.0")
    recipe = {**design.recipe, "precision": "float16", "epochs": 20}
    done = train(job_of(edits.set_recipe(design, recipe)), tmp_path)
    found = failure_of(done)
    assert found.node == "lambda"
    assert found.remedies[0] == "bfloat16"
    assert "65504" in found.hint


@pytest.mark.parametrize(
    ("remedy", "part", "value"),
    [
        ("halve_rate", "learning_rate", 0.001),
        ("tenth_rate", "learning_rate", 0.0002),
        ("clip_norm", "clip_norm", 1.0),
        ("bfloat16", "precision", "bfloat16"),
    ],
)
def test_a_remedy_changes_the_recipe_in_one_place(remedy: str, part: str, value: Any) -> None:
    saved = {"optimizer": {"kind": "Adam", "learning_rate": 0.002}, "epochs": 7}
    before, after = (
        {**r.values(), **r.optimizer.values()}
        for r in (Recipe.read(saved)[0], Recipe.read(REMEDIES[remedy].change(saved))[0])
    )
    assert {n: v for n, v in after.items() if before[n] != v} == {part: value}
