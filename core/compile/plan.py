"""The steps in which a design is computed, worked out without JAX."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from core.blocks.block import Learning
from core.blocks.call import Call
from core.blocks.losses import Loss, Metric
from core.design.analysis import Analysis, NodeReport, layer_of
from core.design.document import End
from core.design.passing import origin
from core.errors import InputError


@dataclass(frozen=True)
class Step:
    """One node's work: its layer (if it has one) and the call that computes its outputs.

    Several steps may name one attribute: those that share its weights, whose ``learning`` says how
    they are trained.
    """

    node: str
    attribute: str
    layer: Call | None
    forward: Call
    inputs: Mapping[str, End]
    outputs: tuple[End, ...]
    learning: Learning


@dataclass(frozen=True)
class LossStep:
    """One loss node: what it computes for each sample, its weight and its metrics.

    ``prediction`` is the output it judges, ``target_node`` the Target node that the truth comes
    from, if there is one and nothing is computed on the way. ``counted`` says which samples have a
    target, None where all have. ``trains`` names nodes and groups as ``Plan.places`` does. For
    ``classifies``, ``across_batch``, ``predicts``, ``every`` and ``acts`` see ``Loss``.
    """

    node: str
    name: str
    weight: float
    value: Call
    metrics: Mapping[str, Metric]
    probabilities: Call | None
    inputs: Mapping[str, End]
    prediction: End
    target_node: str | None
    classifies: bool = False
    across_batch: bool = False
    predicts: bool = True
    counted: Call | None = None
    trains: tuple[str, ...] = ()
    every: int = 1
    acts: bool = False


@dataclass(frozen=True, eq=False)
class Plan:
    """All steps of a design in computing order. Compared by identity, so it is a cheap cache key.

    ``feeds`` maps each Input and Target node to its column of the data. ``outputs`` are what the
    network gives: what its losses are given as predictions or, where they have none, what nothing
    reads. None of them depends on a Target, unless all do. ``places`` has the attributes with
    layers that stand in each node and group, by its name.
    """

    steps: tuple[Step, ...]
    losses: tuple[LossStep, ...]
    inputs: tuple[str, ...]
    feeds: Mapping[str, str]
    names: Mapping[str, str]
    outputs: tuple[End, ...]
    places: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def shown(self) -> LossStep:
        """The loss whose prediction is shown and explained.

        The first whose prediction acts, else the first that has a Target, if any.
        """
        if self.acting is not None:
            return self.acting
        with_target = (loss for loss in self.losses if loss.target_node)
        predicting = (loss for loss in self.losses if loss.predicts)
        return next(with_target, None) or next(predicting, None) or self.losses[0]

    @property
    def acting(self) -> LossStep | None:
        """The first loss whose prediction chooses actions, if any."""
        return next((loss for loss in self.losses if loss.acts), None)

    @property
    def learning(self) -> dict[str, Learning]:
        """How the weights of each attribute with a layer are trained."""
        layered = (step for step in self.steps if step.layer is not None)
        return {step.attribute: step.learning for step in layered}


def make_plan(analysis: Analysis, *, to_train: bool = True) -> Plan:
    """Work out the steps. Raises InputError naming the first error the design still has.

    What is only needed to train (data, a loss) may be missing if it is not ``to_train``.
    """
    first = next((p for p in analysis.errors if to_train or not p.only_training), None)
    if first is not None:
        raise InputError(first.message, first.remedy)
    attributes = layer_names(analysis)
    steps, losses = [], []
    for key in analysis.order:
        report = analysis.nodes[key]
        if report.block is None or report.block.role in ("input", "target"):
            continue
        wired = {p: s for p, s in analysis.sources.get(key, {}).items() if p in report.inputs}
        if isinstance(report.block, Loss):
            losses.append(_loss_step(analysis, report, report.block, wired))
        else:
            owner = analysis.nodes[report.tied_to] if report.tied_to else report
            steps.append(_step(report, wired, attributes[owner.node.id], owner))
    columns = {r.node.id: r.node.params["column"] for r in _feeding(analysis)}
    return Plan(
        tuple(steps),
        tuple(losses),
        tuple(r.node.id for r in analysis.by_role("input")),
        columns,
        {i: r.node.name for i, r in analysis.nodes.items()},
        _outputs(analysis, steps, losses),
        _places(analysis, steps),
    )


def output_names(plan: Plan) -> dict[End, str]:
    """What each output of a network is called: like its node, and its port where that has more."""
    nodes = [end.node for end in plan.outputs]
    return {
        end: plan.names[end.node] + (f".{end.port}" if nodes.count(end.node) > 1 else "")
        for end in plan.outputs
    }


def attribute_name(name: str, taken: Collection[str]) -> str:
    """A node's name as a Python attribute that is free; ``Conv 1`` becomes ``conv_1``."""
    # Python reads names in this normal form, so that two spellings may be one name.
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower())
    letters = (c if f"a{c}".isidentifier() else " " for c in normal)
    stem = re.sub(r"[ _]+", "_", "".join(letters)).strip("_") or "layer"
    if not stem.isidentifier() or keyword.iskeyword(stem) or stem in RESERVED:
        stem = f"layer_{stem}"
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}_{number}", number + 1
    return found


