"""Asks what is inside of a node, for a sample of the probe or one of the user's own. No JAX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError
from core.explain.attribution import looking
from core.explain.inside.patches import Patches, patches_of
from core.explain.inside.receptive import receptive_field
from core.explain.inside.seen import Facet, Insides, shown
from core.explain.own_sample import OwnSample, own_feed
from core.train.asks import Ask
from core.visible import visible

if TYPE_CHECKING:
    from core.compile.plan import Step
    from core.explain.inside.compute import Elements
    from core.train.job import Job
    from core.train.state import State


@dataclass(frozen=True)
class Inside(Ask):
    """What can be seen in ``node`` (an id) for a sample.

    ``row`` counts in the probe rows and wraps around; ``own`` is looked at in its place.
    """

    node: str
    row: int = 0
    own: OwnSample | None = None

    def answer(self, job: Job, state: State, step: int) -> Insides:
        """See ``Ask``."""
        from core.explain.inside.compute import layer_of, run_facets, run_node, step_of

        plan = job.program.plan
        found = step_of(plan, self.node)
        if found is None and self.node not in plan.inputs:
            raise InputError(
                "this node is not computed in the network that was trained",
                "Choose another node, or train the design as it is now.",
            )
        rows = job.probe_rows()
        number = self.row % len(rows)
        feed = own_feed(job, self.own) if self.own else _feed(job, int(rows[number]))
        run = run_node(job, state, self.node, feed)
        source = plan.inputs[0]
        sample = feed[source][0]
        tokens = spelled(job, source, sample)
        layer = layer_of(job, state, found) if found else None
        facets: list[Facet] = []
        patches = patches_of(job.analysis, source, self.node)
        if found is not None and layer is not None:
            first = "query" if "query" in found.inputs else next(iter(found.inputs), "")
            queries = _elements(tokens, patches, found, first, run.inputs)
            attended = "context" if "context" in run.inputs else first
            keys = _elements(tokens, patches, found, attended, run.inputs)
            facets = [*run_facets(run, layer, queries, keys), *_weights(job, found, layer, run)]
        output = None if run.output is None else np.asarray(run.output[0])
        return Insides(
            self.node,
            number,
            len(rows),
            output,
            sample,
            tokens,
            tuple(shown(facet) for facet in facets),
            receptive_field(job.analysis, self.node, source),
            _predicted(job, run.prediction, run.probabilities),
            _labels(job, found, output),
            patches.get(self.node),
        )


def spelled(job: Job, source: str, sample: np.ndarray) -> tuple[str, ...]:
    """The names of a sample's tokens; empty for anything else."""
    if not np.issubdtype(sample.dtype, np.integer):
        return ()
    classes = job.prepared.dataset.columns[job.program.plan.feeds[source]].classes
    return tuple(_name(classes, int(i)) for i in sample.ravel())


def _feed(job: Job, row: int) -> dict[str, np.ndarray]:
    feeds = job.program.plan.feeds.items()
    return {n: np.asarray(job.prepared.columns[c][row : row + 1]) for n, c in feeds}


def _weights(job: Job, step: Step, layer: Any, run: Any) -> list[Facet]:
    from core.explain.inside.weights import table_rows, weight_facets

    given = next(iter(run.inputs.values()), None)
    looks_up = given is not None and np.issubdtype(np.asarray(given).dtype, np.integer)
    if given is not None and looks_up and hasattr(layer, "embedding"):
        end = next(iter(step.inputs.values()))
        column = job.program.plan.feeds.get(end.node)
        classes = job.prepared.dataset.columns[column].classes if column else ()
        return [table_rows(layer, np.asarray(given[0]), classes)]
    return list(weight_facets(layer))


def _elements(
    tokens: tuple[str, ...],
    patches: Mapping[str, Patches],
    step: Step,
    port: str,
    inputs: Mapping[str, Any],
) -> Elements:
    """What the elements are that come in at a port."""
    from core.explain.inside.compute import Elements

    given = inputs.get(port)
    length = int(given.shape[1]) if given is not None and given.ndim > 1 else -1
    if len(tokens) == length:
        return Elements(tokens)
    cut = patches.get(step.inputs[port].node) if port in step.inputs else None
    return Elements(cut.names, cut) if cut is not None and len(cut) == length else Elements()


def _labels(job: Job, step: Step | None, output: np.ndarray | None) -> tuple[str, ...]:
    """The classes, where the node gives a number for each."""
    plan = job.program.plan
    column = plan.feeds.get(plan.shown.target_node or "")
    if step is None or output is None or column is None or not plan.shown.classifies:
        return ()
    classes = job.prepared.dataset.columns[column].classes
    return classes if output.shape == (len(classes),) else ()


def _predicted(job: Job, prediction: Any, probabilities: Any) -> str:
    """The likeliest class of the last place and its probability, or the first few numbers."""
    plan = job.program.plan
    column = plan.feeds.get(plan.shown.target_node or "")
    if prediction is None:
        return ""
    if probabilities is None and not plan.shown.classifies:
        mean, deviation = job.prepared.scales.get(column or "", (0.0, 1.0))
        shown_values = np.ravel(np.asarray(prediction[0]) * deviation + mean)[:6]
        return ", ".join(f"{value:.4g}" for value in shown_values)
    places = np.asarray(prediction if probabilities is None else probabilities)[0]
    if places.ndim > 2 or not places.size:
        return ""
    last = places.reshape(-1, places.shape[-1])[-1]
    if len(last) == 1 and probabilities is not None:
        last = np.array([1 - last[0], last[0]])
    guess = int(last.argmax())
    chance = f" ({last[guess]:.1%})" if probabilities is not None else ""
    return visible(_name(looking.classes(job), guess)) + chance


def _name(classes: Sequence[str], index: int) -> str:
    return classes[index] if 0 <= index < len(classes) else str(index)
