"""What several nodes have in common: the parameters that can be edited for all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.blocks.block import Block
from core.blocks.inputs import Input
from core.design import edits, freezing
from core.design.analysis import Analysis, NodeReport
from core.design.document import Design
from core.design.ports import OF_ONE_USE, TRAINABLE, GroupUse, block_of
from core.design.problems import bind
from core.params import Param, Value
from designer.session import Edit
from widgets.field import SEVERAL, Shown

LISTED = 5


@dataclass(frozen=True)
class Shared:
    """The parameters with their values and the messages about them, by parameter name."""

    params: tuple[Param, ...]
    values: Mapping[str, Shown]
    faults: Mapping[str, str]
    options: Mapping[str, Sequence[str]]


def shared(analysis: Analysis, reports: Sequence[NodeReport]) -> Shared:
    """What nodes share: parameters of one name, kind, limits and choices.

    A value that differs is ``SEVERAL``; a fault that not all have names its node.
    """
    found = [block_of(analysis.design, r.node) for r in reports]
    known = [f for f in found if f is not None]
    params = common_params([block for block, _ in known]) if len(known) == len(found) else ()
    values: dict[str, Shown] = {}
    faults: dict[str, list[str]] = {}
    for report, pair in zip(reports, found, strict=True):
        if pair is None:
            continue
        block, wrong = pair
        saved = block.values() if isinstance(block, GroupUse) else report.node.params
        for p in params:
            value = saved[p.name] if p.name in saved else getattr(block, p.name)
            same = values.setdefault(p.name, value) == value
            values[p.name] = value if same else SEVERAL
        for fault in wrong:
            faults.setdefault(fault.name, []).append(f"{report.node.name}: {fault.message}")
    facts = analysis.facts
    columns = list(facts.columns) if facts else []
    return Shared(
        params,
        values,
        {name: "\n".join(lines) for name, lines in faults.items()},
        {p.name: columns for p in params if p.kind == "column"},
    )


def with_value(analysis: Analysis, nodes: Sequence[str], name: str, value: Value) -> Edit:
    """The edit that gives one parameter of every node this value.

    An Input or Target that is given another column takes that column's shape with it; uses that
    share weights are frozen together.
    """
    columns = analysis.facts.columns if analysis.facts else {}
    tensor = columns.get(str(value)) if name == "column" else None

    if name == TRAINABLE:
        return lambda design: freezing.freeze(design, nodes, not value)

    def edit(design: Design) -> Design:
        for node in nodes:
            if tensor is not None and isinstance(analysis.nodes[node].block, Input):
                design = bind(design, node, str(value), tensor)
            else:
                design = edits.set_params(design, node, **{name: value})
        return design

    return edit


def title(reports: Sequence[NodeReport]) -> str:
    """``3 nodes: Conv, Conv, Dense``; of many nodes each block comes once, with its number."""
    labels = [r.block.label if r.block else r.node.block for r in reports]
    if len(labels) > LISTED:
        counts = Counter(labels).items()
        labels = [f"{count} {label}" if count > 1 else label for label, count in counts]
    return f"{len(reports)} nodes: {', '.join(labels)}"


def common_params(nodes: Sequence[Block]) -> tuple[Param, ...]:
    """The parameters that all of the blocks have, alike in kind, limits and choices."""
    first, *others = dict.fromkeys(_editable(block) for block in nodes)
    theirs = [{p.name: _field(p) for p in params} for params in others]
    return tuple(p for p in first if all(t.get(p.name) == _field(p) for t in theirs))


def _editable(block: Block) -> tuple[Param, ...]:
    return tuple(p for p in block.params() if p.name not in OF_ONE_USE)


def _field(param: Param) -> tuple[object, ...]:
    """What must agree for one field to edit both."""
    return param.kind, param.minimum, param.maximum, param.choices
