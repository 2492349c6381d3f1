"""The network that is walked through: that of a training, or one that is made for the walk."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp

from core.data.binding import DataBinding, source_of
from core.design.document import Design
from core.errors import InputError
from core.explain.walkthrough.walk import Walk
from core.project.file import from_text
from core.project.runs import RunStore
from core.train.initial_weights import source, started
from core.train.job import Job
from core.train.start import trained_parts
from core.train.state import State


class Ground(NamedTuple):
    """A network to step from; one that is not ``trained`` has its initial weights."""

    job: Job
    state: State
    trained: bool


def ground(walk: Walk, training: tuple[Job, State] | None) -> Ground:
    """The training's network if it is that of the design, with another recipe its weights alone.

    Else a network with its initial weights. Raises InputError naming what keeps the design from
    being trained.
    """
    design = _design(walk.design)
    if training is not None and trained_parts(training[0].design) != trained_parts(design):
        training = None
    if training is not None and training[0].design.recipe == design.recipe:
        return Ground(*training, True)
    job, state = _made(walk.design, walk.folder, walk.store, walk.device, _stamp(design, walk))
    if training is None:
        return Ground(job, state, trained=False)
    params, rest = job.program.placement.put((training[1].params, training[1].rest))
    average = [jnp.copy(p) for p in params] if state.average else []
    return Ground(job, state._replace(params=params, rest=rest, average=average), trained=True)


@lru_cache(maxsize=4)
def _design(text: str) -> Design:
    return from_text(text, "the design")


def _stamp(design: Design, walk: Walk) -> tuple[object, ...]:
    """Changes when the data or the initial weights of a design do."""
    if design.data is None:
        return ()
    try:
        return source_of(DataBinding.from_json(design.data)).stamp(Path(walk.folder))
    except InputError:
        # The analysis of the design has better words for it.
        return ()


# One: its data is on the device.
@lru_cache(maxsize=1)
def _made(
    text: str, folder: str, store: str, device: str, stamp: tuple[object, ...]
) -> tuple[Job, State]:
    design = _design(text)
    job = Job.of(design, Path(folder), device)
    wanted = job.program.recipe.initial_weights
    if wanted:
        given = source(wanted, Path(folder), RunStore(Path(store)))
        return job, started(job, given, wanted)[0]
    return job, jax.block_until_ready(job.program.initial_state())
