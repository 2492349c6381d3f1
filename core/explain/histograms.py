"""How the weights of a node, and its outputs for some samples, are spread. No JAX at import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.explain.samples import output_of, outputs, spread, tensor_of
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

BINS = 48
SAMPLES = 128
# Of more values every so manieth is counted.
MOST_VALUES = 1 << 20
# What the outputs are called, beside the arrays of weights.
OUTPUTS = "outputs"


@dataclass(frozen=True, eq=False)
class Histogram:
    """``counts`` int64 ``[BINS]`` between ``edges`` float64 ``[BINS + 1]``, of finite values.

    ``mean``, ``deviation`` and ``zeros``, a share, are of the finite values, too; NaN where there
    is none. ``not_finite`` counts the others, ``size`` is how many values there are, and ``stride``
    says that every so manieth of them was looked at. ``trained`` is whether training changes them.
    """

    name: str
    counts: np.ndarray
    edges: np.ndarray
    mean: float
    deviation: float
    zeros: float
    not_finite: int
    size: int
    stride: int = 1
    trained: bool = True


@dataclass(frozen=True, eq=False)
class Histograms:
    """Those of a node: its weights by name, in the layer's order, and last its outputs."""

    node: str
    title: str
    parts: tuple[Histogram, ...]
    samples: int


@dataclass(frozen=True)
class AskHistograms(Ask):
    """How the weights and the outputs of a node are spread; outputs are of the probe rows."""

    node: str

    def answer(self, job: Job, state: State, step: int) -> Histograms:
        """Raises InputError for a node that is not there, or has neither weights nor outputs."""
        end = output_of(job, self.node)
        rows = job.probe_rows()
        most = max(1, min(SAMPLES, 4 * MOST_VALUES // max(tensor_of(job, end).size, 1)))
        chosen = rows[spread(rows, most)]
        parts = weights_of(job, state, self.node)
        if np.issubdtype(np.dtype(tensor_of(job, end).dtype), np.floating):
            values = outputs(job, state, chosen, (end,))[end]
            parts.append(histogram(OUTPUTS, values, trained=False))
        if not parts:
            raise InputError(
                f"{job.analysis.name_of(self.node)} gives ids, which have no histogram",
                "Choose a node that computes numbers.",
            )
        return Histograms(self.node, job.analysis.name_of(self.node), tuple(parts), len(chosen))


def weights_of(job: Job, state: State, node: str) -> list[Histogram]:
    """The histograms of a node's arrays of weights, also of those that it shares."""
    program = job.program
    step = next((s for s in program.plan.steps if s.node == node), None)
    if step is None or step.layer is None:
        return []
    starts = f"{step.attribute}."
    networks = program.networks
    named = list(zip(networks.param_names, program.evaluated(state), strict=True))
    frozen = [(networks.rest_names[i], state.rest[i]) for i in sorted(networks.frozen)]
    return [
        histogram(name.removeprefix(starts), np.asarray(array), trained)
        for arrays, trained in ((named, True), (frozen, False))
        for name, array in arrays
        if name.startswith(starts)
    ]


def histogram(name: str, values: np.ndarray, trained: bool = True) -> Histogram:
    """Count values of any shape in bins of one width from the least to the greatest."""
    stride = -(-values.size // MOST_VALUES)
    seen = values.reshape(-1)[:: max(stride, 1)].astype(np.float64)
    finite = seen[np.isfinite(seen)]
    counts, edges = np.histogram(finite, bins=BINS)
    known = len(finite) > 0
    return Histogram(
        name,
        counts,
        edges,
        float(finite.mean()) if known else np.nan,
        float(finite.std()) if known else np.nan,
        float(np.mean(finite == 0)) if known else np.nan,
        len(seen) - len(finite),
        values.size,
        max(stride, 1),
        trained,
    )
