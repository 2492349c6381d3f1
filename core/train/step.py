"""One training step as a pure function: play, gradient, update, for each player in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from core.compile.figures import Rules, Tallies, added, no_tallies, tallies, total_loss
from core.compile.plan import Plan
from core.train.feed import Batch, Feed
from core.train.held import Held
from core.train.networks import Networks
from core.train.players import Player, resting
from core.train.precision import Precision
from core.train.recipe import Recipe
from core.train.state import State
from core.train.update import moved


@dataclass(frozen=True, eq=False)
class Step:
    """What a step of one stage is made of; ``optimizers`` are the players', in their order.

    A player changes the weights and averages of the layers that it trains, and of no others.
    """

    plan: Plan
    recipe: Recipe
    rules: Rules
    networks: Networks
    held: Held
    feed: Feed
    precision: Precision
    players: tuple[Player, ...]
    optimizers: tuple[optax.GradientTransformation, ...]

    def __call__(self, state: State, loaded: Any) -> State:
        """The state after one step on what the feed loaded."""
        play = self.networks.play(state.params, state.rest)
        batch, told = self.feed.batch(loaded, play, state.step)
        params, rest = state.params, state.rest
        sums = added(state.sums, {**no_tallies(self.rules), **told})
        scale, optimizers = state.loss_scale, []
        for number, player in enumerate(self.players):
            turn = _Turn(params, rest, state.optimizer[number], scale, no_tallies(self.rules))
            if player.every == 1:
                turn = self._turn(number, batch, state.rate, turn)
            else:
                turn = jax.lax.cond(
                    state.step % player.every == 0,
                    lambda t, number=number: self._turn(number, batch, state.rate, t),
                    lambda t: jax.tree.map(jnp.asarray, t),
                    turn,
                )
            params, rest, scale = turn.params, turn.rest, turn.scale
            optimizers.append(turn.optimizer)
            sums = added(sums, turn.sums)
        average = state.average
        if average:
            average = moved(average, params, self.recipe.ema_decay)
        samples = state.samples + next(iter(batch.values())).shape[0]
        return State(
            params,
            rest,
            tuple(optimizers),
            average,
            scale,
            state.step + 1,
            state.rate,
            sums,
            samples,
        )

    def objective(
        self,
        params: Sequence[jax.Array],
        rest: list[jax.Array],
        batch: Batch,
        losses: Sequence[int],
    ) -> tuple[jax.Array, tuple[dict[str, Any], list[jax.Array]]]:
        """The loss in training mode with its penalty, each figure's sum, and what layers keep."""
        networks, lower = self.networks, self.precision.lowered
        used = [lower([r])[0] if i in networks.frozen else r for i, r in enumerate(rest)]
        network = networks.training(lower(params), used, resting(self.plan, self.players))
        found = networks.values(network, self.precision.fed(batch), self.precision.half)
        size = next(iter(batch.values())).shape[0]
        sums = tallies(self.plan, self.rules, found, jnp.ones(size), losses)
        loss = total_loss(self.rules, sums) + self.held.penalty(params)
        kept = networks.kept(network)
        return loss, (sums, [rest[i] if i in networks.frozen else k for i, k in enumerate(kept)])

    def _turn(self, number: int, batch: Batch, rate: jax.Array, turn: _Turn) -> _Turn:
        player, optimizer = self.players[number], self.optimizers[number]
        chosen = [turn.params[i] for i in player.params]

        def scaled(chosen: list[jax.Array]) -> tuple[jax.Array, Any]:
            params = _with(turn.params, player.params, chosen)
            loss, rest = self.objective(params, turn.rest, batch, player.losses)
            return self.precision.scaled(loss, turn.scale), rest

        gradients, (sums, rest) = jax.grad(scaled, has_aux=True)(chosen)
        gradients = self.precision.unscaled(gradients, turn.scale)
        updates, kept = optimizer.update(gradients, turn.optimizer, chosen)
        updates = jax.tree.map(lambda u: (rate * u).astype(u.dtype), updates)
        changed = self.held.constrained(optax.apply_updates(chosen, updates), player.params)
        for place, layer in self.networks.averages.items():
            if layer not in player.layers:
                rest[place] = turn.rest[place]
        before = (chosen, turn.optimizer, turn.rest, no_tallies(self.rules))
        after = (changed, kept, rest, sums)
        (changed, kept, rest, sums), scale = self.precision.kept(
            gradients, after, before, turn.scale
        )
        return _Turn(_with(turn.params, player.params, changed), rest, kept, scale, sums)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Turn:
    """What one player's turn changes."""

    params: list[jax.Array]
    rest: list[jax.Array]
    optimizer: Any
    scale: Any
    sums: Tallies


def _with(
    params: Sequence[jax.Array], places: Sequence[int], values: Sequence[jax.Array]
) -> list[jax.Array]:
    """The arrays, those at some places replaced."""
    found = list(params)
    for place, value in zip(places, values, strict=True):
        found[place] = value
    return found
