"""The curve that the form draws is the rate that trains."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.train.optimizers.adam import Adam
from core.train.rate_curve import rate_curve
from core.train.recipe import Recipe, schedules
from core.train.schedules.cosine import Cosine
from core.train.stage import Stage
from core.train.update import schedule_of


@pytest.mark.parametrize("kind", schedules())
def test_the_curve_goes_through_the_rates_that_train(kind: str) -> None:
    recipe = Recipe(epochs=7, optimizer=Adam(learning_rate=0.3), schedule=schedules()[kind]())
    rule = schedule_of(recipe, 7, 100)
    points = rate_curve(recipe)
    assert points[0][0] == 0
    assert points[-1][0] == pytest.approx(7, abs=0.02)
    assert all(one[0] < other[0] for one, other in pairwise(points))
    some = points[::29]
    wanted = [float(rule(round(epoch * 100))) for epoch, _ in some]
    np.testing.assert_allclose([rate for _, rate in some], wanted, rtol=2e-5, atol=1e-8)


def test_each_stage_begins_the_schedule_anew() -> None:
    stages = (Stage(epochs=3), Stage(epochs=5))
    recipe = Recipe(epochs=50, optimizer=Adam(learning_rate=0.2), schedule=Cosine(), stages=stages)
    points = rate_curve(recipe)
    assert [rate for epoch, rate in points if epoch in (0.0, 3.0)] == [0.2, 0.2]
    assert points[-1][0] == pytest.approx(8, abs=0.02)
    assert max(rate for epoch, rate in points if 2.9 < epoch < 3) < 0.01


def test_an_unending_training_is_drawn_with_few_points() -> None:
    assert len(rate_curve(Recipe(epochs=1_000_000))) < 1000
