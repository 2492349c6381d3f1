"""Games that JAX plays, against the same rules in NumPy, closed forms and known players."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from core.data.environment import Environment
from core.data.sources.cart_pole import CartPole
from core.data.sources.tic_tac_toe import TicTacToe
from core.train.playing import (
    Games,
    drawn_rows,
    in_turn,
    lengths,
    moves_first,
    play_games,
    player,
    returns,
    total_rewards,
)

KEY = jax.random.key(3)


def at_random(state: Any, _step: jax.Array, key: jax.Array) -> jax.Array:
    return jax.random.randint(key, (len(state),), 0, 2)


def pushes() -> tuple[CartPole, Games]:
    world = CartPole(discount=0.9)
    return world, jax.jit(lambda key: play_games(world, at_random, key, 16))(KEY)


def outcomes(first: str, second: str, games: int) -> np.ndarray:
    """How games of two known players end for the first, who begins every other one."""
    world, begins = TicTacToe(), jnp.arange(games) % 2 == 0

    @jax.jit
    def points(key: jax.Array) -> jax.Array:
        choose = in_turn(player(world, first), player(world, second), begins)
        found = play_games(world, choose, key, games)
        mine = moves_first(jnp.arange(9)[:, None], begins)
        return jnp.where(mine, found.reward, -found.reward).sum(axis=0)

    return np.asarray(points(KEY))


def test_a_game_is_the_one_that_numpy_plays() -> None:
    world, games = pushes()
    state = np.asarray(games.observation[0], np.float64)
    going = np.ones(16, bool)
    for step in range(int(lengths(games).max())):
        np.testing.assert_array_equal(games.going[step], going)
        np.testing.assert_allclose(games.observation[step][going], state[going], atol=1e-5)
        state, _, done = world.step(state, np.asarray(games.action[step]))
        going &= ~done
    assert not going.any()
    np.testing.assert_array_equal(total_rewards(games), lengths(games))
    assert not games.going[int(lengths(games).max()) :].any()


def test_a_game_is_broken_off_at_the_longest() -> None:
    world = CartPole(longest_game=5)
    games = play_games(world, at_random, KEY, 4)
    assert lengths(games).tolist() == [5] * 4
    assert total_rewards(games).tolist() == [5] * 4


def test_the_return_is_the_discounted_sum_of_what_comes() -> None:
    world, games = pushes()
    found = np.asarray(returns(games, world))
    for game, length in enumerate(lengths(games).tolist()):
        expected = [sum(0.9**later for later in range(length - at)) for at in range(length)]
        np.testing.assert_allclose(found[:length, game], expected, rtol=1e-5)


def test_in_self_play_the_return_changes_its_sign_with_the_side() -> None:
    world = TicTacToe(discount=0.5)
    choose = player(world, "random")
    games = play_games(world, choose, KEY, 64)
    found, ends = np.asarray(returns(games, world)), lengths(games)
    won = np.asarray(total_rewards(games)) == 1
    assert won.any()
    assert not won.all()
    for game in np.flatnonzero(won):
        last = int(ends[game]) - 1
        assert [found[last - back, game] for back in range(4)] == [1, -0.5, 0.25, -0.125]
    assert not found[:, ~won].any(), "nobody gains from a draw"


@pytest.mark.parametrize("world", [CartPole(longest_game=40), TicTacToe()])
def test_drawn_rows_are_all_actions_equally_often(world: Environment) -> None:
    choose = player(world, "random") if world.restricted else at_random
    games = play_games(world, choose, KEY, 8)
    taken = int(lengths(games).sum())
    # Which action a row is, told by a column that numbers them.
    numbered = games._replace(
        observation=jnp.where(games.going, jnp.arange(games.going.size).reshape(-1, 8), -1)
    )
    rows = drawn_rows(numbered, world, KEY, 2 * taken + 3)
    which, counts = np.unique(rows["observation"], return_counts=True)
    assert which.min() >= 0, "a row after a game's end"
    assert len(which) == taken
    assert sorted(set(counts.tolist())) == [2, 3]
    few = drawn_rows(numbered, world, KEY, taken // 2)["observation"]
    assert len(np.unique(few)) == len(few)


def test_rows_hold_what_belongs_together() -> None:
    world, games = pushes()
    rows = drawn_rows(games, world, KEY, 100)
    flat = np.asarray(games.observation).reshape(-1, 4)
    after = np.asarray(returns(games, world)).ravel()
    for seen, action, later in zip(
        rows["observation"], rows["action"], rows["return"], strict=True
    ):
        at = np.flatnonzero((flat == seen).all(axis=1))
        assert len(at) == 1
        assert np.asarray(games.action).ravel()[at[0]] == action
        assert after[at[0]] == later[0]


def test_random_players_win_as_often_as_they_should() -> None:
    found = outcomes("random", "random", 4000)
    shares = [(found == points).mean() for points in (1, 0, -1)]
    # Half of 0.5849 and 0.2881, what the sides win, and the draws; within four deviations.
    np.testing.assert_allclose(shares, [0.4365, 0.1270, 0.4365], atol=0.032)


def test_a_perfect_player_never_loses_and_holds_itself() -> None:
    assert outcomes("perfect", "random", 500).min() == 0
    assert outcomes("perfect", "random", 500).mean() > 0.7
    assert not outcomes("perfect", "perfect", 200).any()
