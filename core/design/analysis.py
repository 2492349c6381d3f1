"""Shapes, parameter counts and problems of a whole design, kept up to date from edit to edit.

What is analysed is the unfolded design; ``outlook`` shows one level of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.blocks.block import Block, ShapeError
from core.blocks.call import Call
from core.blocks.group_ports import GroupInput
from core.blocks.inputs import Input
from core.design.document import Design, End, Node
from core.design.flat import Flat, copy_around
from core.design.learning import circle, learning
from core.design.order import computing_order
from core.design.ports import GROUP_KIND
from core.design.problems import ERROR, WARNING, Problem, data_fit, unconnected
from core.design.unfolding import flatten
from core.design.within import lifted, of_levels, told_once
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
class Analysis:
    """What is known of a design. ``order`` is the computing order, without nodes in circles.

    ``design`` is the unfolded one, which ``flat`` describes; fixes of problems edit the whole one.
    """

    design: Design
    facts: DataFacts | None
    order: tuple[str, ...]
    sources: Mapping[str, Mapping[str, End]]
    nodes: Mapping[str, NodeReport]
    problems: tuple[Problem, ...]
    flat: Flat

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

    def name_of(self, node: str) -> str:
        """What an unfolded node, or a node that uses a group or is muted, is called."""
        return self.flat.name_of(node)

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
    whole, flat = design, flatten(design, previous.flat if previous else None)
    design, ties = flat.design, flat.ties
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
        same = same and old is not None and old.tied_to == ties.get(key, "")
        if same and old is not None and previous and wired == previous.sources.get(key, {}):
            reports[key] = old
        else:
            reports[key] = _report(node, inputs, wired, facts, ties.get(key, ""))
    roles = {i: r.block.role for i, r in reports.items() if r.block}
    total = sum(r.parameters for r in reports.values())
    problems = (
        *flat.problems,
        *of_levels(whole, flat),
        *circle(flat, stuck),
        *(p for i in design.nodes for p in reports[i].problems),
        *_unlike_ties(reports),
        *learning(flat, roles, sources, total),
        *_data_problems(design, facts),
        *_recipe_problems(design),
    )
    if not flat.is_plain:
        problems = tuple(lifted(p, flat) for p in told_once(problems, flat))
    return Analysis(design, facts, tuple(order), sources, reports, problems, flat)


def layer_of(report: NodeReport) -> Call | None:
    """The call that builds a node's layer; None where there is none, or inputs are not known."""
    if report.block is None or not report.outputs:
        return None
    ports = [p.name for p in report.block.ports() if p.name in report.inputs]
    return report.block.layer(**{name: report.inputs[name] for name in ports})


def _unlike_ties(reports: Mapping[str, NodeReport]) -> Iterator[Problem]:
    """Nodes that cannot use the weights that they share, because theirs have another form."""
    for report in reports.values():
        owner = reports.get(report.tied_to)
        if owner is None or not (report.outputs and owner.outputs):
            continue
        alike = report.node.params == owner.node.params and report.inputs == owner.inputs
        if not alike and layer_of(report) != layer_of(owner):
            yield Problem(
                ERROR,
                report.node.id,
                f"{report.node.name} cannot share the weights of {owner.node.name}: "
                "their inputs or parameters differ",
                "Give both the same shape and parameters, or weights of their own.",
            )


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


def _unknown(node: Node) -> Problem:
    return Problem(
        ERROR,
        node.id,
        f"{node.name}: unknown block {node.block!r}",
        "Replace it, or open the file in a newer Layerloom. Saving keeps it as it is.",
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
