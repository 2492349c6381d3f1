"""Outputs for some samples that are looked at, batch by batch. JAX comes with the program alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.design.document import End
from core.errors import InputError
from core.tensor import Tensor

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

_BATCH = 256
# Values of the widest output that are on the device at once.
_MOST_AT_ONCE = 1 << 24


def spread(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many places of ``rows``, int64, evenly spread, as rows may be sorted."""
    count = min(most, len(rows))
    return np.linspace(0, len(rows) - 1, count).round().astype(np.int64) if count else rows[:0]


def fed(job: Job, rows: np.ndarray) -> dict[End, np.ndarray]:
    """The arrays ``[N, ...]`` of each Input and Target node for rows of the data."""
    feeds = job.program.plan.feeds.items()
    return {
        End(node, "output"): np.asarray(job.prepared.columns[column][rows])
        for node, column in feeds
    }


def outputs(
    job: Job,
    state: State,
    rows: np.ndarray,
    wanted: Sequence[End],
    reduce: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> dict[End, np.ndarray]:
    """The wanted outputs ``[N, ...]`` for rows of the data, layers in evaluation mode.

    ``reduce`` makes less of each batch of them, so that wide outputs fit into memory.
    """
    widest = max(tensor_of(job, end).size for end in wanted)
    batch = max(1, min(_BATCH, len(rows), _MOST_AT_ONCE // max(widest, 1)))
    found: dict[End, list[np.ndarray]] = {end: [] for end in wanted}
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        # Filled up, so that one compilation serves.
        values = job.program.compute(state, fed(job, np.resize(part, batch)), wanted)
        for end in wanted:
            found[end].append(reduce(values[end][: len(part)]))
    return {end: np.concatenate(parts) for end, parts in found.items()}


def tensor_of(job: Job, end: End) -> Tensor:
    """Shape and type of an output."""
    return job.analysis.nodes[end.node].outputs[end.port]


def output_of(job: Job, node: str) -> End:
    """The first output of a node. Raises InputError for one that is not there or has none."""
    report = job.analysis.nodes.get(node)
    if report is None:
        raise InputError(
            "this node is not in the network that was trained",
            "Choose another node, or train the design as it is now.",
        )
    if not report.outputs or (report.block is not None and report.block.role == "loss"):
        raise InputError(
            f"{job.analysis.name_of(node)} has no output to look at", "Choose another node."
        )
    return End(node, next(iter(report.outputs)))
