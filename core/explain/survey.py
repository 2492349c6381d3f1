"""A cheap look at all nodes at once: small samples of what they compute, and how strongly the loss
pulls at the parameters of each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from core.design.document import End
from core.explain.look import first_outputs
from core.train.events import Surveyed

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

# The training samples that the loss is averaged over; many would cost as much as a step.
SAMPLES = 32
# At most so many rows, columns and channels of an image, steps and features of a sequence, and
# elements of a vector reach the window: what a picture in a node can show.
IMAGE, CHANNELS = 24, 4
STEPS, FEATURES = 48, 16
ELEMENTS = 48


class Findings(NamedTuple):
    """``gradients`` holds one number for each node with parameters, ``outputs`` the sample of each
    node that has a picture, without the batch axis.
    """

    gradients: dict[str, jax.Array]
    outputs: dict[str, jax.Array]


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
    return Surveyed(step, gradients, {node: np.asarray(v) for node, v in seen.outputs.items()})


def _reduced(value: jax.Array) -> jax.Array:
    if value.ndim == 3:
        down, across = (_stride(size, IMAGE) for size in value.shape[:2])
        return value[::down, ::across, :CHANNELS]
    if value.ndim == 2:
        return value[:: _stride(value.shape[0], STEPS), :: _stride(value.shape[1], FEATURES)]
    return value[:: _stride(value.shape[0], ELEMENTS)]


def _stride(size: int, most: int) -> int:
    return -(-size // most)
