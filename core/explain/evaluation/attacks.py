"""Inputs changed by noise and by attacks on the loss, and what the network says of them.

Sources: Goodfellow et al., Explaining and harnessing adversarial examples, 2015 (FGSM); Madry et
al., Towards deep learning models resistant to adversarial attacks, 2018 (PGD).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.model import loss_scope
from core.compile.names import resolve
from core.explain.evaluation.robustness import (
    EPSILONS,
    FGSM,
    NOISE,
    NOISE_SIZES,
    PGD,
    PGD_STEPS,
    Robustness,
)
from core.explain.report import answers_of
from core.train.job import Job
from core.train.pieces import stand_aside
from core.train.program import Program
from core.train.state import State

BATCH = 256
# What a step of PGD is, as a share of epsilon over the number of steps, as in the paper's code.
_STRIDE = 2.5
Inputs = dict[str, jax.Array]


def robustness(job: Job, state: State, rows: np.ndarray) -> Robustness | None:
    """Accuracy (root mean squared error of numbers) on the rows as inputs change more and more.

    None for a network without a float32 Input.
    """
    program = job.program
    changes = Changes.of(job, rows)
    if not changes.scales:
        return None

    def score(kind: str, size: float) -> float:
        said = changes.predictions(program, state, rows, kind, size)
        answers = answers_of(job, rows, said)
        if answers is not None:
            return float((answers.truth == answers.predicted).mean())
        name = program.plan.feeds[program.plan.shown.target_node or ""]
        deviation = job.prepared.scales.get(name, (0.0, 1.0))[1]
        gap = said.reshape(len(rows), -1) - job.prepared.columns[name][rows].reshape(len(rows), -1)
        return float(np.sqrt(((gap * deviation) ** 2).mean()))

    clean = score(NOISE, 0.0)
    sizes = {NOISE: NOISE_SIZES, FGSM: EPSILONS, PGD: EPSILONS}
    found = {
        kind: ((0.0, clean), *((size, score(kind, size)) for size in chosen))
        for kind, chosen in sizes.items()
    }
    classifies = program.plan.shown.classifies
    return Robustness("accuracy" if classifies else "rmse", len(rows), found)


class Changes:
    """Changes the float32 Inputs of rows.

    ``scales`` holds by Input node what a size of 1 is: the deviation of each feature over the rows,
    of pictures and series that of all values. Pictures stay within the least and greatest value of
    the data, ``limits``.
    """

    def __init__(
        self, scales: dict[str, np.ndarray], limits: dict[str, tuple[float, float]]
    ) -> None:
        self.scales, self.limits = scales, limits

    @classmethod
    def of(cls, job: Job, rows: np.ndarray) -> Changes:
        """Look at the rows' inputs."""
        scales, limits = {}, {}
        for node in job.program.plan.inputs:
            values = job.prepared.columns[job.program.plan.feeds[node]][rows]
            if not np.issubdtype(values.dtype, np.floating):
                continue
            axes = 0 if values.ndim == 2 else None
            scales[node] = np.asarray(values.std(axis=axes), np.float32)
            picture = values.ndim == 4
            edges = (values.min(), values.max()) if picture else (-np.inf, np.inf)
            limits[node] = (float(edges[0]), float(edges[1]))
        return cls(scales, limits)

    def predictions(
        self, program: Program, state: State, rows: np.ndarray, kind: str, size: float
    ) -> np.ndarray:
        """What the shown loss is given for the changed rows, ``[N, ...]``; ``size`` in scales."""
        if program not in _COMPILED:
            _COMPILED[program] = jax.jit(
                partial(_changed, program.plan, program.networks, program.shown),
                static_argnames="kind",
            )
        changed = _COMPILED[program]
        params, count = program.evaluated(state), min(BATCH, len(rows))
        parts = []
        for number, start in enumerate(range(0, len(rows), count)):
            stand_aside()
            part = rows[start : start + count]
            loaded = program.shown.load(np.resize(part, count).astype(np.int32))
            key = jax.random.key(number)
            given = (self.scales, self.limits, np.float32(size), key)
            said = changed(params, state.rest, loaded, *given, kind=kind)
            parts.append(np.asarray(said)[: len(part)])
        return np.concatenate(parts)


