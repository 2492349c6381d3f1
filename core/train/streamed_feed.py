"""Batches that are read from the disk while the device works on earlier ones."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax
import numpy as np

from core.compile.figures import Tallies
from core.compile.plan import Plan
from core.data.binding import Prepared
from core.train.feed import Batch, Play, shuffled
from core.train.placement import Placement

# Batches that are read ahead: one is used, one waits, one is read.
AHEAD = 3


class StreamedFeed:
    """Reads the rows of each batch when its turn comes near, in a thread beside the training."""

    def __init__(
        self, plan: Plan, prepared: Prepared, batch_size: int, seed: int, placement: Placement
    ) -> None:
        """Nothing is read yet."""
        self.rows, self.batch_size, self.seed = prepared.splits["train"], batch_size, seed
        self._columns = {node: prepared.columns[column] for node, column in plan.feeds.items()}
        self._placement = placement
        self._reader = ThreadPoolExecutor(1, "batches")
        self._order: list[np.ndarray] = []
        self._places: dict[int, int] = {}
        self._read: dict[int, Future[Batch]] = {}

    def batches(self, epoch: int) -> list[np.ndarray]:
        """All training rows in an order of their own, in which they will be read ahead."""
        self._order = shuffled(self.rows, self.batch_size, self.seed, epoch)
        self._places = {id(rows): place for place, rows in enumerate(self._order)}
        self._read = {}
        return self._order

    def load(self, rows: np.ndarray) -> Batch:
        """The rows of each column. Raises InputError naming one that cannot be used."""
        place = self._places.get(id(rows))
        if place is None:
            return self._fetch(rows)
        for ahead in range(place, min(place + AHEAD, len(self._order))):
            if ahead not in self._read:
                self._read[ahead] = self._reader.submit(self._fetch, self._order[ahead])
        return self._read.pop(place).result()

    def batch(self, loaded: Any, play: Play, step: jax.Array) -> tuple[Batch, Tallies]:
        """What was read."""
        return dict(loaded), {}

    def _fetch(self, rows: np.ndarray) -> Batch:
        return {n: self._placement.divided(values[rows]) for n, values in self._columns.items()}
