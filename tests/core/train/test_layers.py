"""Figures of layers against numbers by hand, real steps of optimizers, and in a run's record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from core.design import edits
from core.train import layer_record
from core.train.events import LayerFigures, Layers
from core.train.job import Job
from core.train.program import Program
from tests.designs import IRIS, Layer, classifier, iris_mlp, with_recipe
from tests.training import Trained, fresh_state, job_of, params_of, train

RELU: tuple[Layer, ...] = (
    ("Dense", {"units": 8}),
    ("Activation", {"function": "relu"}),
    ("Dense", {"units": 3}),
)


def surveyed(job: Job, state: Any = None) -> dict[str, LayerFigures]:
    found = job.survey(state or fresh_state(job.program), (), 0, 0)
    return dict(found.layers)


def norm_of(values: dict[str, np.ndarray], node: str) -> float:
    parts = [v.ravel() for name, v in values.items() if name.startswith(f"{node}.")]
    return float(np.linalg.norm(np.concatenate(parts)))


def changed_by_a_step(program: Program, rows: np.ndarray) -> dict[str, np.ndarray]:
    """What one step on some rows changes."""
    program.compile(fresh_state(program))
    before = params_of(program, fresh_state(program))
    after = params_of(program, program.step(fresh_state(program), rows))
    return {name: after[name] - value for name, value in before.items()}


def surveyed_rows(program: Program, count: int) -> np.ndarray:
    places = np.linspace(0, len(program.train_rows) - 1, count).astype(np.int32)
    return program.train_rows[places].astype(np.int32)


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "SGD", "learning_rate": 0.5, "momentum": 0.9},
        {"optimizer": "Adam", "learning_rate": 0.01},
        {"optimizer": "AdamW", "learning_rate": 0.01, "weight_decay": 0.3},
    ],
    ids=lambda options: options["optimizer"],
)
def test_the_update_is_that_of_the_next_step(options: dict[str, Any]) -> None:
    job = job_of(with_recipe(iris_mlp(), batch_size=16, **options))
    program = job.program
    found = surveyed(job)
    change = changed_by_a_step(program, surveyed_rows(program, 16))
    weights = params_of(program, fresh_state(program))
    for node in ("dense", "dense_2"):
        figures = found[node]
        assert figures.weight_norm == pytest.approx(norm_of(weights, node), rel=1e-5)
        wanted = norm_of(change, node) / norm_of(weights, node)
        assert figures.update_ratio == pytest.approx(wanted, rel=1e-3)


def test_the_gradient_is_that_of_the_next_step() -> None:
    job = job_of(
        with_recipe(iris_mlp(), batch_size=16, optimizer="SGD", learning_rate=0.5, momentum=0.0)
    )
    found = surveyed(job)
    change = changed_by_a_step(job.program, surveyed_rows(job.program, 16))
    for node in ("dense", "dense_2"):
        assert found[node].gradient_norm == pytest.approx(norm_of(change, node) / 0.5, rel=1e-3)


def test_an_accumulated_update_is_that_of_all_its_batches() -> None:
    plain = with_recipe(iris_mlp(), batch_size=16)
    one = surveyed(job_of(plain))
    many = surveyed(job_of(edits.set_recipe(plain, {**plain.recipe, "accumulate": 4})))
    for node in ("dense", "dense_2"):
        assert many[node].update_ratio == pytest.approx(one[node].update_ratio, rel=1e-5)


def test_activations_and_dead_units() -> None:
    job = job_of(with_recipe(classifier(IRIS, *RELU, x="features"), batch_size=32))
    program = job.program
    state = fresh_state(program)
    place = program.param_names.index("dense.bias")
    # Three units that never fire.
    state.params[place] = state.params[place].at[jnp.array([1, 4, 6])].set(-1e3)
    found = surveyed(job, state)
    rows = surveyed_rows(program, 32)
    x = job.prepared.columns["features"][rows]
    values = params_of(program, state)
    linear = x @ values["dense.kernel"] + values["dense.bias"]
    fired = np.maximum(linear, 0)
    dead = np.mean((fired == 0).all(axis=0))
    assert 3 / 8 <= dead < 1
    assert found["activation"].dead_share == pytest.approx(dead)
    assert found["activation"].mean == pytest.approx(fired.mean(), rel=1e-4)
    assert found["activation"].deviation == pytest.approx(fired.std(), rel=1e-4)
    assert found["dense"].deviation == pytest.approx(linear.std(), rel=1e-4)
    # An output with negative values is not one of which a unit is dead where it is 0.
    assert found["dense"].dead_share is None
    assert set(found["activation"].known) == {"dead_share", "mean", "deviation"}
    assert list(found) == ["dense", "activation", "dense_2"]


def test_a_run_records_its_layers_at_ends_of_epochs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(layer_record, "BEFORE_SURVEY", 0.0)
    monkeypatch.setattr(layer_record, "LAYERS_INTERVAL", 0.0)
    monkeypatch.setattr(layer_record, "LAYERS_SHARE", float("inf"))
    job = job_of(with_recipe(iris_mlp(), epochs=4))
    # Compiled before, so that no epoch ends too early for it.
    job.survey(fresh_state(job.program), (), 0, 0)
    trained = train(job, tmp_path)
    points = [p for p in trained.training.store.points(trained.run) if p.series == "layer"]
    assert sorted({p.epoch for p in points}) == [1, 2, 3, 4]
    names = {p.name for p in points}
    assert {"dense.gradient_norm", "dense.update_ratio", "activation.mean"} <= names
    last = {p.name: p.value for p in points if p.epoch == 4}
    weights = params_of(job.program, trained.training.state)
    assert last["dense_2.weight_norm"] == pytest.approx(norm_of(weights, "dense_2"), rel=1e-5)
    told = trained.told(Layers)
    assert [event.step for event in told] == [7, 14, 21, 28]
    assert told[-1].layers["dense_2"].weight_norm == pytest.approx(last["dense_2.weight_norm"])


def test_a_short_run_is_not_kept_waiting_by_a_survey(iris_job: Job, tmp_path: Path) -> None:
    trained = train(iris_job, tmp_path)
    assert not trained.told(Layers)


def test_a_survey_that_fails_ends_no_training(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(layer_record, "BEFORE_SURVEY", 0.0)

    def fail(*_: Any) -> bool:
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED")

    monkeypatch.setattr(Program, "prepare_survey", fail)
    trained: Trained = train(job_of(with_recipe(iris_mlp(), epochs=2)), tmp_path)
    assert trained.summary.stopped_by == "epochs"


def test_stages_have_surveys_of_their_own() -> None:
    """What learns in a stage has an optimizer, which others have not."""
    stages = [{"epochs": 1, "trains": [name]} for name in ("dense", "dense_2")]
    job = job_of(edits.set_recipe(iris_mlp(), {**iris_mlp().recipe, "stages": stages}))
    state = fresh_state(job.program)
    first = surveyed(job, state)
    second = surveyed(job, job.program.enter(state, 1))
    assert (first["dense"].update_ratio or 0) > 0
    assert first["dense_2"].update_ratio is None
    assert (second["dense_2"].update_ratio or 0) > 0
    assert second["dense"].update_ratio is None
