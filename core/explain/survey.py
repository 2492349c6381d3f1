"""A cheap look at all nodes at once: small samples of what they compute, how strongly the loss
pulls at the parameters of each, and whether its units are alive.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from core.design.document import End
from core.explain.look import first_outputs
from core.train.events import LayerFigures, Surveyed
from core.train.players import reached

if TYPE_CHECKING:
    from core.train.feed import Batch
    from core.train.job import Job
    from core.train.state import State
    from core.train.step import Step

# The training samples that the loss is averaged over; many would cost as much as a step.
SAMPLES = 32
# At most so many rows, columns and channels of an image, steps and features of a sequence, and
# elements of a vector reach the window: what a picture in a node can show.
IMAGE, CHANNELS = 24, 4
STEPS, FEATURES = 48, 16
ELEMENTS = 48


class Findings(NamedTuple):
    """``gradients`` holds one number for each node with parameters, ``outputs`` the sample of each
    node that has a picture, without the batch axis. ``layers`` has for each node the figures of
    ``LayerFigures`` that it has, by their names.
    """

    gradients: dict[str, jax.Array]
    outputs: dict[str, jax.Array]
    layers: dict[str, dict[str, jax.Array]]


def survey(
    step: Step, param_names: Sequence[str], state: State, some: Batch, one: Batch
) -> Findings:
    """What all nodes do with the weights of ``state``; traced.

    Gradients and the change that the optimizer would make are of ``some`` training samples with
    layers in training mode, activations of the same in evaluation mode. Pictures are of ``one``.
    """
    network = step.networks.evaluating(state.params, state.rest)
    slopes: dict[str, list[jax.Array]] = {}
    changes: dict[str, list[jax.Array]] = {}
    weights: dict[str, list[jax.Array]] = {}
    for number, player in enumerate(step.players):
        gradients, _ = jax.grad(step.objective, has_aux=True)(
            state.params, state.rest, some, player.losses
        )
        chosen = [gradients[i] for i in player.params]
        proposed = _proposed(step, state, number, chosen)
        learning = reached(step.plan, player.losses)
        for place, gradient, change in zip(player.params, chosen, proposed, strict=True):
            layer = param_names[place].partition(".")[0]
            weights.setdefault(layer, []).append(state.params[place])
            if layer not in learning:
                # No loss of this stage depends on it: its gradient is none, and not one of 0.
                continue
            slopes.setdefault(layer, []).append(gradient)
            changes.setdefault(layer, []).append(change)
    attributes = {s.node: s.attribute for s in step.plan.steps if s.attribute in slopes}
    norms = {layer: {"weight_norm": norm(weights[layer])} for layer in weights}
    for layer in slopes:
        norms[layer] |= {
            "gradient_norm": norm(slopes[layer]),
            "gradient_rms": rms(slopes[layer]),
            "update_ratio": norm(changes[layer]) / norms[layer]["weight_norm"],
        }
    activations = _activations(network.values(some), {s.node for s in step.plan.steps})
    layers = {
        s.node: {**norms.get(s.attribute, {}), **activations.get(s.node, {})}
        for s in step.plan.steps
    }
    return Findings(
        {node: rms(slopes[attribute]) for node, attribute in attributes.items()},
        small_samples(network.values(one)),
        layers,
    )


def rms(parts: Sequence[jax.Array]) -> jax.Array:
    """The root of the mean square of all elements; NaN or infinite where one of them is.

    The parts are scaled by their greatest element first: the squares of very small or very large
    gradients are beyond float32.
    """
    wide = [part.astype(jnp.float32) for part in parts]
    peak = jnp.stack([jnp.abs(part).max() for part in wide]).max()
    unit = jnp.where(peak > 0, peak, 1.0)
    total = jnp.stack([jnp.square(part / unit).sum() for part in wide]).sum()
    return peak * jnp.sqrt(total / sum(part.size for part in wide))


def norm(parts: Sequence[jax.Array]) -> jax.Array:
    """The Euclidean norm of all elements together."""
    return rms(parts) * np.sqrt(sum(part.size for part in parts))


def small_samples(found: Mapping[End, jax.Array]) -> dict[str, jax.Array]:
    """For each node the part of its output for the first sample that a small picture shows.

    Numbers, ids and arrays of more than three axes have no picture.
    """
    kept = {}
    for node, value in first_outputs(found).items():
        if jnp.issubdtype(value.dtype, jnp.floating) and 2 <= value.ndim <= 4:
            kept[node] = _reduced(value[0]).astype(jnp.float32)
    return kept


def make_survey(
    job: Job, state: State, pictured: Collection[str], number: int, step: int
) -> Surveyed:
    """Survey the network with the weights of ``state``; only the ``pictured`` nodes' outputs are
    copied from the device. ``number`` counts in the probe rows and wraps around.
    """
    rows = job.probe_rows()
    found = job.program.survey(state, int(rows[number % len(rows)]))
    wanted = {node: found.outputs[node] for node in pictured if node in found.outputs}
    seen = jax.device_get(found._replace(outputs=wanted))
    gradients = {node: float(value) for node, value in seen.gradients.items()}
    outputs = {node: np.asarray(v) for node, v in seen.outputs.items()}
    # Compiled functions give dictionaries in an order of their own.
    order = (s.node for s in job.program.plan.steps if seen.layers[s.node])
    return Surveyed(step, gradients, outputs, {n: _figures(seen.layers[n]) for n in order})


def _proposed(step: Step, state: State, number: int, gradients: list[jax.Array]) -> list[jax.Array]:
    """What a player's optimizer would add to its weights for these gradients."""
    kept = state.optimizer[number]
    if isinstance(kept, optax.MultiStepsState):
        # As if the last of the batches that are accumulated had come, and all had been like these.
        last = jnp.full_like(kept.mini_step, step.recipe.accumulate - 1)
        kept = kept._replace(mini_step=last, acc_grads=gradients)
    chosen = [state.params[i] for i in step.players[number].params]
    updates, _ = step.optimizers[number].update(gradients, kept, chosen)
    return [state.rate * update for update in updates]


