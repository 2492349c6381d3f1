"""Runs a network for one sample and keeps what one of its nodes does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import jax
import numpy as np

from core.compile.names import resolve
from core.compile.plan import Plan, Step
from core.design.document import End
from core.explain.inside.attention import attends, head_weights
from core.explain.inside.patches import Patches
from core.explain.inside.recurrent import NAMES, Reading, layers_in, readings, recurs
from core.explain.inside.seen import FRAMES, GATES, HEADS, STATES, Facet

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.program import Program
    from core.train.state import State

Feed = Mapping[str, np.ndarray]


class Run(NamedTuple):
    """What a node was given and gave, with the batch in front, and what happened in between."""

    inputs: dict[str, jax.Array]
    output: jax.Array | None
    heads: jax.Array | None
    readings: list[Reading]
    prediction: jax.Array | None
    probabilities: jax.Array | None


class Elements(NamedTuple):
    """What the elements of a sequence are called, and the parts of an image they stand for."""

    names: tuple[str, ...] = ()
    patches: Patches | None = None


# Compiled functions by node, as long as their program lives.
_COMPILED: WeakKeyDictionary[Program, dict[str, Callable[..., Run]]] = WeakKeyDictionary()


def run_node(job: Job, state: State, node: str, feed: Feed) -> Run:
    """Look at a node while the network computes ``feed``, arrays ``[1, ...]`` by Input node.

    Layers are in evaluation mode.
    """
    program = job.program
    functions = _COMPILED.setdefault(program, {})
    if node not in functions:
        functions[node] = jax.jit(partial(_run, program.networks, program.plan, node))
    given = {name: np.asarray(value) for name, value in feed.items()}
    found = functions[node](program.evaluated(state), state.rest, given)
    return jax.device_get(found)


def step_of(plan: Plan, node: str) -> Step | None:
    """The step that computes a node; Input nodes have none."""
    return next((step for step in plan.steps if step.node == node), None)


def layer_of(job: Job, state: State, step: Step) -> Any:
    """The layer of a step with the weights of ``state``; None for a plain function."""
    if step.layer is None:
        return None
    network = job.program.networks.plain(job.program.evaluated(state), state.rest)
    return getattr(network, step.attribute)


def run_facets(run: Run, layer: Any, queries: Elements, keys: Elements) -> list[Facet]:
    """The pictures of what happened inside of the node."""
    found: list[Facet] = []
    if run.heads is not None:
        value = np.asarray(run.heads[0])
        axes = ("heads", "queries", "keys")
        heads = Facet(HEADS, "", value, axes, queries.names, keys.names, (0.0, 1.0))
        found.append(replace(heads, row_patches=queries.patches, column_patches=keys.patches))
    several = layers_in(layer) > 1
    for reading in run.readings:
        both = any(r.backwards for r in run.readings)
        way = ("backwards" if reading.backwards else "forwards") if both else ""
        place = ", ".join(p for p in (f"layer {reading.layer + 1}" if several else "", way) if p)
        for page, parts in ((STATES, reading.states), (GATES, reading.gates)):
            # Compiled functions give dictionaries in an order of their own.
            for name in (name for name in NAMES if name in parts):
                title = f"{name}, {place}" if place else name
                limits = (0.0, 1.0) if name.endswith("gate") else None
                array = np.asarray(parts[name][0])
                one = Facet(page, title, array, FRAMES, limits=limits)
                if array.ndim == 2:
                    one = replace(one, axes=("steps", "units"), rows=queries.names)
                found.append(replace(one, row_patches=queries.patches))
    return found


def _run(networks: Any, plan: Plan, node: str, params: Any, rest: Any, feed: Any) -> Run:
    network = networks.evaluating(params, rest)
    found = network.values(feed)
    step = step_of(plan, node)
    prediction = found.get(plan.shown.prediction)
    scope = {port: found[end] for port, end in plan.shown.inputs.items() if end in found}
    chances = plan.shown.probabilities
    probabilities = chances.run(scope, resolve) if chances and prediction is not None else None
    if step is None or any(end not in found for end in step.inputs.values()):
        output = found.get(End(node, "output")) if step is None else None
        return Run({}, output, None, [], prediction, probabilities)
    inputs = {port: found[end] for port, end in step.inputs.items()}
    layer = getattr(network, step.attribute) if step.layer is not None else None
    heads = None
    if attends(layer):
        given = {**inputs, "layer": layer}
        heads = head_weights(layer, lambda: step.forward.run(given, network._resolve))
    read = readings(layer, next(iter(inputs.values()))) if recurs(layer) else []
    output = found[step.outputs[0]] if step.outputs else None
    return Run(inputs, output, heads, read, prediction, probabilities)
