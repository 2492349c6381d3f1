"""Environments: sources whose samples come from playing games rather than from rows.

Here are the rules' form and games of random moves; a policy's games are played in ``core/train``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from core.data.dataset import Column, Dataset, Description
from core.data.source import Source
from core.data.split import SPLITS, Split
from core.params import param

# An array of NumPy or of JAX: rules use only what both have.
Array = Any
# The columns that are known only after an action was chosen; a policy cannot see them.
AFTERWARDS = ("action", "return")


@dataclass(frozen=True)
class Environment(Source):
    """A world that answers to actions, by rules for N games at once.

    The rules are written for arrays of any library (``array.__array_namespace__()``): NumPy plays
    the random games that the editor shows, JAX those that a policy learns from. A state is one
    array ``[N, ...]``; it holds all that the rules need. A step draws no random numbers.

    ``shape`` is that of one observation, ``actions`` names what can be done and ``draws`` is how
    many random numbers the start of a game takes. In a game that is ``alternating`` the mover
    changes with each step, and everything is seen from the side that moves. Where it is
    ``restricted``, not every action is legal in every state.
    """

    built_in = True
    shape: ClassVar[tuple[int, ...]]
    actions: ClassVar[tuple[str, ...]]
    draws: ClassVar[int] = 0
    alternating: ClassVar[bool] = False
    restricted: ClassVar[bool] = False

    games: int = param(
        32, label="Games", help="Whole games that are played for one update.", minimum=1
    )
    updates: int = param(
        20, label="Updates", help="Steps of the optimizer in one epoch.", minimum=1
    )
    discount: float = param(
        0.99,
        label="Discount",
        help="What a reward one step later is worth now.",
        minimum=0.0,
        maximum=1.0,
    )
    evaluation_games: int = param(
        100,
        label="Evaluation games",
        help="Games played without chance, the likeliest action each time, to measure a policy.",
        minimum=1,
        maximum=100_000,
    )
    seed: int = param(
        0, label="Seed", help="Another number begins other games.", minimum=0, advanced=True
    )

    @abstractmethod
    def longest(self) -> int:
        """Steps after which a game is broken off, if it has not ended before."""

    @abstractmethod
    def reset(self, random: Array) -> Array:
        """The states of new games, from uniform numbers of 0..1 ``[N, draws]``."""

    @abstractmethod
    def step(self, state: Array, action: Array) -> tuple[Array, Array, Array]:
        """The next states, the rewards ``[N]`` of the movers, and whether games end ``[N]`` bool.

        ``action`` is int32 ``[N]``. What follows on the end of a game has no meaning.
        """

    @abstractmethod
    def observe(self, state: Array) -> Array:
        """What the mover sees, float32 ``[N, *shape]``."""

    def legal(self, state: Array) -> Array:
        """1 for each action that may be taken, else 0: float32 ``[N, actions]``."""
        xp = state.__array_namespace__()
        return xp.ones((len(state), len(self.actions)), dtype=xp.float32)

    def opponents(self, state: Array) -> dict[str, Array]:
        """How known players score each action, ``[N, actions]``, by the player's name.

        They take a legal action of the best score, any of those by chance. Empty where nobody
        plays against the policy; the first is the one that it is mainly measured by.
        """
        return {}

    def load(self, folder: Path) -> Dataset:
        """Positions of games of random moves: enough to look at, as many as evaluation needs."""
        columns = random_play(self, len(SPLITS) * self.evaluation_games)
        made = {
            "observation": Column(columns["observation"]),
            "action": Column(columns["action"], self.actions),
            "return": Column(columns["return"]),
        }
        if self.restricted:
            made["legal"] = Column(columns["legal"])
        return Dataset(
            made,
            title=self.label,
            notes="Shown are games of random moves; training plays its own with what it has "
            "learnt so far.",
            baselines=self.baselines(),
            inputs=("observation",),
            targets=tuple(name for name in made if name != "observation"),
        )

    def describe(self, folder: Path) -> Description:
        """The columns; there are no rows to count."""
        return replace(self.load(folder).describe(), rows=0)

    def divide(self, dataset: Dataset, split: Split) -> dict[str, np.ndarray]:
        """Every split has one row for each game that evaluates it; the shares play no part."""
        count = self.evaluation_games
        return {name: np.arange(at * count, (at + 1) * count) for at, name in enumerate(SPLITS)}

    def baselines(self) -> Mapping[str, float]:
        """Figures of random play, which a policy should beat."""
        return {}

    def epoch_text(self) -> str:
        """What an epoch is, and what is measured, for people."""
        return (
            f"An epoch is {self.updates:,} updates, for each of which {self.games:,} games are "
            f"played. {self.evaluation_games:,} games evaluate each split."
        )


def random_play(environment: Environment, rows: int) -> dict[str, np.ndarray]:
    """``rows`` successive positions of games of random legal moves, by column.

    ``observation`` float32, ``action`` int32, ``return`` float32 ``[rows, 1]`` (discounted, as
    the mover sees it) and ``legal`` float32.
    """
    random = np.random.default_rng(environment.seed)
    parts: list[dict[str, np.ndarray]] = []
    found = 0
    while found < rows:
        parts.append(_random_games(environment, random))
        found += len(parts[-1]["action"])
    return {name: np.concatenate([p[name] for p in parts])[:rows] for name in parts[0]}


def _random_games(environment: Environment, random: np.random.Generator) -> dict[str, np.ndarray]:
    """The positions of some whole games, one game after the other."""
    games = min(environment.games, 32)
    state = environment.reset(random.random((games, environment.draws), np.float32))
    going = np.ones(games, bool)
    steps: list[tuple[np.ndarray, ...]] = []
    while going.any() and len(steps) < environment.longest():
        legal = environment.legal(state)
        action = np.argmax(random.random(legal.shape) * legal, axis=1).astype(np.int32)
        seen = environment.observe(state)
        state, reward, done = environment.step(state, action)
        steps.append((seen, legal, action, np.where(going, reward, 0.0), going))
        going = going & ~done
    seen, legal, action, reward, counts = (
        np.swapaxes(np.stack(part), 0, 1) for part in zip(*steps, strict=True)
    )
    returns = np.zeros_like(reward)
    later = np.zeros(games)
    factor = -environment.discount if environment.alternating else environment.discount
    for at in reversed(range(len(steps))):
        returns[:, at] = later = reward[:, at] + factor * later
    return {
        "observation": seen[counts],
        "action": action[counts],
        "return": returns[counts].astype(np.float32)[:, None],
        "legal": legal[counts],
    }
