"""Where the batch of a step comes from; here, rows that live on the device.

A feed works on both sides of a compiled step: ``load`` gives, outside, what the step is called
with, and ``batch`` makes the arrays of that, inside. So batches may be gathered, fetched from a
disk, or played in an environment by the network that learns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jax
import numpy as np

from core.compile.figures import Tallies
from core.compile.plan import Plan
from core.data.binding import Prepared
from core.design.document import End
from core.train.placement import Placement

# The network as it is, in evaluation mode: from the arrays of Input nodes to every output.
Play = Callable[[Mapping[str, jax.Array]], dict[End, jax.Array]]
Batch = dict[str, jax.Array]


class Feed(Protocol):
    """Gives a step its batch."""

    def batches(self, epoch: int) -> list[np.ndarray]:
        """The row numbers of each step of an epoch, int32 ``[N]``.

        They depend on seed and epoch alone, so that a resumed run sees the same.
        """
        ...

    def load(self, rows: np.ndarray) -> Any:
        """What a compiled function is given for these rows; a tree of arrays."""
        ...

    def batch(self, loaded: Any, play: Play, step: jax.Array) -> tuple[Batch, Tallies]:
        """The arrays ``[B, ...]`` of each Input and Target node, by node id; traced.

        ``step`` counts the steps that were done. The figures are those that making the batch
        brought about, such as how games ended.
        """
        ...


class ResidentFeed:
    """Columns that live on the device, gathered by row number."""

    def __init__(
        self, plan: Plan, prepared: Prepared, batch_size: int, seed: int, placement: Placement
    ) -> None:
        """Put the columns that the plan reads on the device, or on each of them."""
        self._placement = placement
        self.rows, self.batch_size, self.seed = prepared.splits["train"], batch_size, seed
        self.data: Batch = {
            node: placement.put(prepared.columns[column][:]) for node, column in plan.feeds.items()
        }

    def batches(self, epoch: int) -> list[np.ndarray]:
        """All training rows in an order of their own; the last batch may be smaller."""
        return shuffled(self.rows, self.batch_size, self.seed, epoch)

    def load(self, rows: np.ndarray) -> tuple[Batch, Any]:
        """The columns and the row numbers."""
        return self.data, self._placement.divided(rows)

    def batch(
        self, loaded: tuple[Batch, jax.Array], play: Play, step: jax.Array
    ) -> tuple[Batch, Tallies]:
        """The rows of each column."""
        data, rows = loaded
        return {node: values[rows] for node, values in data.items()}, {}


def shuffled(rows: np.ndarray, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """The rows of each batch of an epoch, int32; the last batch may be smaller."""
    order = np.random.default_rng([seed, epoch]).permutation(rows)
    cuts = range(batch_size, len(order), batch_size)
    return [part.astype(np.int32) for part in np.split(order, list(cuts))]
