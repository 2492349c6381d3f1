"""Tic-tac-toe: three in a row on a board of nine fields, played against oneself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.data.environment import Array, Environment

LINES = np.zeros((9, 8), np.float32)
for _at, _line in enumerate(
    ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
):
    LINES[_line, _at] = 1
# A field counts 0 when it is the other side's, 1 when it is empty and 2 when it is the mover's.
_DIGITS = (3 ** np.arange(9)).astype(np.int32)


@dataclass(frozen=True)
class TicTacToe(Environment):
    """Tic-tac-toe, learnt by playing against oneself: one policy moves for both sides in turn.

    ``observation`` float32 ``[3, 3, 1]``: the board as the mover sees it, 1 (white) for an own
    mark, 0 (black) for one of the other side, 0.5 (grey) for an empty field. Nine actions, one a
    field; ``legal`` float32 ``[9]`` is 1 for those that are empty. Whoever gets three in a row is
    rewarded with 1, and the return of the other side is -1 (times the discount); a draw gives 0.
    Marking a field that is taken loses the game: wire ``legal`` to the loss, and no such move is
    ever made. Evaluation plays against a player who moves at random and one who never errs, each
    side beginning half the games.
    """

    kind = "tic_tac_toe"
    label = "Tic-tac-toe"
    licence = "nothing is stored, the rules are free"
    shape = (3, 3, 1)
    actions = tuple(f"{row} {column}" for row in ("top", "middle", "bottom") for column in "abc")
    alternating = True
    restricted = True

    def longest(self) -> int:
        return 9

    def reset(self, random: Array) -> Array:
        """Empty boards."""
        xp = random.__array_namespace__()
        return xp.zeros((len(random), 9), dtype=xp.float32)

    def step(self, state: Array, action: Array) -> tuple[Array, Array, Array]:
        xp = state.__array_namespace__()
        marked = xp.arange(9) == action[:, None]
        foul = (marked & (state != 0)).any(axis=1)
        board = xp.where(marked, 1, state)
        won = _has_line(board) & ~foul
        reward = xp.where(won, 1, xp.where(foul, -1, 0)).astype(xp.float32)
        done = won | foul | (board != 0).all(axis=1)
        return -board, reward, done

    def observe(self, state: Array) -> Array:
        """The board; a state has 1, -1 and 0 for own marks, others and empty fields."""
        return (state.reshape(-1, *self.shape) + 1) / 2

    def legal(self, state: Array) -> Array:
        return (state == 0).astype(state.dtype)

    def opponents(self, state: Array) -> dict[str, Array]:
        """One who moves at random, and one who knows the outcome of every position."""
        xp = state.__array_namespace__()
        code = ((state.astype(xp.int32) + 1) * xp.asarray(_DIGITS)).sum(axis=1)
        perfect = xp.asarray(move_values())[code]
        return {"random": xp.zeros_like(perfect), "perfect": perfect}

    def baselines(self) -> Mapping[str, float]:
        """How often a random player loses to another, if each begins half the games."""
        return {"random_lost_against_random": 0.4365}


def position_code(board: np.ndarray) -> int:
    """The number of a board ``[9]`` as the mover sees it, 0 to 3^9 - 1."""
    return int(((board.astype(np.int32) + 1) * _DIGITS).sum())


@cache
def move_values() -> np.ndarray:
    """What each move leads to if nobody errs, float32 ``[3^9, 9]`` by the position's number.

    1 wins, 0 draws, -1 loses for the mover; fields that are taken count 0.
    """
    values = np.zeros((3**9, 9), np.float32)
    outcomes: dict[int, float] = {}

    def outcome(board: np.ndarray) -> float:
        """How a position that goes on ends for the mover."""
        code = position_code(board)
        if code not in outcomes:
            empty = np.flatnonzero(board == 0)
            for field in empty:
                values[code, field] = _after(board, int(field), outcome)
            outcomes[code] = float(values[code, empty].max())
        return outcomes[code]

    outcome(np.zeros(9, np.float32))
    return values


def _after(board: np.ndarray, field: int, outcome: Callable[[np.ndarray], float]) -> float:
    """How a position ends for the mover who marks ``field``."""
    after = board.copy()
    after[field] = 1
    if _has_line(after[None])[0]:
        return 1.0
    if (after != 0).all():
        return 0.0
    return -outcome(-after)


def _has_line(board: Array) -> Array:
    """Whether the mover has three in a row, ``[N]`` bool, on boards ``[N, 9]``."""
    xp = board.__array_namespace__()
    return ((board == 1).astype(xp.float32) @ xp.asarray(LINES) == 3).any(axis=1)
