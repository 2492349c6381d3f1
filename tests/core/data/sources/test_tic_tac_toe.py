"""The rules of tic-tac-toe against every game that can be played."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.data.sources.tic_tac_toe import TicTacToe, move_values, position_code

WORLD = TicTacToe()


@cache
def positions() -> tuple[np.ndarray, dict[str, int], list[float]]:
    """Every position that goes on, the count of games by end, and each side's chances at random.

    All boards of one depth are stepped at once; each carries how many games lead to it.
    """
    boards, games, chance = np.zeros((1, 9), np.float32), np.ones(1, int), np.ones(1)
    known = [boards]
    ends = {"first": 0, "second": 0, "draw": 0}
    chances = dict.fromkeys(ends, 0.0)
    for depth in range(9):
        at, field = np.nonzero(WORLD.legal(boards))
        moves = WORLD.legal(boards).sum(axis=1)[at]
        after, reward, done = WORLD.step(boards[at], field.astype(np.int32))
        count, likely = games[at], chance[at] / moves
        mover = "second" if depth % 2 else "first"
        for name, here in ((mover, reward > 0), ("draw", done & (reward == 0))):
            ends[name] += int(count[here].sum())
            chances[name] += float(likely[here].sum())
        boards, back = np.unique(after[~done], axis=0, return_inverse=True)
        games = np.bincount(back, count[~done]).astype(int) if len(boards) else games
        chance = np.bincount(back, likely[~done]) if len(boards) else chance
        known += [boards, np.unique(after[done], axis=0)]
    flat = np.concatenate(known)
    return flat, ends, [chances[name] for name in ("first", "second", "draw")]


def test_there_are_as_many_games_and_positions_as_there_should_be() -> None:
    boards, ends, _ = positions()
    assert sum(ends.values()) == 255_168
    assert ends == {"first": 131_184, "second": 77_904, "draw": 46_080}
    # A board with as many marks of both sides, and one with one more, are of different movers.
    assert len(np.unique(boards, axis=0)) == 5_478


def test_the_baseline_is_that_of_random_players() -> None:
    first, second, draw = positions()[2]
    assert first + second + draw == pytest.approx(1)
    expected = (first + second) / 2
    assert WORLD.baselines()["random_lost_against_random"] == pytest.approx(expected, abs=1e-4)


def test_nobody_wins_if_nobody_errs() -> None:
    values = move_values()
    assert not values[position_code(np.zeros(9))].any(), "every opening holds the draw"


def test_a_perfect_player_never_loses() -> None:
    lost: list[bool] = []

    def against_everything(board: np.ndarray, perfect: bool) -> None:
        """The perfect player against all that another could do."""
        scores = WORLD.opponents(board[None])["perfect"][0]
        empty = np.flatnonzero(board == 0)
        best = [f for f in empty if scores[f] == scores[empty].max()]
        for field in best if perfect else empty:
            after, reward, done = WORLD.step(board[None], np.array([field], np.int32))
            if done[0]:
                lost.append(bool(reward[0]) and not perfect)
            else:
                against_everything(after[0], not perfect)

    against_everything(np.zeros(9, np.float32), True)
    against_everything(np.zeros(9, np.float32), False)
    assert len(lost) > 1000
    assert not any(lost)


def test_the_mover_sees_its_own_marks_as_ones() -> None:
    board, _, _ = WORLD.step(np.zeros((1, 9), np.float32), np.array([4], np.int32))
    seen = WORLD.observe(board)
    assert seen.shape == (1, 3, 3, 1)
    assert seen[0, 1, 1, 0] == 0
    assert WORLD.legal(board)[0].tolist() == [1, 1, 1, 1, 0, 1, 1, 1, 1]
    board, _, _ = WORLD.step(board, np.array([0], np.int32))
    assert WORLD.observe(board)[0, :, :, 0].tolist() == [[0, 0.5, 0.5], [0.5, 1, 0.5], [0.5] * 3]


def test_marking_a_taken_field_loses() -> None:
    board = np.array([[1, 1, -1, 0, -1, 0, 0, 0, 0]], np.float32)
    for field in (0, 2):
        _, reward, done = WORLD.step(board, np.array([field], np.int32))
        assert (reward[0], done[0]) == (-1, True)


def test_random_games_are_seen_from_the_mover() -> None:
    found = TicTacToe(discount=1.0).load(Path()).columns
    seen = found["observation"].values.reshape(-1, 9) - 0.5
    returns, action = found["return"].values[:, 0], found["action"].values
    assert (found["legal"].values[np.arange(len(action)), action] == 1).all()
    assert set(np.unique(returns)) == {-1, 0, 1}
    going = np.abs(seen[1:]).sum(axis=1) > 0
    np.testing.assert_array_equal(returns[:-1][going], -returns[1:][going])
