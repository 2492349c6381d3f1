"""Games of an environment as pure functions: played by a policy, and made into a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from core.compile.plan import LossStep, Plan
from core.data.environment import AFTERWARDS, Environment
from core.errors import InputError
from core.train.feed import Play

# From states [N, ...], the number of the step and a key to an action of each mover, int32 [N].
Choose = Callable[[Any, jax.Array, jax.Array], jax.Array]


class Games(NamedTuple):
    """N games of at most T steps; what comes after a game's end has no meaning.

    ``observation`` ``[T, N, ...]``, ``legal`` ``[T, N, A]``, ``action`` int32 ``[T, N]``,
    ``reward`` float32 ``[T, N]`` (0 after the end) and ``going`` bool ``[T, N]``: whether the game
    was still on when that action was chosen.
    """

    observation: jax.Array
    legal: jax.Array
    action: jax.Array
    reward: jax.Array
    going: jax.Array


@dataclass(frozen=True)
class Policy:
    """Scores the actions of an environment with the network of a plan."""

    environment: Environment
    plan: Plan
    acting: LossStep

    @classmethod
    def of(cls, environment: Environment, plan: Plan) -> Policy:
        """The policy of a plan.

        Raises InputError if nothing acts, or acts on what is not known yet.
        """
        if plan.acting is None:
            raise InputError(
                f"nothing in the design acts in {environment.label}",
                "Add a Policy gradient loss and wire the scores of the actions to it.",
            )
        for node in plan.inputs:
            if plan.feeds[node] in AFTERWARDS:
                raise InputError(
                    f"{plan.names[node]} reads {plan.feeds[node]!r}, which is known only after "
                    "an action was chosen",
                    "Let it read observation, or use a Target in its place.",
                )
        return cls(environment, plan, plan.acting)

    @property
    def most_actions(self) -> int:
        """The most actions that the games of one update can take."""
        return self.environment.games * self.environment.longest()

    def scores(self, play: Play, state: Any) -> jax.Array:
        """Logits ``[N, A]`` of the actions; those that are masked are impossible."""
        columns = {
            "observation": self.environment.observe(state),
            "legal": self.environment.legal(state),
        }
        found = play({node: columns[self.plan.feeds[node]] for node in self.plan.inputs})
        scores = found[self.acting.prediction].astype(jnp.float32)
        actions = len(self.environment.actions)
        if scores.shape[-1] != actions:
            raise InputError(
                f"{self.acting.name}: there are {scores.shape[-1]} logits, but "
                f"{self.environment.label} has {actions} actions",
                f"Give the last layer {actions} units.",
            )
        if "legal" in self.acting.inputs:
            scores = jnp.where(columns["legal"] > 0, scores, -jnp.inf)
        return scores

    def sampling(self, play: Play) -> Choose:
        """Draws each action with the probability that the policy gives it."""

        def choose(state: Any, _step: jax.Array, key: jax.Array) -> jax.Array:
            return jax.random.categorical(key, self.scores(play, state)).astype(jnp.int32)

        return choose

    def greedy(self, play: Play) -> Choose:
        """Takes the likeliest action."""

        def choose(state: Any, _step: jax.Array, _key: jax.Array) -> jax.Array:
            return self.scores(play, state).argmax(axis=-1).astype(jnp.int32)

        return choose


def player(environment: Environment, name: str) -> Choose:
    """A known player: takes a legal action of the best score, any of those by chance."""

    def choose(state: Any, _step: jax.Array, key: jax.Array) -> jax.Array:
        allowed = environment.legal(state) > 0
        scores = jnp.where(allowed, environment.opponents(state)[name], -jnp.inf)
        best = scores == scores.max(axis=-1, keepdims=True)
        logits = jnp.where(best & allowed, 0.0, -jnp.inf)
        return jax.random.categorical(key, logits).astype(jnp.int32)

    return choose


def in_turn(first: Choose, second: Choose, begins: jax.Array) -> Choose:
    """Two players move in turn; in games where ``begins`` bool ``[N]`` the first one begins."""

    def choose(state: Any, step: jax.Array, key: jax.Array) -> jax.Array:
        moves = moves_first(step, begins)
        return jnp.where(moves, first(state, step, key), second(state, step, key))

    return choose


def moves_first(step: jax.Array, begins: jax.Array) -> jax.Array:
    """Whether the first of two players moves in a step, for each game."""
    return (step % 2 == 0) == begins


def play_games(environment: Environment, choose: Choose, key: jax.Array, games: int) -> Games:
    """Play so many games from their start to their end, or to the longest that is allowed."""
    longest, actions = environment.longest(), len(environment.actions)
    begin_key, key = jax.random.split(key)
    start = environment.reset(jax.random.uniform(begin_key, (games, environment.draws)))
    empty = Games(
        jnp.zeros((longest, games, *environment.shape)),
        jnp.zeros((longest, games, actions)),
        jnp.zeros((longest, games), jnp.int32),
        jnp.zeros((longest, games)),
        jnp.zeros((longest, games), bool),
    )

    def goes_on(carry: tuple[Any, ...]) -> jax.Array:
        step, _, going, _ = carry
        return (step < longest) & going.any()

    def move(carry: tuple[Any, ...]) -> tuple[Any, ...]:
        step, state, going, record = carry
        action = choose(state, step, jax.random.fold_in(key, step))
        after, reward, done = environment.step(state, action)
        seen = Games(
            environment.observe(state),
            environment.legal(state),
            action,
            jnp.where(going, reward, 0.0),
            going,
        )
        record = jax.tree.map(lambda kept, new: kept.at[step].set(new), record, seen)
        return step + 1, after, going & ~done, record

    begin = (jnp.zeros((), jnp.int32), start, jnp.ones(games, bool), empty)
    # Left as soon as all games are over: those of a policy that knows little are short.
    return jax.lax.while_loop(goes_on, move, begin)[3]


def returns(games: Games, environment: Environment) -> jax.Array:
    """What comes after each action, discounted, as its mover sees it: float32 ``[T, N]``."""
    factor = -environment.discount if environment.alternating else environment.discount

    def back(later: jax.Array, reward: jax.Array) -> tuple[jax.Array, jax.Array]:
        now = reward + factor * later
        return now, now

    return jax.lax.scan(back, jnp.zeros_like(games.reward[0]), games.reward, reverse=True)[1]


def drawn_rows(
    games: Games, environment: Environment, key: jax.Array, rows: int
) -> dict[str, jax.Array]:
    """``rows`` actions of the games by column, each as often as any other (give or take one).

    They are drawn in random order from all actions that were taken, so that no row stands for
    what came after a game's end. ``return`` is ``[rows, 1]``.
    """
    taken = games.going.ravel()
    places = jnp.argsort(jax.random.uniform(key, taken.shape) + ~taken)
    chosen = places[jnp.arange(rows) % jnp.maximum(taken.sum(), 1)]
    columns = {
        "observation": games.observation,
        "legal": games.legal,
        "action": games.action,
        "return": returns(games, environment)[..., None],
    }
    return {n: a.reshape(-1, *a.shape[2:])[chosen] for n, a in columns.items()}


def total_rewards(games: Games) -> jax.Array:
    """The sum of each game's rewards ``[N]``."""
    return games.reward.sum(axis=0)


def lengths(games: Games) -> jax.Array:
    """How many steps each game took ``[N]``."""
    return games.going.sum(axis=0)
