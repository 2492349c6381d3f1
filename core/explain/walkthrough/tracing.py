"""Computes a training step with all that it does on the way: outputs, and gradients everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np

from core.blocks.block import Learning
from core.blocks.call import Name, call
from core.compile.figures import tallies, total_loss
from core.compile.model import computed
from core.compile.plan import LossStep, Plan
from core.compile.plan import Step as PlanStep
from core.design.document import End
from core.train.feed import Batch
from core.train.players import resting
from core.train.program import Program
from core.train.state import State
from core.train.step import Step

# By program and then by what it is done for, so that nothing keeps a program that is let go of.
_COMPILED: WeakKeyDictionary[Program, dict[Any, Any]] = WeakKeyDictionary()


class Traced(NamedTuple):
    """One player's turn.

    ``outputs`` has the outputs ``[B, ...]`` of nodes, ``wires`` what arrives at each input, by its
    end; the slopes are the gradients of the player's loss there, where the loss depends on them.
    ``gradients`` are those of the arrays that the player trains, in its order. ``losses`` are the
    means of its losses by their names' rules, ``total`` is their sum with weights and penalties.
    """

    outputs: dict[End, Any]
    wires: dict[End, Any]
    output_slopes: dict[End, Any]
    wire_slopes: dict[End, Any]
    gradients: list[Any]
    losses: dict[str, Any]
    total: Any


class Turn(NamedTuple):
    """One player's turn, by its number, with all trained arrays before and after it.

    ``frozen`` are the weights that are not trained, by name.
    """

    player: int
    traced: Traced
    before: list[Any]
    after: list[Any]
    frozen: dict[str, Any]


def batch_of(program: Program, state: State, rows: np.ndarray) -> tuple[Any, Batch]:
    """What a step is given for rows of the data, and the arrays that it makes of that."""
    loaded = program.feed.load(rows)
    play = program.networks.play(state.params, state.rest)
    return loaded, program.feed.batch(loaded, play, state.step)[0]


def stepped(program: Program, state: State, rows: np.ndarray) -> State:
    """The state after a step, as training does it; the one before is kept."""
    stage = program.stages[program.stage]
    function = _compiled(program, ("step", program.stage), stage)
    after: State = function(state, program.feed.load(rows))
    return after


def turns(program: Program, state: State, rows: np.ndarray) -> Iterator[Turn]:
    """The turns of the players that take part in the next step, on these rows; on the host."""
    stage = program.stages[program.stage]
    loaded, batch = batch_of(program, state, rows)
    done, before = int(state.step), state
    for number, player in enumerate(stage.players):
        if done % player.every:
            continue
        key = ("trace", program.stage, number)
        found = _compiled(program, key, partial(traced, stage, number))(before, batch)
        after = _after(program, state, loaded, number + 1)
        frozen = {program.rest_names[i]: before.rest[i] for i in program.networks.frozen}
        yield Turn(number, *jax.device_get((found, before.params, after.params, frozen)))
        # The next player meets what this one has changed.
        before = after._replace(step=state.step)


def traced(stage: Step, number: int, state: State, batch: Batch) -> Traced:
    """Values and gradients of one player's turn; to be compiled."""
    player = stage.players[number]

    def objective(chosen: list[jax.Array], nudge: Mapping[End, jax.Array]) -> tuple[Any, Any]:
        params = list(state.params)
        for place, value in zip(player.params, chosen, strict=True):
            params[place] = value
        return _objective(stage, number, params, nudge, state, batch)

    chosen = [state.params[i] for i in player.params]
    shapes = jax.eval_shape(lambda: objective(chosen, {})[1][0])
    nudge = {e: jnp.zeros(a.shape, a.dtype) for e, a in shapes.items() if _is_float(a)}
    # A gradient through a loss without trained arrays before it is one all the same.
    slopes, (found, losses, total) = jax.grad(objective, (0, 1), has_aux=True)(chosen, nudge)
    gradients = stage.precision.unscaled(slopes[0], state.loss_scale)
    ends = list(slopes[1])
    wide = stage.precision.unscaled([slopes[1][e] for e in ends], state.loss_scale)
    at = dict(zip(ends, wide, strict=True))
    reached = _reached(stage.plan, player.losses)
    is_wire = {end: end.port.startswith(_WIRE) for end in found}
    return Traced(
        {e: v for e, v in found.items() if not is_wire[e]},
        {_plain(e): v for e, v in found.items() if is_wire[e]},
        {e: v for e, v in at.items() if e in reached and not is_wire[e]},
        {_plain(e): v for e, v in at.items() if e in reached and is_wire[e]},
        gradients,
        losses,
        total,
    )


