"""A whole design as a graph, and what of it ONNX cannot express. Needs neither JAX nor onnx."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.compile.onnx_out.evaluate import bound, evaluate
from core.compile.onnx_out.graph import Graph, InexpressibleError, Op
from core.compile.onnx_out.tidying import renamed, without_unused
from core.compile.onnx_out.value import Value, channels_first
from core.compile.plan import Plan, Step, make_plan, output_names
from core.design.analysis import Analysis
from core.design.document import End
from core.errors import InputError
from core.tensor import Tensor

# Widely supported: PyTorch's own default, and every runtime since 2023.
OPSET = 18
IR_VERSION = 8


@dataclass(frozen=True)
class Missing:
    """A node that cannot be exported: its id and name, its block's label, and why."""

    node: str
    name: str
    block: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.block}): {self.reason}"


@dataclass(frozen=True)
class Translated:
    """A graph, what is fed to it by node id, what it gives, and what is missing of it."""

    graph: Graph
    ops: tuple[Op, ...]
    inputs: Mapping[str, Value]
    outputs: Mapping[End, Value]
    missing: tuple[Missing, ...]


def inexpressible(analysis: Analysis) -> list[Missing]:
    """The nodes that ONNX cannot express or that have no translation, in computing order.

    Raises InputError for a design with errors.
    """
    return list(translate(analysis).missing)


def check_expressible(missing: Iterable[Missing]) -> None:
    """Raise InputError naming every node that cannot be exported."""
    told = [str(m) for m in missing]
    if told:
        several = "nodes" if len(told) > 1 else "node"
        raise InputError(
            f"{len(told)} {several} cannot be written as ONNX: {'; '.join(told)}",
            "Replace or mute them, or export Python code, which holds every block.",
        )


def translate(analysis: Analysis, *, channels_first: bool = False) -> Translated:
    """The graph of a design in evaluation, from its inputs to what its losses are given.

    Losses and what leads to them alone are left out. Images come and go as ``[B, H, W, C]``, or
    with ``channels_first`` as ``[B, C, H, W]`` (volumes likewise). Raises InputError for a design
    with errors.
    """
    plan = make_plan(analysis, to_train=False)
    work = _Translating(analysis, plan, channels_first)
    work.run()
    return work.finished()


class _Translating:
    def __init__(self, analysis: Analysis, plan: Plan, channels_first: bool) -> None:
        self.analysis, self.plan, self.channels_first = analysis, plan, channels_first
        # Operators' values leave the names of nodes to what nodes give.
        self.graph = Graph(plan.names.values())
        self.missing: list[Missing] = []
        self.used: set[str] = set()
        self.steps, fed = _needed(plan)
        self.inputs = {end: self._input(end) for end in fed}
        self.found = dict(self.inputs)
        self.given = {value.name for value in self.inputs.values()}

    def run(self) -> None:
        """Translate every step; what cannot be leaves values of the right shape behind."""
        for step in self.steps:
            self.graph.node = self.plan.names[step.node]
            try:
                values = self._values(step)
            except InexpressibleError as error:
                self.missing.append(self._missing(step, error.reason))
                values = [
                    self.graph.value(end.port, tensor.shape, tensor.dtype)
                    for end, tensor in self._said(step)
                ]
            self.found.update(zip(step.outputs, values, strict=True))

    def finished(self) -> Translated:
        """The graph without what nobody needs, its outputs called like their nodes."""
        outputs = {end: self._output(end) for end in self.plan.outputs}
        labels: dict[str, str] = {}
        for end, name in output_names(self.plan).items():
            value = outputs[end]
            labels[value.name] = name if name not in self.used else self.graph.free(name)
            self.used.add(labels[value.name])
        for step in self.steps:
            for end in step.outputs:
                label = self.plan.names[end.node]
                label += f".{end.port}" if len(step.outputs) > 1 else ""
                name = self.found[end].name
                if name not in labels and label not in self.used and name not in self.used:
                    labels[name] = label
                    self.used.add(label)
        wanted = [labels[value.name] for value in outputs.values()]
        ops = without_unused(renamed(self.graph.ops, labels), wanted)
        given = {end: replace(value, name=labels[value.name]) for end, value in outputs.items()}
        inputs = {end.node: value for end, value in self.inputs.items()}
        return Translated(self.graph, ops, inputs, given, tuple(self.missing))

    def _values(self, step: Step) -> list[Value]:
        scope = {port: self.found[end] for port, end in step.inputs.items()}
        layer = bound(self.graph, step.layer, step.attribute) if step.layer else None
        found = evaluate(self.graph, step.forward, {**scope, **({"layer": layer} if layer else {})})
        values = list(found) if len(step.outputs) > 1 else [found]
        for value, (_, said) in zip(values, self._said(step), strict=True):
            if (value.shape, value.dtype) != (said.shape, said.dtype):
                raise InexpressibleError(
                    f"its translation gives {Tensor(value.shape, value.dtype)} instead of {said}"
                )
        return values

    def _said(self, step: Step) -> list[tuple[End, Tensor]]:
        outputs = self.analysis.nodes[step.node].outputs
        return [(end, outputs[end.port]) for end in step.outputs]

    def _input(self, end: End) -> Value:
        tensor, name = self.analysis.nodes[end.node].outputs[end.port], self.plan.names[end.node]
        order = channels_first(tensor.rank) if self._turned(tensor.rank) else ()
        self.used.add(name)
        return Value(name, tensor.shape, tensor.dtype, order)

    def _output(self, end: End) -> Value:
        """The value that the graph gives, which no other output and no input is."""
        value, self.graph.node = self.found[end], self.plan.names[end.node]
        wanted = channels_first(value.rank) if self._turned(value.rank) else ()
        value = self.graph.ordered(value, wanted)
        if value.name in self.given:
            value = self.graph.op(
                "Identity", value, shape=value.shape, dtype=value.dtype, order=value.order
            )
        self.given.add(value.name)
        return value

    def _turned(self, rank: int) -> bool:
        return self.channels_first and rank > 3

    def _missing(self, step: Step, reason: str) -> Missing:
        report = self.analysis.nodes[step.node]
        assert report.block is not None
        return Missing(step.node, self.plan.names[step.node], report.block.label, reason)


def _needed(plan: Plan) -> tuple[list[Step], list[End]]:
    """The steps that the outputs are computed by, and what is fed to them, in their orders."""
    wanted, steps = set(plan.outputs), []
    for step in reversed(plan.steps):
        if wanted.intersection(step.outputs):
            steps.append(step)
            wanted.update(step.inputs.values())
    made = {end for step in steps for end in step.outputs}
    feeds = (End(node, "output") for node in (*plan.inputs, *plan.feeds))
    return steps[::-1], [end for end in dict.fromkeys(feeds) if end in wanted - made]
