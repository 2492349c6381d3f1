"""Does a step that failed again, and looks where the first value that is not finite comes up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.figures import tallies, total_loss
from core.design.document import End
from core.train.failure import Failure
from core.train.feed import Batch
from core.train.findings import Findings, Seen, told
from core.train.players import Player
from core.train.program import Program
from core.train.state import State
from core.train.step import Step


def diagnose(program: Program, state: State, rows: np.ndarray | None, step: int) -> Failure:
    """Why the step after ``step`` steps fails on these rows, from the state before it.

    The state is not given up. Without rows it is not known which step failed.
    """
    epoch = step // program.steps_per_epoch + 1
    if rows is None:
        return told(program, Findings(step, epoch))
    try:
        return told(program, _findings(program, state, rows, step, epoch))
    except jax.errors.JaxRuntimeError:
        # Looking takes more memory than training.
        return told(program, Findings(step + 1, epoch))


def _findings(program: Program, state: State, rows: np.ndarray, step: int, epoch: int) -> Findings:
    loaded = program.feed.load(rows)
    play = program.networks.play(state.params, state.rest)
    batch, _ = program.feed.batch(loaded, play, state.step)
    data = {node: np.asarray(values) for node, values in batch.items()}
    found = Findings(step + 1, epoch, rows, data)
    stage, first = program.stages[program.stage], state
    for player in stage.players:
        looked = jax.jit(lambda s, b, p=player: _looked(stage, p, s, b))(state, batch)
        found = _with(program, found, player, jax.device_get(looked))
        if found.is_wrong:
            return found
        if len(stage.players) > 1:
            # The next player meets what this one has changed.
            state = _after(stage, player, first, loaded)
    after = program.step(jax.tree.map(jnp.copy, first), rows)
    wrong = (
        name
        for name, values in zip(program.param_names, after.params, strict=True)
        if not np.isfinite(np.asarray(values)).all()
    )
    return found._replace(updated=next(wrong, ""))


class _Looked(NamedTuple):
    """What was seen of a player's turn: outputs, gradients at them, at weights, and losses."""

    outputs: dict[End, Any]
    slopes: dict[End, Any]
    gradients: list[Any]
    losses: dict[str, Any]
    total: Any


def _looked(stage: Step, player: Player, state: State, batch: Batch) -> _Looked:
    shapes = jax.eval_shape(lambda: _turn(stage, player, state.params, {}, state, batch)[1][0])
    nudge = {e: jnp.zeros(a.shape, a.dtype) for e, a in shapes.items() if _is_float(a)}

    def scaled(params: list[jax.Array], nudge: Mapping[End, jax.Array]) -> tuple[Any, Any]:
        return _turn(stage, player, params, nudge, state, batch)

    slopes, (found, losses, total) = jax.grad(scaled, (0, 1), has_aux=True)(state.params, nudge)
    return _Looked(
        {end: _seen(value) for end, value in found.items() if _is_float(value)},
        {end: _seen(value) for end, value in slopes[1].items()},
        [_seen(slopes[0][place]) for place in player.params],
        losses,
        total,
    )


def _turn(
    stage: Step,
    player: Player,
    params: list[jax.Array],
    nudge: Mapping[End, jax.Array],
    state: State,
    batch: Batch,
) -> tuple[jax.Array, tuple[Any, Any, Any]]:
    """The loss whose gradient is taken; every output, each loss and the loss."""
    networks, precision = stage.networks, stage.precision
    lower = precision.lowered
    used = [lower([r])[0] if i in networks.frozen else r for i, r in enumerate(state.rest)]
    network = networks.training(lower(params), used)
    found = network.values(precision.fed(batch), nudge, half=precision.half)
    size = next(iter(batch.values())).shape[0]
    sums = tallies(stage.plan, stage.rules, found, jnp.ones(size), player.losses)
    total = total_loss(stage.rules, sums) + stage.held.penalty(params)
    losses = {n: sums[n].total for n, rule in stage.rules.items() if rule.weight is not None}
    return precision.scaled(total, state.loss_scale), (found, losses, total)


def _after(stage: Step, player: Player, state: State, loaded: Any) -> State:
    """The state after the turns up to this player's."""
    count = stage.players.index(player) + 1
    turns = replace(stage, players=stage.players[:count], optimizers=stage.optimizers[:count])
    after = jax.jit(turns)(state, loaded)
    untouched = state.optimizer[count:]
    return after._replace(optimizer=(*after.optimizer, *untouched), step=state.step)


def _with(program: Program, found: Findings, player: Player, looked: _Looked) -> Findings:
    names = [program.param_names[place] for place in player.params]
    return found._replace(
        outputs=looked.outputs,
        slopes=looked.slopes,
        gradients=dict(zip(names, looked.gradients, strict=True)),
        losses={n.removesuffix(".loss"): float(v) for n, v in looked.losses.items()},
        total=float(looked.total),
    )


def _seen(array: jax.Array) -> Seen:
    """A summary of an array that stays small."""
    wide = array.astype(jnp.float32)
    finite = jnp.isfinite(array)
    return Seen(
        finite.all(),
        jnp.isnan(array).any(),
        jnp.where(finite, jnp.abs(wide), 0.0).max(initial=0.0),
        jnp.where(finite, wide, jnp.inf).min(initial=jnp.inf),
    )


def _is_float(array: Any) -> bool:
    return bool(jnp.issubdtype(array.dtype, jnp.floating))