def _activations(
    found: Mapping[End, jax.Array], nodes: Collection[str]
) -> dict[str, dict[str, jax.Array]]:
    """Mean and deviation of what each node computes, and the share of its units that are dead.

    A unit is an element of the last axis; it is dead if it is 0 for all samples at all places. That
    is only asked of outputs that are never negative, as those of a ReLU; it is NaN for others.
    """
    out = {}
    for node, value in first_outputs(found).items():
        if node not in nodes or value.ndim < 2 or not jnp.issubdtype(value.dtype, jnp.floating):
            continue
        wide = value.astype(jnp.float32)
        dead = jnp.all(wide == 0, axis=tuple(range(wide.ndim - 1))).mean()
        out[node] = {
            "dead_share": jnp.where(wide.min() >= 0, dead, jnp.nan),
            "mean": wide.mean(),
            "deviation": wide.std(),
        }
    return out


def _figures(found: Mapping[str, jax.Array]) -> LayerFigures:
    values = {name: float(value) for name, value in found.items()}
    if np.isnan(values.get("dead_share", 0.0)):
        del values["dead_share"]
    return LayerFigures(**values)


def _reduced(value: jax.Array) -> jax.Array:
    if value.ndim == 3:
        down, across = (_stride(size, IMAGE) for size in value.shape[:2])
        return value[::down, ::across, :CHANNELS]
    if value.ndim == 2:
        return value[:: _stride(value.shape[0], STEPS), :: _stride(value.shape[1], FEATURES)]
    return value[:: _stride(value.shape[0], ELEMENTS)]


def _stride(size: int, most: int) -> int:
    return -(-size // most)
