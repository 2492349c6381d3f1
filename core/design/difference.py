"""What differs between two designs in all that training depends on, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.design.document import Design, Graph, Group, Node
from core.design.levels import inside
from core.design.ports import block_of
from core.params import Param, plain
from core.train.recipe import Recipe

Pair = tuple[Node | None, Node | None]


@dataclass(frozen=True)
class Difference:
    """One row: ``what`` is ``before`` on one side and ``after`` on the other, None for nothing.

    ``part`` says where to look: ``nodes``, ``wires``, ``groups``, ``data``, ``recipe`` and more.
    """

    part: str
    what: str
    before: Any
    after: Any


def design_differences(before: Design, after: Design) -> list[Difference]:
    """All rows for two designs; where nodes stand, and notes and frames, do not count.

    Nodes are the same that have one id and kind, or else one name and kind. A parameter that a file
    leaves out has its default.
    """
    recipes = _recipe(before), _recipe(after)
    return [
        *_of_values("design", {"name": before.name}, {"name": after.name}),
        *_of_graphs(before, after, ""),
        *_of_groups(before, after),
        *_of_values("data", before.data or {}, after.data or {}),
        *_of_values("recipe", *recipes),
    ]


def value_differences(
    part: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Difference]:
    """The rows for two JSON objects; what is nested is called ``outer.inner``."""
    return list(_of_values(part, before, after))


def shown(value: Any) -> str:
    """A value of a row as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(part) for part in value) or "none"
    return str(value)


def _recipe(design: Design) -> dict[str, Any]:
    """The whole recipe, defaults included; what is wrong in the file stands as it is there."""
    return {**design.recipe, **Recipe.read(design.recipe)[0].to_json()}


def _of_graphs(before: Design, after: Design, prefix: str) -> Iterator[Difference]:
    """The rows for one level: the outermost one, or the inside of a group."""
    pairs = _pairs(before, after)
    for one, other in pairs:
        yield from _of_nodes(before, one, after, other, prefix)
    # A node that was only renamed has the same wires.
    called = {one.id: (other or one).name for one, other in pairs if one}
    wires = _wires(before, called), _wires(after, {n.id: n.name for n in after.nodes.values()})
    for row in _of_values("wires", *wires):
        yield replace(row, what=f"{prefix}{row.what}")


def _pairs(before: Graph, after: Graph) -> list[Pair]:
    """The nodes of two levels side by side, in the order of the first, then what only is new."""
    left = dict(after.nodes)
    found: dict[str, Node] = {}
    for same in (_same_id, _same_name):
        for node in before.nodes.values():
            match = None if node.id in found else same(node, left)
            if match:
                found[node.id] = left.pop(match.id)
    return [
        *((node, found.get(node.id)) for node in before.nodes.values()),
        *((None, node) for node in left.values()),
    ]


def _same_id(node: Node, others: Mapping[str, Node]) -> Node | None:
    other = others.get(node.id)
    return other if other and other.block == node.block else None


def _same_name(node: Node, others: Mapping[str, Node]) -> Node | None:
    same = (o for o in others.values() if (o.name, o.block) == (node.name, node.block))
    return next(same, None)


def _of_nodes(
    before: Design, one: Node | None, after: Design, other: Node | None, prefix: str
) -> Iterator[Difference]:
    if one is None or other is None:
        name = prefix + (one or other).name  # type: ignore[union-attr]
        gone = _described(before, one) if one else None
        yield Difference("nodes", name, gone, _described(after, other) if other else None)
        return
    sides = _settings(before, one), _settings(after, other)
    for row in _of_values("nodes", *sides):
        yield replace(row, what=f"{prefix}{other.name}.{row.what}")


def _settings(design: Design, node: Node) -> dict[str, Any]:
    """All that a node says: its name, whether it is muted, and every parameter."""
    found = block_of(design, node)
    usual = found[0].values() if found else {}
    return {"name": node.name, "muted": node.muted, **usual, **node.params}


def _described(design: Design, node: Node) -> str:
    """A node that only one side has: its block, and what is not as usual about it."""
    found = block_of(design, node)
    if not found:
        return node.block
    block = found[0]
    declared: tuple[Param, ...] = block.params()
    values = block.values()
    chosen = [f"{p.name} {shown(values[p.name])}" for p in declared if values[p.name] != p.default]
    return f"{block.label or node.block}{': ' if chosen else ''}{', '.join(chosen)}"


def _wires(graph: Graph, called: Mapping[str, str]) -> dict[str, str]:
    """What feeds each connected input, by the names that nodes are called."""
    return {
        f"{called.get(target.node, target.node)}/{target.port}": (
            f"{called.get(source.node, source.node)}/{source.port}"
        )
        for target, source in graph.wires.items()
    }


def _of_groups(before: Design, after: Design) -> Iterator[Difference]:
    for key in dict.fromkeys((*before.groups, *after.groups)):
        one, other = before.groups.get(key), after.groups.get(key)
        if one and other:
            prefix = f"{other.name}/"
            yield from _of_values("groups", _of_group(one), _of_group(other), prefix)
            yield from _of_graphs(inside(before, one), inside(after, other), prefix)
        else:
            name = (one or other).name  # type: ignore[union-attr]
            counts = [f"{len(g.nodes)} nodes" if g else None for g in (one, other)]
            yield Difference("groups", name, *counts)


def _of_group(group: Group) -> dict[str, Any]:
    """What a group says of itself: its name, and what each use sets."""
    exposed = {
        e.name: ", ".join(f"{node}.{name}" for node, name in e.targets) for e in group.exposed
    }
    return {"name": group.name, "exposed": exposed}


def _of_values(
    part: str, before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = ""
) -> Iterator[Difference]:
    flat, other = _flat(before), _flat(after)
    for name in dict.fromkeys((*flat, *other)):
        if not _same(flat.get(name), other.get(name)):
            yield Difference(part, prefix + name, flat.get(name), other.get(name))


def _same(one: Any, other: Any) -> bool:
    """Whether two values say the same; 1 and 1.0 do, 1 and true do not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value):
            value = {str(number): part for number, part in enumerate(value, 1)}
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = plain(value)
    return found