# Stands before the name of an input port where a wire counts as a node of its own.
_WIRE = ">"


def _wire(node: str, port: str) -> End:
    return End(node, _WIRE + port)


def _plain(end: End) -> End:
    return End(end.node, end.port.removeprefix(_WIRE))


def wired(plan: Plan) -> Plan:
    """The plan with a step for each wire, which passes on what it carries and can be nudged."""
    steps: list[PlanStep] = []
    for step in plan.steps:
        steps += _passing(step.node, step.inputs)
        inputs = {port: _wire(step.node, port) for port in step.inputs}
        steps.append(replace(step, inputs=inputs))
    losses = []
    for loss in plan.losses:
        steps += _passing(loss.node, loss.inputs)
        losses.append(replace(loss, inputs={p: _wire(loss.node, p) for p in loss.inputs}))
    return replace(plan, steps=tuple(steps), losses=tuple(losses))


def _passing(node: str, inputs: Mapping[str, End]) -> Iterator[PlanStep]:
    for port, start in inputs.items():
        passes = call("jnp.asarray", Name("value"))
        yield PlanStep(node, "", None, passes, {"value": start}, (_wire(node, port),), Learning())


def _objective(
    stage: Step,
    number: int,
    params: list[jax.Array],
    nudge: Mapping[End, jax.Array],
    state: State,
    batch: Batch,
) -> tuple[jax.Array, tuple[Any, Any, Any]]:
    """The loss whose gradient is taken; every value, each loss and the loss.

    As ``Step.objective`` has it, with nudges on wires and outputs.
    """
    networks, precision, plan = stage.networks, stage.precision, wired(stage.plan)
    lower = precision.lowered
    used = [lower([r])[0] if i in networks.frozen else r for i, r in enumerate(state.rest)]
    network = networks.training(lower(params), used, resting(stage.plan, stage.players))
    found = {End(node, "output"): value for node, value in precision.fed(batch).items()}
    found = {end: v + nudge[end] if end in nudge else v for end, v in found.items()}
    layers = {s.attribute: getattr(network, s.attribute) for s in plan.steps if s.layer}
    computed(plan.steps, layers, found, nudge, precision.half)
    size = next(iter(batch.values())).shape[0]
    player = stage.players[number]
    sums = tallies(plan, stage.rules, found, jnp.ones(size), player.losses)
    total = total_loss(stage.rules, sums) + stage.held.penalty(params)
    losses = {
        name: sums[name].total / jnp.maximum(sums[name].count, 1e-9)
        for name, rule in stage.rules.items()
        if rule.weight is not None and rule.loss in player.losses
    }
    return precision.scaled(total, state.loss_scale), (found, losses, total)


def _reached(plan: Plan, losses: tuple[int, ...]) -> frozenset[End]:
    """The outputs and wires that some losses are computed from."""
    found: set[End] = set()
    waiting: list[End] = []

    def read(reader: PlanStep | LossStep) -> None:
        found.update(_wire(reader.node, port) for port in reader.inputs)
        waiting.extend(end for end in reader.inputs.values() if end not in found)

    makers = {end: step for step in plan.steps for end in step.outputs}
    for number in losses:
        read(plan.losses[number])
    while waiting:
        end = waiting.pop()
        if end not in found:
            found.add(end)
            if end in makers:
                read(makers[end])
    return frozenset(found)


def _after(program: Program, state: State, loaded: Any, count: int) -> State:
    """The state after the turns of the first so many players."""
    stage = program.stages[program.stage]
    if count == len(stage.players):
        whole: State = _compiled(program, ("step", program.stage), stage)(state, loaded)
        return whole
    first = replace(stage, players=stage.players[:count], optimizers=stage.optimizers[:count])
    after: State = _compiled(program, ("step", program.stage, count), first)(state, loaded)
    return after._replace(optimizer=(*after.optimizer, *state.optimizer[count:]))


def _compiled(program: Program, key: Any, function: Any) -> Any:
    known = _COMPILED.setdefault(program, {})
    if key not in known:
        known[key] = jax.jit(function)
    return known[key]


def _is_float(array: Any) -> bool:
    return bool(jnp.issubdtype(array.dtype, jnp.floating))
