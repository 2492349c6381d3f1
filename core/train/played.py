"""Batches and figures of games that the network plays itself, in place of rows of a data set."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.figures import FigureRule, Tallies, Tally, finish, tallies
from core.data.environment import Environment
from core.train.evaluation import Arrays, Evaluation
from core.train.feed import Batch, Play
from core.train.playing import (
    Games,
    Policy,
    drawn_rows,
    in_turn,
    lengths,
    moves_first,
    play_games,
    player,
    total_rewards,
)


def game_rules(policy: Policy) -> dict[str, FigureRule]:
    """The figures that tell how games ended.

    ``return`` is the mean sum of a game's rewards and ``length`` its steps. In self-play ``drawn``
    is the share of games that nobody won. Against the first of the known players there are the
    shares won, drawn and lost, against others that lost.
    """
    world = policy.environment
    names = ["drawn", "length"] if world.alternating else ["return", "length"]
    for number, opponent in enumerate(opponents(world)):
        names += [f"{ending}_against_{opponent}" for ending in _endings(number)]
    number = policy.plan.losses.index(policy.acting)
    return {name: FigureRule(number, names=(name,)) for name in names}


def opponents(environment: Environment) -> tuple[str, ...]:
    """The names of the known players that a policy is measured by."""
    start = environment.reset(np.zeros((1, environment.draws), np.float32))
    return tuple(environment.opponents(start))


class PlayedFeed:
    """Plays games with the policy as it is, inside of the step, and learns from their actions.

    Row numbers only say how many actions a batch has. The games depend on the seeds and the number
    of the step alone, so that a resumed run plays the same.
    """

    def __init__(self, policy: Policy, batch_size: int, seed: int) -> None:
        """Nothing is played yet."""
        self.policy, self.batch_size, self.seed = policy, batch_size, seed

    def batches(self, epoch: int) -> list[np.ndarray]:
        """As many as there are updates in an epoch."""
        return [np.zeros(self.batch_size, np.int32)] * self.policy.environment.updates

    def load(self, rows: np.ndarray) -> tuple[()]:
        """Nothing is needed from outside."""
        return ()

    def batch(self, loaded: Any, play: Play, step: jax.Array) -> tuple[Batch, Tallies]:
        """Actions drawn from whole games, and how the games ended."""
        world = self.policy.environment
        key = jax.random.fold_in(jax.random.fold_in(jax.random.key(self.seed), world.seed), step)
        games, batch = sampled(self.policy, play, key, self.batch_size)
        return batch, _told(world, games)


class PlayedEvaluation(Evaluation):
    """Measures a policy by games: one for each row of a split."""

    def __init__(self, policy: Policy, *parts: Any) -> None:
        """``parts`` are those of ``Evaluation``, whose rows serve for predictions."""
        super().__init__(*parts)
        self.policy, self.batch_size = policy, parts[4]
        self._measure_jit = jax.jit(self._measure, static_argnums=(3, 4))

    def figures(
        self, params: Arrays, rest: Arrays, rows: np.ndarray, losses: tuple[int, ...]
    ) -> dict[str, float]:
        """Losses and self-play by games of drawn actions, all else by those of the likeliest."""
        key = jax.random.fold_in(jax.random.key(self.policy.environment.seed), int(rows[0]))
        sums = self._measure_jit(params, rest, key, len(rows), losses)
        return finish(self.rules, jax.device_get(sums))

    def _measure(
        self, params: Arrays, rest: Arrays, key: jax.Array, games: int, losses: tuple[int, ...]
    ) -> Tallies:
        world, play = self.policy.environment, self.networks.play(params, rest)
        draw_key, key = jax.random.split(key)
        games_of_chance, batch = sampled(self.policy, play, draw_key, self.batch_size)
        ones = jnp.ones(self.batch_size)
        sums = tallies(self.plan, self.rules, play(batch), ones, losses)
        greedy = self.policy.greedy(play)
        if not world.alternating:
            return sums | _told(world, play_games(world, greedy, key, games))
        sums = sums | _told(world, games_of_chance)
        begins = jnp.arange(games) % 2 == 0
        moves = moves_first(jnp.arange(world.longest())[:, None], begins)
        for number, name in enumerate(opponents(world)):
            choose = in_turn(greedy, player(world, name), begins)
            played = play_games(world, choose, jax.random.fold_in(key, number), games)
            points = jnp.where(moves, played.reward, -played.reward).sum(axis=0)
            shares = {"won": points > 0, "drawn": points == 0, "lost": points < 0}
            told = {f"{ending}_against_{name}": shares[ending] for ending in _endings(number)}
            sums = sums | {name: _tally(values) for name, values in told.items()}
        return sums


def _told(environment: Environment, games: Games) -> dict[str, Tally]:
    """How games of one policy ended."""
    told = {"length": lengths(games)}
    if environment.alternating:
        told["drawn"] = ~(games.reward != 0).any(axis=0)
    else:
        told["return"] = total_rewards(games)
    return {name: _tally(values) for name, values in told.items()}


def _endings(number: int) -> tuple[str, ...]:
    """How games against the opponent of a number may end, as far as that is told."""
    return ("won", "drawn", "lost") if number == 0 else ("lost",)


def sampled(policy: Policy, play: Play, key: jax.Array, rows: int) -> tuple[Games, Batch]:
    """Games of drawn actions, and so many of the actions as the batch of a plan's nodes."""
    play_key, draw_key = jax.random.split(key)
    world = policy.environment
    games = play_games(world, policy.sampling(play), play_key, world.games)
    columns = drawn_rows(games, world, draw_key, rows)
    return games, {node: columns[name] for node, name in policy.plan.feeds.items()}


def _tally(values: jax.Array) -> Tally:
    """The sum over games ``[N]``, and how many they are."""
    return Tally(values.astype(jnp.float32).sum(), jnp.float32(len(values)))
