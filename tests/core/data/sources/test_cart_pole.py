"""Cart-pole against the published equations, worked out again in double precision."""

from __future__ import annotations

from math import cos, pi, sin
from pathlib import Path

import numpy as np
import pytest

from core.data.sources.cart_pole import CartPole


def by_the_paper(state: list[float], push: float) -> list[float]:
    """One Euler step of 0.02 s of the equations of Barto, Sutton and Anderson (1983), appendix.

    Without friction, with g = 9.8, a cart of 1 kg, a pole of 0.1 kg and half its length 0.5 m.
    """
    g, cart, pole, half = 9.8, 1.0, 0.1, 0.5
    x, v, angle, turning = state
    inner = (-push - pole * half * turning**2 * sin(angle)) / (cart + pole)
    bend = (g * sin(angle) + cos(angle) * inner) / (
        half * (4 / 3 - pole * cos(angle) ** 2 / (cart + pole))
    )
    drive = (push + pole * half * (turning**2 * sin(angle) - bend * cos(angle))) / (cart + pole)
    return [x + 0.02 * v, v + 0.02 * drive, angle + 0.02 * turning, turning + 0.02 * bend]


def test_a_trajectory_is_that_of_the_published_equations() -> None:
    world = CartPole()
    random = np.random.default_rng(1)
    start = world.reset(random.random((1, 4)))
    assert (np.abs(start) <= 0.05).all()
    state, expected = start, list(start[0])
    for action in random.integers(0, 2, 60):
        state, reward, _ = world.step(state, np.array([action], np.int32))
        expected = by_the_paper(expected, 10.0 if action else -10.0)
        assert state.dtype == np.float64
        np.testing.assert_allclose(state[0], expected, rtol=1e-12, atol=1e-14)
        assert reward == 1


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        ([2.39, 0, 0, 0], False),
        ([2.39, 1, 0, 0], True),
        ([-2.39, -1, 0, 0], True),
        ([0, 0, 11.9 * pi / 180, 0], False),
        ([0, 0, 11.9 * pi / 180, 0.2], True),
        ([0, 0, -11.9 * pi / 180, -0.2], True),
    ],
)
def test_a_game_ends_beyond_the_bounds(state: list[float], ends: bool) -> None:
    _, _, done = CartPole().step(np.array([state]), np.array([0], np.int32))
    assert bool(done[0]) is ends


def test_random_games_give_their_returns() -> None:
    world = CartPole(games=4, discount=0.5, evaluation_games=50)
    found = world.load(Path())
    assert found.rows == 150
    seen, returns = found.columns["observation"].values, found.columns["return"].values[:, 0]
    # Only the last step of a game is followed by nothing.
    ends = np.flatnonzero(returns == 1)
    first, last = ends[0] + 1, ends[1]
    assert last - first >= 7, "nobody falls sooner"
    assert (np.abs(seen[first]) <= 0.05).all()
    np.testing.assert_allclose(returns[first:last], 1 + 0.5 * returns[first + 1 : last + 1])
    assert found.columns["action"].classes == ("left", "right")
    assert "legal" not in found.columns


def test_another_seed_begins_other_games_and_the_same_the_same() -> None:
    def seen(seed: int) -> np.ndarray:
        return CartPole(seed=seed).load(Path()).columns["observation"].values

    np.testing.assert_array_equal(seen(1), seen(1))
    assert not np.array_equal(seen(1), seen(2))
