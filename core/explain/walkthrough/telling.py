"""Tells a training step moment by moment, from what was computed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from core.blocks.block import Block
from core.compile.plan import Plan
from core.design.document import End
from core.errors import InputError
from core.explain.walkthrough.formulas import Numbers, backward_of, forward_of, update_of
from core.explain.walkthrough.ground import Ground
from core.explain.walkthrough.moments import (
    BACKWARD,
    FORWARD,
    LOSS,
    UPDATE,
    Formula,
    Moment,
    Value,
    Walked,
)
from core.explain.walkthrough.tracing import Turn, stepped, turns
from core.explain.walkthrough.walk import Walk
from core.train.players import Player
from core.train.program import Program
from core.train.rates import scheduled_rate

Arrays = Mapping[str, np.ndarray]


def told(walk: Walk, ground: Ground) -> Walked:
    """The step that is asked for. Raises InputError where there are no samples to make it with."""
    job, state = ground.job, ground.state
    program = job.program
    if job.prepared.environment is not None:
        raise InputError(
            "a network that learns by playing has no samples to walk through a step with",
            "Choose data with rows for this design.",
        )
    for numbers in walk.before:
        state = stepped(program, state, _rows(program, numbers))
    rows = _rows(program, walk.numbers)
    rate = scheduled_rate(program, state) * float(state.rate)
    blocks = {key: report.block for key, report in job.analysis.nodes.items() if report.block}
    players = program.stages[program.stage].players
    moments: list[Moment] = []
    losses = 0.0
    done = list(turns(program, state, rows))
    for place, turn in enumerate(done):
        losses += float(turn.traced.total)
        moments += _Telling(program, players[turn.player], blocks, turn, rate, place).moments()
    plan = program.plan
    called = (" + ".join(plan.losses[n].name for n in players[turn.player].losses) for turn in done)
    return Walked(
        tuple(int(row) for row in rows),
        len(program.train_rows),
        tuple(moments),
        losses,
        tuple(called),
        program.recipe.optimizer.label,
        rate,
        ground.trained,
    )


def _rows(program: Program, numbers: Sequence[int]) -> np.ndarray:
    rows = program.train_rows
    return np.array([rows[number % len(rows)] for number in numbers], np.int32)


class _Telling:
    """Tells one player's turn."""

    def __init__(
        self,
        program: Program,
        player: Player,
        blocks: Mapping[str, Block],
        turn: Turn,
        rate: float,
        place: int,
    ) -> None:
        self.plan: Plan = program.plan
        self.rate, self.place, self.player = rate, place, player
        self.blocks, self.traced = blocks, turn.traced
        self.optimizer = program.recipe.optimizer.label
        names = program.param_names
        trained = [names[i] for i in player.params]
        self.weights = _by_layer([*names, *turn.frozen], [*turn.before, *turn.frozen.values()])
        self.gradients = _by_layer(trained, turn.traced.gradients)
        self.after = _by_layer(trained, [turn.after[i] for i in player.params])
        self.at = [_by_node(found) for found in turn.traced[:4]]

    def moments(self) -> Iterator[Moment]:
        """Forward, each loss, backward and update."""
        plan, traced = self.plan, self.traced
        for node in plan.feeds:
            value = traced.outputs.get(End(node, "output"))
            if value is not None:
                yield self._moment(FORWARD, node, outputs={"output": value})
        ran = [step for step in plan.steps if step.outputs[0] in traced.outputs]
        for step in ran:
            numbers = self._numbers(step.node, step.attribute)
            yield self._moment(
                FORWARD,
                step.node,
                numbers.inputs,
                numbers.outputs,
                numbers.weights,
                formulas=forward_of(self.blocks.get(step.node), numbers),
            )
        judged = [plan.losses[number] for number in self.player.losses]
        for loss in judged:
            numbers = self._numbers(loss.node)
            block = self.blocks.get(loss.node)
            value = np.asarray(traced.losses[f"{loss.name}.loss"] * loss.weight)
            numbers = numbers._replace(outputs={"loss": value})
            formulas = forward_of(block, numbers)
            yield self._moment(LOSS, loss.node, numbers.inputs, numbers.outputs, formulas=formulas)
        for node, attribute in (
            *((loss.node, "") for loss in reversed(judged)),
            *((step.node, step.attribute) for step in reversed(ran)),
        ):
            numbers = self._numbers(node, attribute)
            if not (numbers.slopes_in or numbers.slopes_out):
                continue
            yield self._moment(
                BACKWARD,
                node,
                numbers.slopes_in,
                numbers.slopes_out,
                numbers.gradients,
                formulas=backward_of(self.blocks.get(node), numbers),
            )
        yield from self._updates()

    def _updates(self) -> Iterator[Moment]:
        told: set[str] = set()
        for step in self.plan.steps:
            layer = step.attribute
            if layer in self.after and layer not in told:
                told.add(layer)
                new, slopes = self.after[layer], self.gradients[layer]
                old = {name: self.weights[layer][name] for name in new}
                formulas = [
                    update_of(name, old[name], new[name], slopes[name], self.rate, self.optimizer)
                    for name in new
                ]
                yield self._moment(
                    UPDATE, step.node, weights=new, before=old, formulas=tuple(formulas)
                )

    def _numbers(self, node: str, attribute: str = "") -> Numbers:
        outputs, inputs, slopes_out, slopes_in = (found.get(node, {}) for found in self.at)
        return Numbers(
            inputs,
            outputs,
            self.weights.get(attribute, {}),
            slopes_in,
            slopes_out,
            self.gradients.get(attribute, {}),
        )

    def _moment(
        self,
        stage: str,
        node: str,
        inputs: Arrays | None = None,
        outputs: Arrays | None = None,
        weights: Arrays | None = None,
        before: Arrays | None = None,
        formulas: tuple[Formula, ...] = (),
    ) -> Moment:
        return Moment(
            stage,
            node,
            self.plan.names[node],
            _values(inputs),
            _values(outputs),
            _values(weights),
            _values(before),
            formulas,
            self.place,
        )


def _values(arrays: Arrays | None) -> dict[str, Value]:
    return {name: Value.of(np.asarray(array)) for name, array in (arrays or {}).items()}


def _by_layer(names: Sequence[str], arrays: Sequence[np.ndarray]) -> dict[str, dict[str, Any]]:
    """Arrays by the layer and their own name; kernels come before biases."""
    found: dict[str, dict[str, Any]] = {}
    pairs = zip(names, arrays, strict=True)
    for name, array in sorted(pairs, key=lambda pair: pair[0].endswith(".bias")):
        layer, _, own = name.partition(".")
        found.setdefault(layer, {})[own] = np.asarray(array)
    return found


def _by_node(found: Mapping[End, Any]) -> dict[str, dict[str, np.ndarray]]:
    made: dict[str, dict[str, np.ndarray]] = {}
    for end, value in found.items():
        made.setdefault(end.node, {})[end.port] = np.asarray(value)
    return made
