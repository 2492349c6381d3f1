"""What is known of each node of a design, kept up to date from edit to edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.blocks.block import Block, ShapeError
from core.blocks.group_ports import GroupInput
from core.blocks.inputs import Input
from core.design.document import Design, End, Node
from core.design.flat import copy_around
from core.design.ports import GROUP_KIND
from core.design.problems import ERROR, Problem, data_fit, unconnected
from core.plugins import advice
from core.tensor import Tensor

if TYPE_CHECKING:
    from core.design.analysis import Analysis


@dataclass(frozen=True)
class DataFacts:
    """What the editor knows of the bound data: its columns, or why it cannot be read.

    Data from playing in an environment has columns that are known only ``afterwards``, once an
    action was chosen.
    """

    columns: Mapping[str, Tensor]
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    fault: str = ""
    remedy: str = ""
    afterwards: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeReport:
    """What is known of one node: shapes by port, parameters, operations of one sample, problems.

    A node that uses the weights of another, ``tied_to``, has no parameters of its own.
    """

    node: Node
    block: Block | None
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    parameters: int
    flops: int
    problems: tuple[Problem, ...]
    tied_to: str = ""


@dataclass(frozen=True)
class Reporting:
    """Makes the reports of a design's nodes, in computing order."""

    design: Design
    facts: DataFacts | None
    ties: Mapping[str, str]
    sources: Mapping[str, Mapping[str, End]]

    def all(self, order: Iterable[str], previous: Analysis | None) -> dict[str, NodeReport]:
        """Every node's report; one that is as before is the same object."""
        known = previous.nodes if previous and previous.facts == self.facts else {}
        reports: dict[str, NodeReport] = {}
        for key in order:
            old, wired = known.get(key), self.sources.get(key, {})
            inputs = self._inputs(key, reports)
            same = old is not None and old.node is self.design.nodes[key] and old.inputs == inputs
            same = same and old is not None and old.tied_to == self.ties.get(key, "")
            if same and old is not None and previous and wired == previous.sources.get(key, {}):
                reports[key] = old
            else:
                reports[key] = self._made(key, inputs)
        return reports

    def changed(self, order: Iterable[str], like: Analysis) -> dict[str, NodeReport]:
        """The reports of a design with the same wires, made anew for what an edit has changed."""
        known = like.design.nodes
        edited = {i for i, node in self.design.nodes.items() if known[i] is not node}
        reports = dict(like.nodes)
        turned: set[str] = set()
        for key in order if edited else ():
            wired = self.sources.get(key, {})
            fed = bool(turned) and not turned.isdisjoint(s.node for s in wired.values())
            if key not in edited and not fed:
                continue
            inputs = self._inputs(key, reports)
            if key in edited or inputs != like.nodes[key].inputs:
                reports[key] = self._made(key, inputs)
                if reports[key].outputs != like.nodes[key].outputs:
                    turned.add(key)
        return reports

    def _inputs(self, key: str, reports: Mapping[str, NodeReport]) -> dict[str, Tensor]:
        inputs = {}
        for port, source in self.sources.get(key, {}).items():
            report = reports.get(source.node)
            if report and source.port in report.outputs:
                inputs[port] = report.outputs[source.port]
        return inputs

    def _made(self, key: str, inputs: dict[str, Tensor]) -> NodeReport:
        wired = self.sources.get(key, {})
        return _report(self.design.nodes[key], inputs, wired, self.facts, self.ties.get(key, ""))


def _report(
    node: Node,
    inputs: dict[str, Tensor],
    wired: Mapping[str, Any],
    facts: DataFacts | None,
    tied_to: str,
) -> NodeReport:
    found = node.instance
    if found is None:
        # What keeps a group from being unfolded was told where that was tried.
        told = () if node.block == GROUP_KIND else (_unknown(node),)
        return NodeReport(node, None, inputs, {}, 0, 0, told)
    block, faults = found
    problems = [
        Problem(
            ERROR, node.id, f"{node.name}: {f.message}", "Correct it in the inspector or the file."
        )
        for f in faults
    ]
    if not (node.block == GroupInput.kind and copy_around(node.id)):
        problems += unconnected(node, block, wired)
    if facts and not facts.fault and isinstance(block, Input):
        likely = facts.targets if block.role == "target" else facts.inputs
        problems += data_fit(node, block, facts.columns, likely)
    complete = all(port in inputs for port in wired)
    outputs, parameters, flops = _infer(node, block, inputs, complete, problems)
    own = 0 if tied_to else parameters
    return NodeReport(node, block, inputs, outputs, own, flops, tuple(problems), tied_to)


# What is imported and no block computes is called so, with its own name behind it.
_FOREIGN = {"onnx.": "ONNX operator", "keras.": "Keras layer"}


def _unknown(node: Node) -> Problem:
    prefix = next((p for p in _FOREIGN if node.block.startswith(p)), "")
    if prefix:
        own = node.block.removeprefix(prefix)
        return Problem(
            ERROR,
            node.id,
            f"{node.name}: no block computes the {_FOREIGN[prefix]} {own}",
            "Put blocks that do the same in its place, and wire them as it is.",
        )
    return Problem(
        ERROR,
        node.id,
        f"{node.name}: unknown block {node.block!r}",
        advice(node.block)
        or "Replace it, or open the file in a newer Layerloom. Saving keeps it as it is.",
    )


def _infer(
    node: Node,
    block: Block,
    inputs: dict[str, Tensor],
    complete: bool,
    problems: list[Problem],
) -> tuple[dict[str, Tensor], int, int]:
    ports = {p.name: p for p in block.ports()}
    try:
        for name, tensor in inputs.items():
            if name in ports:
                ports[name].check(tensor)
        if not complete or any(not p.optional and p.name not in inputs for p in ports.values()):
            return {}, 0, 0
        taken = {name: inputs[name] for name in ports if name in inputs}
        outputs = block.results(**taken)
    except ShapeError as error:
        problems.append(Problem(ERROR, node.id, f"{node.name}: {error.message}", error.remedy))
        return {}, 0, 0
    return outputs, block.parameters(**taken), block.flops(**taken)
