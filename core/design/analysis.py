"""Shapes, parameter counts and problems of a whole design, kept up to date from edit to edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.blocks.block import Block, ShapeError
from core.blocks.inputs import Input
from core.design.document import Design, End, Node
from core.design.order import computing_order
from core.design.problems import (
    ERROR,
    WARNING,
    Problem,
    data_fit,
    learning,
    structural,
    unconnected,
)
from core.tensor import Tensor
from core.train.recipe import Recipe


@dataclass(frozen=True)
class DataFacts:
    """What the editor knows of the bound data: its columns, or why it cannot be read."""

    columns: Mapping[str, Tensor]
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    fault: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class NodeReport:
    """What is known of one node: shapes by port, parameters, operations of one sample, problems."""

    node: Node
    block: Block | None
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    parameters: int
    flops: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Analysis:
    """What is known of a design. ``order`` is the computing order, without nodes in circles."""

    design: Design
    facts: DataFacts | None
    order: tuple[str, ...]
    sources: Mapping[str, Mapping[str, End]]
    nodes: Mapping[str, NodeReport]
    problems: tuple[Problem, ...]

    @property
    def parameters(self) -> int:
        """Trained values of all nodes."""
        return sum(r.parameters for r in self.nodes.values())

    @property
    def flops(self) -> int:
        """Floating-point operations of one sample's forward pass."""
        return sum(r.flops for r in self.nodes.values())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the design from training."""
        return tuple(p for p in self.problems if p.severity == ERROR)

    @property
    def recipe(self) -> Recipe:
        """The recipe, with defaults in place of faulty values."""
        return Recipe.read(self.design.recipe)[0]

    def outputs(self) -> Mapping[End, Tensor]:
        """Every known output."""
        return self._outputs

    @cached_property
    def _outputs(self) -> Mapping[End, Tensor]:
        return {End(i, p): t for i, r in self.nodes.items() for p, t in r.outputs.items()}

    def by_role(self, role: str) -> list[NodeReport]:
        """The nodes of a role (``input``, ``target``, ``loss``, ``layer``) in computing order."""
        found = (self.nodes[i] for i in self.order)
        return [r for r in found if r.block and r.block.role == role]


def analyse(
    design: Design, facts: DataFacts | None = None, previous: Analysis | None = None
) -> Analysis:
    """Work out shapes, counts and problems. Nodes that ``previous`` knows already are not redone.

    ``facts`` None leaves the fit between design and data unchecked.
    """
    sources = design.sources
    order, stuck = computing_order(design.nodes, sources)
    known = previous.nodes if previous and previous.facts == facts else {}
    reports: dict[str, NodeReport] = {}
    for key in (*order, *stuck):
        node = design.nodes[key]
        inputs = {}
        wired = sources.get(key, {})
        for port, source in wired.items():
            report = reports.get(source.node)
            if report and source.port in report.outputs:
                inputs[port] = report.outputs[source.port]
        old = known.get(key)
        same = old is not None and old.node is node and old.inputs == inputs
        if same and old is not None and previous and wired == previous.sources.get(key, {}):
            reports[key] = old
        else:
            reports[key] = _report(node, inputs, wired, facts)
    roles = {i: r.block.role for i, r in reports.items() if r.block}
    total = sum(r.parameters for r in reports.values())
    problems = (
        *structural(design, stuck),
        *(p for i in design.nodes for p in reports[i].problems),
        *learning(design, roles, sources, total),
        *_data_problems(design, facts),
        *_recipe_problems(design),
    )
    return Analysis(design, facts, tuple(order), sources, reports, problems)


def _report(
    node: Node,
    inputs: dict[str, Tensor],
    wired: Mapping[str, Any],
    facts: DataFacts | None,
) -> NodeReport:
    found = node.instance
    if found is None:
        problem = Problem(
            ERROR,
            node.id,
            f"{node.name}: unknown block {node.block!r}",
            "Replace it, or open the file in a newer Layerloom. Saving keeps it as it is.",
        )
        return NodeReport(node, None, inputs, {}, 0, 0, (problem,))
    block, faults = found
    problems = [
        Problem(
            ERROR, node.id, f"{node.name}: {f.message}", "Correct it in the inspector or the file."
        )
        for f in faults
    ]
    problems += unconnected(node, block, wired)
    if facts and not facts.fault and isinstance(block, Input):
        likely = facts.targets if block.role == "target" else facts.inputs
        problems += data_fit(node, block, facts.columns, likely)
    complete = all(port in inputs for port in wired)
    outputs, parameters, flops = _infer(node, block, inputs, complete, problems)
    return NodeReport(node, block, inputs, outputs, parameters, flops, tuple(problems))


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
        output = block.infer(**taken)
    except ShapeError as error:
        problems.append(Problem(ERROR, node.id, f"{node.name}: {error.message}", error.remedy))
        return {}, 0, 0
    return {block.outputs[0]: output}, block.parameters(**taken), block.flops(**taken)


def _data_problems(design: Design, facts: DataFacts | None) -> list[Problem]:
    if design.data is None:
        return [Problem(ERROR, None, "no data is chosen", "Choose data for the design to learn.")]
    if facts and facts.fault:
        return [Problem(ERROR, None, facts.fault, facts.remedy)]
    return []


def _recipe_problems(design: Design) -> list[Problem]:
    recipe, faults = Recipe.read(design.recipe)
    problems = [
        Problem(ERROR, None, f"recipe: {f.message}", "Correct it in the recipe.") for f in faults
    ]
    if recipe.optimizer.learning_rate == 0:
        problems.append(
            Problem(
                WARNING,
                None,
                "recipe: the learning rate is 0",
                "Set it above 0, or nothing is learnt.",
            )
        )
    return problems
