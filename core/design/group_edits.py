"""Edits of groups and of the nodes that use them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.design import edits
from core.design.document import Design, Exposed, Group, Node, snake_case
from core.design.fragment import free_group_id
from core.design.ports import GROUP_KIND, OWN, group_of, reaches, uses_of
from core.errors import InputError


def use_group(design: Design, group: str, position: edits.Point) -> tuple[Design, str]:
    """Place a use of a group; the answer's second part is the new node's id."""
    title = design.groups[group].name
    node = Node(design.free_id(), design.free_name(snake_case(_word(title))), GROUP_KIND)
    node = replace(node, params={"group": group})
    return edits.add_node(design, node, position), node.id


def rename_group(design: Design, group: str, name: str) -> Design:
    """Give a group another name."""
    return _with_group(design, replace(design.groups[group], name=name))


def remove_group(design: Design, group: str) -> Design:
    """Forget a group. Raises InputError while it is used."""
    uses = [n.name for _, n in uses_of(design, group)]
    if uses:
        raise InputError(
            f"{design.groups[group].name} is used by {', '.join(uses)}", "Remove these nodes first."
        )
    return replace(design, groups={i: g for i, g in design.groups.items() if i != group})


def make_single(design: Design, node: str) -> Design:
    """Give a use of a group a copy of the group for itself, so that editing it changes no other."""
    use = design.nodes[node]
    group = group_of(design, use)
    if group is None or len(list(uses_of(design, group.id))) < 2:
        return design
    copy = replace(group, id=free_group_id(design), name=free_title(design, group.name))
    return edits.set_params(_with_group(design, copy), node, group=copy.id, weights_of="")


def expose(design: Design, group: str, name: str, targets: Iterable[tuple[str, str]]) -> Design:
    """Let each use of a group set these parameters of its nodes, under one name.

    Raises InputError for a name that is taken.
    """
    old = design.groups[group]
    if name in {p.name for p in OWN} | {e.name for e in old.exposed}:
        raise InputError(f"{old.name} has a parameter {name!r} already", "Choose another name.")
    made = Exposed(name, tuple(targets))
    return _with_group(design, replace(old, exposed=(*old.exposed, made)))


def conceal(design: Design, group: str, name: str) -> Design:
    """Take an exposed parameter back; the uses have the value inside the group again."""
    old = design.groups[group]
    left = tuple(e for e in old.exposed if e.name != name)
    changed = _with_group(design, replace(old, exposed=left))
    for graph, use in list(uses_of(changed, group)):
        if name in use.params:
            params = {k: v for k, v in use.params.items() if k != name}
            nodes = {**graph.nodes, use.id: replace(use, params=params)}
            if isinstance(graph, Group):
                changed = _with_group(changed, replace(changed.groups[graph.id], nodes=nodes))
            else:
                changed = replace(changed, nodes=nodes)
    return changed


def check_no_circle(design: Design) -> None:
    """Raise InputError where a group holds itself."""
    for group in design.groups.values():
        inner = {
            str(n.params.get("group", "")) for n in group.nodes.values() if n.block == GROUP_KIND
        }
        if any(reaches(design, i, group.id) for i in inner):
            raise InputError(
                f"The group {group.name} cannot hold itself", "Use it outside of the group."
            )


def _with_group(design: Design, group: Group) -> Design:
    return replace(design, groups={**design.groups, group.id: group})


def free_title(design: Design, wanted: str) -> str:
    """``wanted``, or with a number behind it where a group is called so."""
    names = {g.name for g in design.groups.values()}
    number, found = 2, wanted
    while found in names:
        number, found = number + 1, f"{wanted} {number}"
    return found


def _word(title: str) -> str:
    return "_".join(title.split()) or "group"
