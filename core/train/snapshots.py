"""Keeps the weights of some steps of a run beside the training, so that it can be replayed."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import jax
import numpy as np

from core.errors import InputError
from core.project.moments import (
    MOST,
    MOST_BYTES,
    Moment,
    drop,
    drop_after,
    keep,
    moments,
    path_of,
    thinned,
)
from core.train.checkpoint import Arrays, weights_of, with_weights
from core.train.events import Emit, Kept
from core.train.saver import Saver

if TYPE_CHECKING:
    from core.train.program import Program
    from core.train.state import State
    from core.train.training import Training

# Seconds between two moments, at least, and the shares of the time that copying them may hold up
# the training and that writing them may take beside it.
INTERVAL = 0.25
COPY_SHARE, WRITE_SHARE = 0.005, 0.02


class Snapshots:
    """The moments of one run, the first step among them.

    Later ones are as far from each other, in steps, as the earlier ones are after these were last
    thinned out. What cannot be written ends the keeping, never the training. ``held_up`` is for how
    many seconds copying held up the training; while it is not ``may_take`` only the first weights
    and the last are kept.
    """

    def __init__(self, directory: Path) -> None:
        """Begin with none; nothing is read or written."""
        self._directory = directory
        self._kept: tuple[Moment, ...] = ()
        self._stride = 1
        self._next = 0.0
        self._saver = Saver()
        self._note = ""
        self._off = self._untold = False
        self.held_up = 0.0
        self.may_take = True

    @property
    def kept(self) -> tuple[Moment, ...]:
        """The moments whose weights are on disk, in order."""
        return self._kept

    def go_on(self, step: int) -> None:
        """Go on from a step; what an earlier training kept of later ones is deleted."""
        with contextlib.suppress(OSError):
            drop_after(self._directory, step)
        found = moments(self._directory)
        self._kept, self._note = found.found, found.note
        gaps = [after.step - one.step for one, after in pairwise(self._kept)]
        # The last of them was kept wherever the training ended.
        self._stride = min(gaps[:-1], default=1)
        self._untold = bool(self._kept)

    def tend(self, training: Training, emit: Emit) -> None:
        """Between two steps: keep the weights if it is time to, and tell of what was written."""
        self._tell(emit)
        if self._off or self._saver.busy:
            return
        begins = not self._kept
        if begins or (
            self.may_take and self._is_far(training.step) and time.perf_counter() >= self._next
        ):
            self._take(training)

    def finish(self, training: Training, emit: Emit) -> None:
        """Keep the last weights too, and wait until they are written."""
        self._saver.wait()
        if not self._off and (not self._kept or training.step > self._kept[-1].step):
            self._take(training)
            self._saver.wait()
        self._tell(emit)

    def _is_far(self, step: int) -> bool:
        return step - self._kept[-1].step >= self._stride

    def _tell(self, emit: Emit) -> None:
        if self._untold:
            self._untold = False
            emit(Kept(self._kept, self._note))

    def _take(self, training: Training) -> None:
        began = time.perf_counter()
        program, state = training.job.program, training.state
        size = sum(a.nbytes for a in (*program.evaluated(state), *_weights(state.rest)))
        most = min(MOST, MOST_BYTES // max(size, 1))
        if most < 2:
            self._off = self._untold = True
            self._note = "The weights are too large to keep those of several steps"
            return
        arrays = weights_of(program, state)
        moment = Moment(training.step, training.progress)
        copied = time.perf_counter() - began
        self.held_up += copied
        self._next = began + max(INTERVAL, copied / COPY_SHARE)
        self._saver.begin(partial(self._write, moment, arrays, most))

    def _write(self, moment: Moment, arrays: Arrays, most: int) -> None:
        """Beside the training: write, and thin out what is kept."""
        began = time.perf_counter()
        before = (*self._kept, moment)
        after = thinned(before, most)
        try:
            # Room is made first, so that there is never more than is promised.
            drop(self._directory, {m.step for m in before} - {m.step for m in after})
            keep(self._directory, moment, arrays)
        except Exception as error:  # noqa: BLE001 - see the class
            why = getattr(error, "strerror", None) or error
            self._note = f"No more weights are kept: {why}"
            self._kept = tuple(m for m in after if m is not moment)
            self._off = self._untold = True
            return
        if len(after) < len(before):
            # As far from each other as these are on average.
            self._stride = -(-(after[-1].step - after[0].step) // (len(after) - 1))
        self._kept, self._untold = tuple(after), True
        ended = time.perf_counter()
        self._next = max(self._next, began + (ended - began) / WRITE_SHARE)


def recalled(directory: Path, program: Program, state: State, step: int) -> State:
    """A state with the weights that a run kept of a step; see ``state_of``. Raises InputError."""
    path = path_of(directory, step)
    if not path.is_file():
        raise InputError(
            f"the weights of step {step:,} are not kept any more", "Choose another step."
        )
    try:
        return state_of(path, program, state, step)
    except InputError as error:
        raise InputError(error.message, "Choose another step.") from None


def state_of(path: Path, program: Program, state: State, step: int) -> State:
    """A state with the weights of a file, to be looked at and not to train with.

    ``state`` is any of the same program; nothing of it is shared, because steps give its memory up.
    What only the training has, such as the optimizers', is empty. Raises InputError.
    """
    found = with_weights(path, program, state)
    own = [leaf if _is_weight(leaf) else leaf.copy() for leaf in found.rest]
    sums, samples = program.no_sums()
    return found._replace(
        rest=own,
        optimizer=(),
        loss_scale=None,
        step=jax.numpy.asarray(step, np.int32),
        rate=jax.numpy.ones((), np.float32),
        sums=sums,
        samples=samples,
    )


def _weights(rest: list[jax.Array]) -> list[jax.Array]:
    return [value for value in rest if _is_weight(value)]


def _is_weight(value: jax.Array) -> bool:
    return bool(jax.numpy.issubdtype(value.dtype, jax.numpy.floating))