# What ``nnx.Module`` and the compiled network call their own.
RESERVED = frozenset(
    {"plan", "values", "onward", "train", "eval", "sow", "perturb", "set_attributes"}
    | {"iter_modules", "iter_children"}
)


def _outputs(analysis: Analysis, steps: list[Step], losses: list[LossStep]) -> tuple[End, ...]:
    given = [End(r.node.id, p) for r in analysis.by_role("input") for p in r.outputs]
    known = set(given)
    for step in steps:
        if known.issuperset(step.inputs.values()):
            known.update(step.outputs)
    predicted = dict.fromkeys(loss.prediction for loss in losses if loss.predicts)
    read = {source for step in steps for source in step.inputs.values()}
    read |= {source for loss in losses for source in loss.inputs.values()}
    made = (end for step in steps for end in step.outputs)
    unread = tuple(end for end in (*made, *given) if end not in read)
    judged = tuple(dict.fromkeys(loss.prediction for loss in losses))
    for found in (tuple(predicted), unread, judged):
        without_target = tuple(end for end in found if end in known)
        if without_target:
            return without_target
    return judged or unread


def _places(analysis: Analysis, steps: list[Step]) -> dict[str, frozenset[str]]:
    layers = {step.node: step.attribute for step in steps if step.layer is not None}
    found: dict[str, frozenset[str]] = {}

    def add(name: str, nodes: Iterable[str]) -> None:
        found[name] = found.get(name, frozenset()) | {layers[n] for n in nodes if n in layers}

    for node in analysis.nodes:
        add(analysis.name_of(node), (node,))
    for key, use in analysis.flat.uses.items():
        add(analysis.name_of(key), analysis.flat.inner(use))
    for key in analysis.flat.muted:
        add(analysis.name_of(key), ())
    return found


def _feeding(analysis: Analysis) -> list[NodeReport]:
    return [*analysis.by_role("input"), *analysis.by_role("target")]


def layer_names(analysis: Analysis) -> dict[str, str]:
    """What each node that has weights of its own is called in the network, by node id."""
    taken: set[str] = set()
    found = {}
    for key in analysis.order:
        report = analysis.nodes[key]
        layered = report.block is not None and report.block.role == "layer"
        if layered and not report.tied_to:
            found[key] = attribute_name(report.node.name, taken)
            taken.add(found[key])
    return found


def _step(report: NodeReport, wired: Mapping[str, End], attribute: str, owner: NodeReport) -> Step:
    block = report.block
    assert block is not None
    assert owner.block is not None, "what weights are shared with has a layer"
    inputs = {p.name: report.inputs[p.name] for p in block.ports() if p.name in wired}
    return Step(
        report.node.id,
        attribute,
        layer_of(owner),
        block.forward(**inputs),
        {p: wired[p] for p in inputs},
        tuple(End(report.node.id, name) for name in block.outputs),
        owner.block.learning,
    )


def _loss_step(
    analysis: Analysis, report: NodeReport, block: Loss, wired: Mapping[str, End]
) -> LossStep:
    inputs = {p.name: report.inputs[p.name] for p in block.ports() if p.name in wired}
    truth = origin(analysis.design, wired["target"]).node if "target" in wired else ""
    source = analysis.nodes[truth].block if truth else None
    return LossStep(
        report.node.id,
        report.node.name,
        block.weight,
        block.forward(**inputs),
        block.metrics(**inputs),
        block.probabilities(**inputs),
        dict(wired),
        wired[block.prediction],
        truth if source and source.role == "target" else None,
        block.classifies,
        block.across_batch,
        block.predicts,
        block.counted(**inputs),
        block.trains,
        block.every,
        block.acts,
    )
