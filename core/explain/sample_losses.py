"""What the shown loss of a network says of single samples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.model import loss_scope
from core.compile.names import resolve
from core.compile.plan import Plan

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.program import Program
    from core.train.state import State

_BATCH = 256
_COMPILED: WeakKeyDictionary[Program, Any] = WeakKeyDictionary()


def sample_losses(job: Job, state: State, rows: np.ndarray) -> np.ndarray:
    """The loss of each of some rows of the data, float32 ``[N]``, layers in evaluation mode.

    NaN for a sample without a target; empty where the loss compares samples with one another, or
    needs what no row of the data has.
    """
    plan, program = job.program.plan, job.program
    ends = plan.shown.inputs.values()
    if plan.shown.across_batch or plan.shown.acts or not len(rows):
        return np.zeros(0, np.float32)
    if program not in _COMPILED:
        _COMPILED[program] = jax.jit(partial(_losses, program.networks, plan))
    known = {*plan.feeds, *(step.node for step in plan.steps)}
    if not all(end.node in known for end in ends):
        return np.zeros(0, np.float32)
    parts, size = [], min(_BATCH, len(rows))
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        # Filled up, so that one compilation serves.
        filled = np.resize(part, size)
        feed = {n: np.asarray(job.prepared.columns[c][filled]) for n, c in plan.feeds.items()}
        found = _COMPILED[program](program.evaluated(state), state.rest, feed)
        parts.append(np.asarray(found)[: len(part)])
    return np.concatenate(parts).astype(np.float32)


def _losses(networks: Any, plan: Plan, params: Any, rest: Any, feed: Any) -> jax.Array:
    loss = plan.shown
    found = networks.evaluating(params, rest).values(feed)
    scope = loss_scope(loss, found)
    value = loss.value.run(scope, resolve).astype(jnp.float32)
    if loss.counted is None:
        return value
    return jnp.where(loss.counted.run(scope, resolve) > 0, value, jnp.nan)
