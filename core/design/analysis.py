"""Shapes, parameter counts and problems of a whole design, kept up to date from edit to edit.

What is analysed is the unfolded design; ``outlook`` shows one level of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from core.blocks.block import Block
from core.blocks.call import Call
from core.blocks.inputs import Input
from core.blocks.losses import Loss
from core.blocks.weights import WithKernel
from core.design.document import Design, End
from core.design.flat import Flat
from core.design.learning import circle, learning
from core.design.logit_problems import squashed_logits, squashing
from core.design.order import computing_order
from core.design.problems import ERROR, Problem
from core.design.recipe_problems import recipe_problems
from core.design.reports import DataFacts, NodeReport, Reporting
from core.design.turns import turns
from core.design.unfolding import flatten
from core.design.within import lifted, of_levels, told_once
from core.tensor import Tensor
from core.train.recipe import Recipe


@dataclass(frozen=True)
class Analysis:
    """What is known of a design. ``order`` is the computing order, without nodes in circles.

    ``design`` is the unfolded one, which ``flat`` describes; fixes of problems edit the whole one.
    ``general`` are the problems of the graph as a whole, those told before and those told after
    the problems of its nodes.
    """

    design: Design
    facts: DataFacts | None
    order: tuple[str, ...]
    sources: Mapping[str, Mapping[str, End]]
    nodes: Mapping[str, NodeReport]
    problems: tuple[Problem, ...]
    flat: Flat
    general: tuple[tuple[Problem, ...], tuple[Problem, ...]] = ((), ())

    @cached_property
    def parameters(self) -> int:
        """Weights and biases of all nodes, frozen ones too."""
        return sum(r.parameters for r in self.nodes.values())

    @cached_property
    def trainable_parameters(self) -> int:
        """Weights and biases that training changes."""
        return _trainable(self.nodes)

    @cached_property
    def flops(self) -> int:
        """Floating-point operations of one sample's forward pass."""
        return sum(r.flops for r in self.nodes.values())

    @cached_property
    def multiply_adds(self) -> int:
        """Multiply-adds of one sample's forward pass, as papers count them.

        Those of layers with kernels; normalization, activations and pooling are left out.
        """
        counted = (r.flops for r in self.nodes.values() if isinstance(r.block, WithKernel))
        return sum(counted) // 2

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
    design = flat.design
    like = previous if previous and _same_wiring(previous.design, design) else None
    sources = like.sources if like else design.sources
    order = like.order if like else tuple(computing_order(design.nodes, sources)[0])
    done = set(order) if len(order) < len(design.nodes) else design.nodes.keys()
    stuck = [i for i in design.nodes if i not in done]
    work = Reporting(design, facts, flat.ties, sources)
    if like and like.facts == facts and like.flat.ties == flat.ties:
        reports = work.changed((*order, *stuck), like)
    else:
        reports = work.all((*order, *stuck), previous)
    general = _general(whole, flat, reports, stuck, sources, like)
    problems = (
        *flat.problems,
        *general[0],
        *(p for i in design.nodes if reports[i].problems for p in reports[i].problems),
        *(_unlike_ties(reports) if flat.ties else ()),
        *general[1],
        *_data_problems(design, facts),
        *_playing_problems(reports, facts),
        *recipe_problems(design, reports, flat),
        *turns(flat, reports, sources, Recipe.read(design.recipe)[0]),
    )
    if not flat.is_plain:
        problems = tuple(lifted(p, flat) for p in told_once(problems, flat))
    return Analysis(design, facts, order, sources, reports, problems, flat, general)


def _same_wiring(old: Design, new: Design) -> bool:
    return old.wires is new.wires and list(old.nodes) == list(new.nodes)


