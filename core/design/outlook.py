"""What is known of one level of a design, told from the analysis of the whole unfolded design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.design.analysis import Analysis, NodeReport
from core.design.document import Design, Node
from core.design.flat import Unfolded, flat_id, place_of
from core.design.levels import Path
from core.design.order import computing_order
from core.design.ports import block_of
from core.design.problems import Problem
from core.tensor import Tensor


def outlook(whole: Analysis, design: Design, path: Path) -> Analysis:
    """The analysis of the level ``design`` at ``path``: a use of a group has one report for all.

    Of a repeated group it shows the first copy. Problems within groups are told of the nodes that
    use them, as far as they are in this level.
    """
    if not path and whole.flat.is_plain:
        return whole
    problems = _problems(whole, path)
    of_node: dict[str, list[Problem]] = {}
    for problem in problems:
        of_node.setdefault(problem.node or "", []).append(problem)
    reports = {
        key: _report(whole, design, node, flat_id(path, key), tuple(of_node.get(key, ())))
        for key, node in design.nodes.items()
    }
    order, _ = computing_order(design.nodes, design.sources)
    return Analysis(
        design, whole.facts, tuple(order), design.sources, reports, problems, whole.flat
    )


def watched_output(whole: Analysis, path: Path, node: str) -> str:
    """The unfolded node whose output is that of a node at a path: a group's first output."""
    key = flat_id(path, node)
    use = whole.flat.uses.get(key)
    if use is None:
        return key
    outs = use.block.outputs
    return f"{use.copies[-1]}/{outs[0]}" if outs else key


def _problems(whole: Analysis, path: Path) -> tuple[Problem, ...]:
    """The problems of a level and all below it, each at a node of the level or at none."""
    found = []
    for problem in whole.problems:
        if problem.node is None:
            found.append(problem)
            continue
        above, last = place_of(problem.node)
        if above[: len(path)] == path:
            found.append(replace(problem, node=(*above, last)[len(path)]))
    return tuple(found)


def _report(
    whole: Analysis, design: Design, node: Node, key: str, problems: tuple[Problem, ...]
) -> NodeReport:
    use = whole.flat.uses.get(key)
    if use is not None:
        return _of_use(whole, node, use, problems)
    known = whole.nodes.get(key)
    if known is not None and known.node is node and known.block and known.problems == problems:
        return known
    found = block_of(design, node)
    block = found[0] if found else None
    if known is None:
        return NodeReport(node, block, {}, {}, 0, 0, problems)
    if key not in whole.flat.muted:
        return replace(known, node=node, block=known.block or block, problems=problems)
    ports = block.ports() if block else ()
    names = block.outputs if block else ("output",)
    inputs = _named(ports[0].name, known.inputs) if ports else {}
    outputs = {end: tensor for name in names for end, tensor in _named(name, known.outputs).items()}
    return replace(known, node=node, block=block, inputs=inputs, outputs=outputs, problems=problems)


def _of_use(
    whole: Analysis, node: Node, use: Unfolded, problems: tuple[Problem, ...]
) -> NodeReport:
    inner = [whole.nodes[i] for i in whole.flat.inner(use)]
    inputs: dict[str, Tensor] = {}
    outputs: dict[str, Tensor] = {}
    for port in use.block.entries:
        inputs |= _named(port.name, whole.nodes[f"{use.copies[0]}/{port.name}"].inputs)
    for name in use.block.outputs:
        outputs |= _named(name, whole.nodes[f"{use.copies[-1]}/{name}"].outputs)
    return NodeReport(
        node,
        use.block,
        inputs,
        outputs,
        sum(r.parameters for r in inner),
        sum(r.flops for r in inner),
        problems,
    )


def _named(name: str, found: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The only tensor, if it is known, under another name."""
    tensor = next(iter(found.values()), None)
    return {name: tensor} if tensor else {}
