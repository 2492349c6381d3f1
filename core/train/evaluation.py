"""Figures and predictions of a network over the rows of a split, layers in evaluation mode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.figures import Rules, Tally, added, finish, no_tallies, tallies, unknown
from core.compile.plan import Plan
from core.train.feed import Feed
from core.train.networks import Networks

EVALUATION_BATCH = 256

Arrays = list[jax.Array]


class Evaluation:
    """Evaluates the network of a plan; ``batch_size`` is that of the training."""

    def __init__(
        self, plan: Plan, rules: Rules, networks: Networks, feed: Feed, batch_size: int, rows: int
    ) -> None:
        """Nothing is compiled yet; the data has so many ``rows``."""
        self.plan, self.rules, self.networks, self.feed = plan, rules, networks, feed
        # A loss that compares samples with one another is another one in batches of another size.
        self._compared = any(loss.across_batch for loss in plan.losses)
        self._size = batch_size if self._compared else min(EVALUATION_BATCH, rows)
        self._sum_jit = jax.jit(self._sum, static_argnums=5)
        self._predict_jit = jax.jit(self._predict)

    def figures(
        self, params: Arrays, rest: Arrays, rows: np.ndarray, losses: tuple[int, ...]
    ) -> dict[str, float]:
        """Figures of the losses with these numbers over the given rows; NaN for no rows."""
        if not len(rows):
            return unknown(self.rules)
        sums: Any = no_tallies(self.rules)
        for padded, count in self._padded(rows):
            weight = (np.arange(len(padded)) < count).astype(np.float32)
            sums = self._sum_jit(params, rest, self.feed.load(padded), weight, sums, losses)
        return finish(self.rules, jax.device_get(sums))

    def predict(self, params: Arrays, rest: Arrays, rows: np.ndarray) -> np.ndarray:
        """What the shown loss is given as its prediction, for the given rows ``[N, ...]``."""
        parts = []
        for padded, count in self._padded(rows):
            found = self._predict_jit(params, rest, self.feed.load(padded))
            parts.append(np.asarray(found)[:count])
        return np.concatenate(parts)

    def _padded(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """Batches of one size, so that one compilation serves, and how many rows of each count.

        Where samples are compared, none may be seen twice in a batch that is filled up.
        """
        for start in range(0, len(rows), self._size):
            part = rows[start : start + self._size]
            filled = part if self._compared else np.resize(part, self._size)
            yield filled.astype(np.int32), len(part)

    def _found(self, params: Arrays, rest: Arrays, loaded: Any) -> Any:
        play = self.networks.play(params, rest)
        return play(self.feed.batch(loaded, play, jnp.zeros((), jnp.int32))[0])

    def _sum(
        self,
        params: Arrays,
        rest: Arrays,
        loaded: Any,
        weight: jax.Array,
        sums: dict[str, Tally],
        losses: tuple[int, ...],
    ) -> dict[str, Tally]:
        found = self._found(params, rest, loaded)
        return added(sums, tallies(self.plan, self.rules, found, weight, losses))

    def _predict(self, params: Arrays, rest: Arrays, loaded: Any) -> jax.Array:
        return self._found(params, rest, loaded)[self.plan.shown.prediction]
