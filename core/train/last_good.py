"""Remembers the last state whose values were all finite, so that a failure can be gone back on.

Looking at every gradient within the step would cost a small network a tenth of its speed. So a step
checks nothing: when the figures are read the whole state is checked and copied, and where it went
bad the few steps since are done again one by one.
"""

from __future__ import annotations

import time
from typing import Any

import jax
import numpy as np

from core.compile.figures import Tallies, are_finite
from core.train.program import Program
from core.train.state import State

# The share of the time that copying may take.
SHARE = 0.01
_KEPT = ("params", "rest", "optimizer", "average", "loss_scale", "step", "rate")


class LastGood:
    """A copy of a state on the host, and the batches that were trained on since."""

    def __init__(self, program: Program, state: State) -> None:
        """Begin with a state before any step, which is taken for good."""
        self._program = program
        self._since: list[np.ndarray] = []
        self._next = 0.0
        self.keep(state)

    def note(self, rows: np.ndarray) -> None:
        """Remember that a step was done on these rows."""
        self._since.append(rows)

    def keep(self, state: State) -> None:
        """Copy a state that is good."""
        self._keys = _keys_of(state)
        self._copy = _on_host(state, self._keys)
        self._since = []

    def follow(self, state: State) -> None:
        """Copy a state that was changed from outside, unless it is bad already."""
        copy = _on_host(state, self._keys)
        if _is_good(copy):
            self._copy, self._since = copy, []

    def accepts(self, state: State, sums: Tallies, surely: bool) -> bool:
        """Whether a state and its figures are good; a good state is copied.

        Unless it is wanted ``surely``, only the figures are looked at if the last copy was made a
        short while ago.
        """
        if not are_finite(self._program.rules, sums):
            return False
        began = time.perf_counter()
        if began < self._next and not surely:
            return True
        copy = _on_host(state, self._keys)
        if not _is_good(copy):
            return False
        self._copy, self._since = copy, []
        self._next = began + (time.perf_counter() - began) / SHARE
        return True

    def go_back(self) -> tuple[State, list[np.ndarray]]:
        """The state before the first step that goes wrong, and the rows of the steps from there.

        There are none if the steps, done again, go well: not every device repeats itself.
        """
        program, state, good = self._program, self._state(), 0
        for rows in self._since:
            state = program.step(state, rows)
            sums = jax.device_get(state.sums)
            if not (are_finite(program.rules, sums) and _is_good(_on_host(state, self._keys))):
                break
            good += 1
        else:
            return state, []
        state = self._state()
        for rows in self._since[:good]:
            state = program.step(state, rows)
        return state, self._since[good:]

    def _state(self) -> State:
        def placed(array: np.ndarray, is_key: bool) -> Any:
            return jax.random.wrap_key_data(jax.numpy.asarray(array)) if is_key else array.copy()

        kept = jax.tree.map(placed, self._copy, self._keys)
        sums, samples = self._program.no_sums()
        return State(**self._program.placement.put(kept), sums=sums, samples=samples)


def _keys_of(state: State) -> dict[str, Any]:
    """Which arrays are random keys."""
    return {
        name: jax.tree.map(
            lambda a: bool(jax.numpy.issubdtype(a.dtype, jax.dtypes.prng_key)), getattr(state, name)
        )
        for name in _KEPT
    }


def _on_host(state: State, keys: dict[str, Any]) -> dict[str, Any]:
    """A copy of a state without its figures; of random keys, their data."""
    kept = {name: getattr(state, name) for name in _KEPT}
    raw = jax.tree.map(lambda a, is_key: jax.random.key_data(a) if is_key else a, kept, keys)
    # Copied, because the device's memory is given up with the state.
    return jax.tree.map(np.array, jax.device_get(raw))


def _is_good(copy: dict[str, Any]) -> bool:
    """Whether the weights and what layers keep are finite, and no other array has a NaN.

    Optimizers may count with infinity. A loss scale at its bottom has overflowed all the way down.
    """
    learnt = (copy["params"], copy["rest"], copy["average"])
    others = (copy["optimizer"], copy["rate"])
    scale = copy["loss_scale"]
    return (
        all(np.isfinite(a).all() for a in _floats(learnt))
        and not any(np.isnan(a).any() for a in _floats(others))
        and (scale is None or float(scale.factor) > 1.0)
    )


def _floats(tree: Any) -> list[np.ndarray]:
    return [a for a in jax.tree.leaves(tree) if jax.numpy.issubdtype(a.dtype, jax.numpy.floating)]
