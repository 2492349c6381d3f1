"""Distances between what a node computes for one sample and for rows of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from core.design.document import End
from core.explain.attribution.compute.functions import Functions
from core.explain.attribution.graph import scored_end
from core.train.evaluation import EVALUATION_BATCH
from core.train.feed import Feed
from core.train.pieces import stand_aside
from core.train.program import Program
from core.train.state import State


def distances(
    program: Program,
    state: State,
    end: End,
    sample: int | Mapping[str, np.ndarray],
    rows: np.ndarray,
    metric: str,
) -> np.ndarray:
    """Distances ``[N]`` float32 of rows to a sample, ``euclidean`` or ``cosine``, at an output.

    The sample is a row of the data, or arrays by Input and Target node without a batch. The cosine
    distance is 1 less the cosine of the angle; to a vector of zeros it is 1. Nothing but the
    distances leaves the device.
    """
    known, feed = Functions.of(program), program.shown
    vectors = known.once(("vectors", end, id(feed)), lambda: jax.jit(_vectors_at(known, feed, end)))
    compared = known.once(("distances", metric), lambda: jax.jit(_METRICS[metric]))
    size = min(EVALUATION_BATCH, len(rows))
    weights = program.evaluated(state), state.rest
    if isinstance(sample, int):
        own = vectors(*weights, feed.load(np.full(size, sample, np.int32)))[0]
    else:
        given = {End(node, "output"): value[None] for node, value in sample.items()}
        scored = scored_end(known.plan)
        found = program.compute(state, given, (end, scored))
        own = _flat(jnp.asarray(found[end]), found[scored].ndim)[0]
    parts = []
    for start in range(0, len(rows), size):
        stand_aside()
        part = rows[start : start + size]
        filled = np.resize(part, size).astype(np.int32)
        found = compared(vectors(*weights, feed.load(filled)), own)
        parts.append(np.asarray(found)[: len(part)])
    return np.concatenate(parts)


def _vectors_at(known: Functions, feed: Feed, end: End) -> Any:
    """From weights and loaded rows to the output of each as a vector, float32 ``[B, D]``.

    Where a sequence's last step is scored, only the last steps of sequences are compared.
    """
    scored = scored_end(known.plan)

    def vectors(params: Any, rest: Any, loaded: Any) -> jax.Array:
        play = known.networks.play(params, rest)
        batch, _ = feed.batch(loaded, play, jnp.zeros((), jnp.int32))
        values = play(batch)
        return _flat(values[end], values[scored].ndim)

    return vectors


def _flat(found: jax.Array, axes_scored: int) -> jax.Array:
    """Outputs as vectors, of sequences the last steps where the scores are sequences too."""
    if axes_scored == found.ndim == 3:
        found = found[:, -1]
    return found.reshape(len(found), -1).astype(jnp.float32)


def _euclidean(vectors: jax.Array, own: jax.Array) -> jax.Array:
    return jnp.linalg.norm(vectors - own, axis=-1)


def _cosine(vectors: jax.Array, own: jax.Array) -> jax.Array:
    lengths = jnp.linalg.norm(vectors, axis=-1) * jnp.linalg.norm(own)
    # One product of vectors a row keeps all digits, where a matrix product may drop some.
    dots = (vectors * own).sum(axis=-1)
    return 1 - jnp.where(lengths > 0, dots / jnp.where(lengths > 0, lengths, 1), 0)


_METRICS = {"euclidean": _euclidean, "cosine": _cosine}
