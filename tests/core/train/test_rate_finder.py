"""The learning-rate finder against losses whose curvature is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.design import edits
from core.errors import WorkError
from core.train.job import Job
from core.train.rate_finder import STEPS, find_rate, searching
from core.train.recipe import Recipe
from core.train.tried_rates import FIRST_RATE, LAST_RATE, tried_rates
from tests.designs import iris_mlp, regression, with_recipe
from tests.training import fresh_state, job_of, params_of

RATIO = (LAST_RATE / FIRST_RATE) ** (1 / (STEPS - 1))


@pytest.fixture
def quadratic(tmp_path: Path) -> Job:
    """Linear regression on all samples at once: the loss is a quadratic of the weights.

    It is about as steep in all directions: of others, the flat ones hide that the steep one grows.
    """
    x = np.random.default_rng(0).choice([-1.0, 1.0], size=(400, 1)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=x, y=(3 * x[:, 0] + 1).astype(np.float32))
    data = {"source": {"kind": "npz", "path": "data.npz"}, "split": {}}
    design = regression(data, "x", "y", tmp_path)
    recipe = {**design.recipe, "optimizer": {"kind": "SGD", "momentum": 0.0}}
    design = edits.set_recipe(design, {**recipe, "gradient_descent": "batch"})
    return job_of(searching(design), tmp_path)


def test_a_quadratic_grows_from_two_over_its_largest_curvature(quadratic: Job) -> None:
    prepared = quadratic.prepared
    rows = prepared.splits["train"]
    x = np.column_stack([prepared.columns["x"][rows], np.ones(len(rows))]).astype(np.float64)
    curvature = np.linalg.eigvalsh(2 * x.T @ x / len(rows))[-1]
    tried: list[tuple[float, float]] = []
    found = find_rate(quadratic, lambda *pair: bool(tried.append(pair) or True))
    assert found is not None
    assert tried == list(zip(found.rates, found.losses, strict=True))
    # The loss of a step is that before its update: after the least one, updates make it larger.
    lowest = found.rates[int(np.argmin(found.losses))]
    assert 1 / RATIO**2 < lowest / (2 / curvature) < RATIO**2
    assert found.rates[-1] < LAST_RATE
    assert found.steepest < 2 / curvature
    assert found.tenth < 2 / curvature


def test_the_loss_before_the_first_step_is_the_first_of_the_curve(quadratic: Job) -> None:
    program = quadratic.program
    weights = params_of(program, fresh_state(program))
    found = find_rate(quadratic, lambda *_: True)
    assert found is not None
    y = quadratic.prepared.columns["y"][quadratic.prepared.splits["train"]]
    x = quadratic.prepared.columns["x"][quadratic.prepared.splits["train"]]
    predicted = x @ weights["dense.kernel"] + weights["dense.bias"]
    loss = np.mean((predicted - y.reshape(predicted.shape)) ** 2)
    assert found.losses[0] == pytest.approx(loss, rel=1e-5)
    assert found.rates[0] == pytest.approx(FIRST_RATE)


def test_it_can_be_stopped(quadratic: Job) -> None:
    tried: list[float] = []

    def tell(rate: float, _loss: float) -> bool:
        tried.append(rate)
        return len(tried) < 5

    assert find_rate(quadratic, tell) is None
    assert len(tried) == 5


def test_a_valley_is_read_where_it_falls_fastest() -> None:
    rates = np.geomspace(1e-7, 10, 100)
    middle, floor = 1e-3, 3e-2
    logs = np.log10(rates)
    fall = 2 - 1.5 / (1 + np.exp(-6 * (logs - np.log10(middle))))
    found = tried_rates(rates, fall + np.exp(8 * (logs - np.log10(floor)) - 4))
    assert found.steepest == pytest.approx(middle, rel=0.3)
    assert found.tenth == pytest.approx(rates[np.argmin(found.smoothed)] / 10)
    assert middle / 10 < found.tenth < floor / 10 * 1.5
    assert found.suggestion == float(f"{found.steepest:.2g}")


def test_the_search_changes_nothing_but_how_the_rate_goes() -> None:
    schedule = {"kind": "Cosine", "warmup_epochs": 1.0}
    design = with_recipe(iris_mlp(), optimizer="SGD", learning_rate=0.3, schedule=schedule)
    recipe = Recipe.read(searching(design).recipe)[0]
    assert (recipe.optimizer.kind, recipe.optimizer.learning_rate) == ("SGD", 1.0)
    assert recipe.schedule.kind == "Constant"
    assert recipe.batch_size == design.recipe["batch_size"]


def test_a_loss_that_is_never_finite_is_told(quadratic: Job) -> None:
    feed = quadratic.program.feed
    feed.data["input"] = feed.data["input"] * np.nan  # type: ignore[attr-defined]
    with pytest.raises(WorkError, match="not finite from the start"):
        find_rate(quadratic, lambda *_: True)
