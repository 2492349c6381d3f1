"""Shapley values of a game: the share of each player in what all of them gain together."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb, factorial

import numpy as np

# From coalitions, bool [M, players], to what each of them gains, [M].
Game = Callable[[np.ndarray], np.ndarray]


def exact(game: Game, players: int) -> np.ndarray:
    """Shapley values ``[players]`` float64, from all 2^players coalitions.

    The mean over all orders of what a player adds to those before it (Shapley, A value for
    n-person games, 1953).
    """
    codes = np.arange(2**players)
    coalitions = (codes[:, None] >> np.arange(players) & 1).astype(bool)
    gains = np.asarray(game(coalitions), np.float64)
    sizes = coalitions.sum(axis=1)
    orders = [
        factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)
    ]
    found = np.empty(players)
    for player in range(players):
        without = codes[~coalitions[:, player]]
        added = gains[without | 1 << player] - gains[without]
        found[player] = np.array(orders)[sizes[without]] @ added
    return found


def kernel(game: Game, players: int, coalitions: int, seed: int = 0) -> np.ndarray:
    """Shapley values ``[players]`` float64, estimated from about so many coalitions.

    Kernel SHAP (Lundberg and Lee, A unified approach to interpreting model predictions, 2017): they
    are the weighted least squares fit of a sum over players to the gains, held to add up to what
    all gain. Coalitions are drawn in pairs with their complements, whose errors cancel in part
    (Covert and Lee, Improving KernelSHAP, 2021). At least those of one player, of all but one, and
    as many others are taken, so that the fit has one solution.
    """
    ends = np.array([[False], [True]]) & np.ones(players, bool)
    if players == 1:
        nothing, everything = game(ends)
        return np.array([everything - nothing], np.float64)
    rng = np.random.default_rng(seed)
    drawn, weights = weighted_coalitions(players, max(coalitions - 2, 4 * players), rng)
    gains = np.asarray(game(np.concatenate([ends, drawn])), np.float64)
    nothing, everything = gains[:2]
    z = drawn.astype(np.float64)
    inverse = np.linalg.inv(z.T @ (weights[:, None] * z))
    free = inverse @ (z.T @ (weights * (gains[2:] - nothing)))
    # What the sum is off by is given to the players where it costs the fit least.
    ones = inverse.sum(axis=1)
    return free + ones * (everything - nothing - free.sum()) / ones.sum()


def weighted_coalitions(
    players: int, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """At most so many coalitions, bool ``[M, players]``, and their weights ``[M]``.

    Neither of none nor of all. All those of a size are taken, from the smallest and the largest on,
    as long as drawing would take as many; those between are drawn, and share the weight that is
    left. The weight of a size is (players - 1) / (size (players - size)).
    """
    mass = {s: (players - 1) / (s * (players - s)) for s in range(1, players)}
    taken: list[np.ndarray] = []
    weights: list[float] = []
    left, size = count, 1
    while size <= players // 2:
        both = sorted({size, players - size})
        share = sum(mass[s] for s in both) / sum(mass[s] for s in range(size, players - size + 1))
        many = comb(players, size)
        if size > 1 and left * share < len(both) * many * (1 - 1e-9):
            break
        some = _all_of(players, size)
        taken += [some, ~some][: len(both)]
        weights += [mass[size] / many] * (len(both) * many)
        left -= len(both) * many
        size += 1
    between = np.arange(size, players - size + 1)
    pairs = left // 2
    if len(between) and pairs > 0:
        masses = np.array([mass[int(s)] for s in between])
        sizes = rng.choice(between, size=pairs, p=masses / masses.sum())
        places = rng.random((pairs, players)).argsort(axis=1)
        some = places < sizes[:, None]
        taken += [some, ~some]
        weights += [masses.sum() / (2 * pairs)] * (2 * pairs)
    return _merged(np.concatenate(taken), np.array(weights))


def _all_of(players: int, size: int) -> np.ndarray:
    """All coalitions of a size, bool ``[comb(players, size), players]``."""
    members = np.array(list(combinations(range(players), size)))
    found = np.zeros((len(members), players), bool)
    np.put_along_axis(found, members, True, axis=1)
    return found


def _merged(coalitions: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each coalition once, with the weights of all its draws."""
    found, which = np.unique(coalitions, axis=0, return_inverse=True)
    return found, np.bincount(which.ravel(), weights)
