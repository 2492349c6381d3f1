"""What is wrong or doubtful in a design: the messages, their remedies and one-click fixes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from core.blocks.block import Block, ShapeError
from core.blocks.inputs import Input
from core.design import edits
from core.design.document import Design, End, Node
from core.design.order import ancestors
from core.design.ports import GROUP_KIND, block_of, port_names, ports_of
from core.tensor import Tensor

ERROR, WARNING = "error", "warning"
OWN_INPUT, CIRCLE = "a node cannot feed itself", "this would make a circle"


@dataclass(frozen=True)
class Fix:
    """An edit that takes a problem away.

    It calls nodes as the problem's analysis does; a ``whole`` one is for the whole design.
    """

    label: str
    edit: Callable[[Design], Design]
    whole: bool = False


@dataclass(frozen=True)
class Problem:
    """Something wrong (``error``) or doubtful (``warning``), at a node or (None) at the design.

    One that is of ``only_training`` does not keep the network from computing.
    """

    severity: str
    node: str | None
    message: str
    remedy: str = ""
    fix: Fix | None = field(default=None, compare=False)
    only_training: bool = False


def structural(design: Design, name: str = "") -> Iterator[Problem]:
    """Problems of the form of one level: names, wires, and inputs of groups that nothing feeds.

    ``name`` is what stands before its nodes' names.
    """
    yield from _duplicate_names(design, name)
    yield from _bad_wires(design, name)
    for node in design.nodes.values():
        found = block_of(design, node) if node.block == GROUP_KIND and not node.muted else None
        if found:
            called = replace(node, name=name + node.name)
            yield from unconnected(called, found[0], design.sources.get(node.id, ()))


def data_fit(
    node: Node, block: Input, columns: Mapping[str, Tensor], suggested: tuple[str, ...]
) -> Iterator[Problem]:
    """Whether an Input or Target fits the column of the data that it names."""
    there = columns.get(block.column)
    if there is None:
        choice = ", ".join(columns)
        what = f"the data has no column {block.column!r}" if block.column else "no column is chosen"
        best, fix = best_column(block, columns, (*suggested, *columns)), None
        remedy = f"Choose one of: {choice}."
        if best:
            bound = partial(bind, node=node.id, column=best, tensor=columns[best])
            fix = Fix(f"Use {best}", bound)
        else:
            remedy = f"No column of the data suits this block. Use Input for one of: {choice}."
        yield Problem(ERROR, node.id, f"{node.name}: {what}", remedy, fix, only_training=True)
        return
    mine = block.infer()
    clash = mine.dtype == there.dtype == "int32" and there.classes > mine.classes
    if mine.shape == there.shape and mine.dtype == there.dtype and not clash:
        return
    what = f"{there.classes} different ids" if clash else str(there)
    mine_is = f"{mine.classes}" if clash else str(mine)
    yield Problem(
        ERROR,
        node.id,
        f"{node.name}: column {block.column!r} has {what}, but the node says {mine_is}",
        "Take the shape from the data.",
        Fix(
            "Take it from the data",
            partial(bind, node=node.id, column=block.column, tensor=there),
        ),
        only_training=True,
    )


def best_column(block: Input, columns: Mapping[str, Tensor], offered: Iterable[str]) -> str:
    """The first column on offer that is what the block is for, ``""`` if there is none."""
    return next((name for name in offered if block.suits(columns[name])), "")


def bind(design: Design, node: str, column: str, tensor: Tensor) -> Design:
    """Make an Input or Target read this column, with the column's shape and type."""
    return edits.set_params(
        design,
        node,
        column=column,
        shape=tensor.sizes,
        dtype=tensor.dtype,
        classes=tensor.classes,
    )


def refusal(design: Design, outputs: Mapping[End, Tensor], source: End, target: End) -> str | None:
    """Why an output cannot be wired to an input, or None if it can."""
    if source.node == target.node:
        return OWN_INPUT
    if target.node in ancestors([source.node], design.sources):
        return CIRCLE
    return misfit(design, outputs, source, target)


def misfit(design: Design, outputs: Mapping[End, Tensor], source: End, target: End) -> str | None:
    """Why an input cannot take what an output gives, circles apart, or None if it can."""
    giver, taker = design.nodes[source.node], design.nodes[target.node]
    ports, _ = ports_of(design, taker)
    port = next((p for p in ports if p.name == target.port), None)
    if port is None and block_of(design, taker):
        return f"{taker.name} has no input {target.port!r}"
    if block_of(design, giver) and source.port not in ports_of(design, giver)[1]:
        return f"{giver.name} has no output {source.port!r}"
    tensor = outputs.get(source)
    if port is None or tensor is None:
        return None
    try:
        port.check(tensor)
    except ShapeError as error:
        return str(error)
    return None


def _duplicate_names(design: Design, above: str) -> Iterator[Problem]:
    names = [n.name for n in design.nodes.values()]
    if len(set(names)) == len(names) and all(map(str.strip, names)):
        return
    count = Counter(names)
    seen: set[str] = set()
    for key, node in design.nodes.items():
        if not node.name.strip():
            yield Problem(ERROR, key, f"node {above}{key} has no name", "Give it a name.")
        elif count[node.name] > 1 and node.name in seen:
            other = design.free_name(node.name)
            yield Problem(
                ERROR,
                key,
                f"two nodes are called {above}{node.name}",
                "Give one of them another name.",
                Fix(f"Rename to {other}", partial(edits.rename, node=key, name=other)),
            )
        seen.add(node.name)


def _bad_wires(design: Design, above: str) -> Iterator[Problem]:
    names: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for target, source in design.wires.items():
        for end, output in ((target, False), (source, True)):
            if end.node not in names:
                names[end.node] = port_names(design, design.nodes[end.node])
            if end.port not in names[end.node][output]:
                node = design.nodes[end.node]
                side = "output" if output else "input"
                yield Problem(
                    ERROR,
                    node.id,
                    f"{above}{node.name} has no {side} {end.port!r}, but a wire goes there",
                    "Remove the wire.",
                    Fix("Remove the wire", partial(edits.disconnect, target=target)),
                )


def unconnected(node: Node, block: Block, connected: Collection[str]) -> Iterator[Problem]:
    """Inputs that need a wire and have none."""
    for port in block.ports():
        if not port.optional and port.name not in connected:
            yield Problem(
                ERROR,
                node.id,
                f"{node.name}: {port.label or port.name} is not connected",
                "Add a Target and drag a wire from it to this input."
                if port.name == "target" and block.role == "loss"
                else "Drag a wire to it from an output.",
            )