def _general(
    whole: Design,
    flat: Flat,
    reports: Mapping[str, NodeReport],
    stuck: list[str],
    sources: Mapping[str, Mapping[str, End]],
    like: Analysis | None,
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems of the graph as a whole, those of ``like`` where nothing of it is another."""
    total = _trainable(reports)
    was = like.trainable_parameters if like else 0
    if like and flat.is_plain and like.flat.is_plain and bool(total) == bool(was):
        known = like.nodes
        other = (i for i, r in reports.items() if known[i] is not r)
        if all(_alike(known[i], reports[i]) for i in other):
            return like.general
    blocks = {i: r.block for i, r in reports.items() if r.block}
    roles = {i: block.role for i, block in blocks.items()}
    return (
        (*of_levels(whole, flat), *circle(flat, stuck)),
        (*learning(flat, roles, sources, total), *squashed_logits(flat, blocks)),
    )


def _trainable(reports: Mapping[str, NodeReport]) -> int:
    return sum(
        r.parameters
        for r in reports.values()
        if r.parameters and r.block and r.block.learning.trainable
    )


def _alike(old: NodeReport, new: NodeReport) -> bool:
    """Whether two states of a node are the same to the graph as a whole."""
    if old.node.name != new.node.name or old.block is None or new.block is None:
        return False
    return _seen_of(old.block) == _seen_of(new.block)


def _seen_of(block: Block) -> tuple[object, ...]:
    """What the problems of the graph as a whole depend on."""
    logits = block.logit_ports if isinstance(block, Loss) else ()
    return block.role, block.port_names, block.outputs, logits, squashing(block)


def layer_of(report: NodeReport) -> Call | None:
    """The call that builds a node's layer; None where there is none, or inputs are not known."""
    if report.block is None or not report.outputs:
        return None
    ports = [p.name for p in report.block.ports() if p.name in report.inputs]
    return report.block.layer(**{name: report.inputs[name] for name in ports})


def _form_of(report: NodeReport) -> Call | None:
    """What a node's layer looks like, however its weights start."""
    built = layer_of(report)
    if built is None:
        return None
    options = {name: v for name, v in built.options.items() if not name.endswith("_init")}
    return replace(built, options=options)


def _unlike_ties(reports: Mapping[str, NodeReport]) -> Iterator[Problem]:
    """Nodes that cannot use the weights that they share, because theirs have another form."""
    for report in reports.values():
        owner = reports.get(report.tied_to)
        if owner is None or not (report.outputs and owner.outputs):
            continue
        alike = report.node.params == owner.node.params and report.inputs == owner.inputs
        if not alike and _form_of(report) != _form_of(owner):
            yield Problem(
                ERROR,
                report.node.id,
                f"{report.node.name} cannot share the weights of {owner.node.name}: "
                "their inputs or parameters differ",
                "Give both the same shape and parameters, or weights of their own.",
            )


def _data_problems(design: Design, facts: DataFacts | None) -> list[Problem]:
    if design.data is None:
        return [_of_training("no data is chosen", "Choose data for the design to learn.")]
    if facts and facts.fault:
        return [_of_training(facts.fault, facts.remedy)]
    return []


def _playing_problems(
    reports: Mapping[str, NodeReport], facts: DataFacts | None
) -> Iterator[Problem]:
    """What keeps a design from playing in the environment that is its data."""
    if facts is None or not facts.afterwards:
        return
    if not any(isinstance(r.block, Loss) and r.block.acts for r in reports.values()):
        yield _of_training(
            "the data is an environment, but nothing in the design acts in it",
            "Add a Policy gradient loss and wire the scores of the actions to its logits.",
        )
    for report in reports.values():
        block = report.block
        if not isinstance(block, Input) or block.role != "input":
            continue
        if block.column in facts.afterwards:
            yield Problem(
                ERROR,
                report.node.id,
                f"{report.node.name} reads {block.column!r}, which is known only after an action "
                "was chosen",
                "Let it read observation, or use a Target in its place.",
                only_training=True,
            )


def _of_training(message: str, remedy: str) -> Problem:
    return Problem(ERROR, None, message, remedy, only_training=True)