# The compiled function of each program that lives; it must not hold the program itself.
_COMPILED: WeakKeyDictionary[Program, Any] = WeakKeyDictionary()


def _changed(
    plan: Any,
    networks: Any,
    feed: Any,
    params: Any,
    rest: Any,
    loaded: Any,
    scales: Inputs,
    limits: dict[str, tuple[Any, Any]],
    size: jax.Array,
    key: jax.Array,
    kind: str,
) -> jax.Array:
    """What the shown loss is given for the changed rows that are loaded."""
    play = networks.play(params, rest)
    batch, _ = feed.batch(loaded, play, jnp.zeros((), jnp.int32))
    reach = {node: size * scale for node, scale in scales.items()}
    nearby = _Nearby(plan, play, batch, reach, limits)
    if kind == NOISE:
        moved = nearby.noisy(key)
    else:
        moved = nearby.fast() if kind == FGSM else nearby.projected(key)
    prediction: jax.Array = play({**batch, **moved})[plan.shown.prediction]
    return prediction


class _Nearby:
    """The inputs near those of a ``batch``, no further than ``reach`` and within ``limits``."""

    def __init__(
        self,
        plan: Any,
        play: Any,
        batch: Inputs,
        reach: Inputs,
        limits: dict[str, tuple[Any, Any]],
    ) -> None:
        self._plan, self._play, self._batch = plan, play, batch
        self._reach, self._limits = reach, limits
        self._clean: Inputs = {node: batch[node] for node in reach}

    def noisy(self, key: jax.Array) -> Inputs:
        """With normal noise, which may go beyond the reach."""
        return self._allowed(self._drawn(key, jax.random.normal))

    def fast(self) -> Inputs:
        """One step of the whole reach uphill: FGSM."""
        signs = self._uphill(self._clean)
        return self._within({n: x + self._reach[n] * signs[n] for n, x in self._clean.items()})

    def projected(self, key: jax.Array) -> Inputs:
        """The strongest of FGSM's inputs and all on the way from a random start: PGD."""
        start = self._drawn(key, partial(jax.random.uniform, minval=-1, maxval=1))
        first = self.fast()

        def step(_: Any, carried: tuple[Inputs, Inputs, jax.Array]) -> Any:
            here, best, most = carried
            signs = self._uphill(here)
            stride = _STRIDE / PGD_STEPS
            here = {n: x + stride * self._reach[n] * signs[n] for n, x in here.items()}
            here = self._within(here)
            now = self._losses(here)
            higher = now > most
            best = {n: jnp.where(_like(higher, x), here[n], x) for n, x in best.items()}
            return here, best, jnp.where(higher, now, most)

        carried = (self._within(start), first, self._losses(first))
        found: Inputs = jax.lax.fori_loop(0, PGD_STEPS, step, carried)[1]
        return found

    def _drawn(self, key: jax.Array, draw: Callable[..., jax.Array]) -> Inputs:
        """The clean inputs, moved by random numbers times the reach."""
        keys = dict(zip(self._clean, jax.random.split(key, len(self._clean)), strict=True))
        return {n: x + self._reach[n] * draw(keys[n], x.shape) for n, x in self._clean.items()}

    def _losses(self, inputs: Inputs) -> jax.Array:
        shown = self._plan.shown
        found = self._play({**self._batch, **inputs})
        values: jax.Array = shown.value.run(loss_scope(shown, found), resolve)
        return values

    def _uphill(self, inputs: Inputs) -> Inputs:
        """The signs of the slope of the loss."""
        slopes = jax.grad(lambda given: self._losses(given).sum())(inputs)
        return {node: jnp.sign(slope) for node, slope in slopes.items()}

    def _within(self, inputs: Inputs) -> Inputs:
        clean, reach = self._clean, self._reach
        near = {n: jnp.clip(x, clean[n] - reach[n], clean[n] + reach[n]) for n, x in inputs.items()}
        return self._allowed(near)

    def _allowed(self, inputs: Inputs) -> Inputs:
        return {n: jnp.clip(x, *self._limits[n]) for n, x in inputs.items()}


def _like(chosen: jax.Array, array: jax.Array) -> jax.Array:
    """A bool a sample ``[B]`` with as many axes as an array."""
    return chosen.reshape(-1, *(1,) * (array.ndim - 1))
