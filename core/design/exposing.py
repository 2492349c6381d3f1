"""Parameters inside of groups that each use of the group sets for itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from core.design.document import Design, Exposed, Group
from core.design.ports import OWN_NAMES, exposed_param, uses_of
from core.errors import InputError

Target = tuple[str, str]


def expose(design: Design, group: str, name: str, targets: Iterable[Target]) -> Design:
    """Let each use of a group set these parameters of its nodes, under one name.

    ``targets`` are pairs of a node's id in the group and a parameter. Raises InputError for a name
    that is taken or cannot be typed on the command line, and for what no node has.
    """
    old = design.groups[group]
    _check_name(old, name)
    made = Exposed(name, tuple(targets))
    for key, param in made.targets:
        if exposed_param(design, old, Exposed(name, ((key, param),))) is None:
            node = old.nodes[key].name if key in old.nodes else key
            raise InputError(f"{node} has no parameter {param!r} to expose")
    return with_group(design, replace(old, exposed=(*old.exposed, made)))


def rename_exposed(design: Design, group: str, name: str, new: str) -> Design:
    """Call an exposed parameter otherwise; all uses keep the values that they set.

    It is an edit of the whole design. Raises InputError as ``expose`` does.
    """
    old = design.groups[group]
    _check_name(old, new)
    exposed = tuple(replace(e, name=new) if e.name == name else e for e in old.exposed)
    design = with_group(design, replace(old, exposed=exposed))
    for graph, use in list(uses_of(design, group)):
        holder = graph.id if isinstance(graph, Group) else None
        design = _with_params(design, holder, use.id, {name: new})
        if holder is not None:
            outer, ends = design.groups[holder], {(use.id, name): (use.id, new)}
            kept = (
                replace(e, targets=tuple(ends.get(t, t) for t in e.targets)) for e in outer.exposed
            )
            design = with_group(design, replace(outer, exposed=tuple(kept)))
    return design


def conceal(design: Design, group: str, name: str) -> Design:
    """Take an exposed parameter back; all uses have the value inside the group again.

    It is an edit of the whole design, as any level may hold uses. What outer groups made of it for
    their own uses goes too, where nothing else was set by that.
    """
    open_ = [(group, name)]
    while open_:
        key, param = open_.pop()
        old = design.groups[key]
        left = tuple(e for e in old.exposed if e.name != param)
        design = with_group(design, replace(old, exposed=left))
        for graph, use in list(uses_of(design, key)):
            holder = graph.id if isinstance(graph, Group) else None
            design = _with_params(design, holder, use.id, {param: None})
            if holder is not None:
                design, empty = _without(design, holder, {(use.id, param)})
                open_ += ((holder, each) for each in empty)
    return design


def forget_nodes(design: Design, group: str, gone: Collection[str]) -> Design:
    """Let a group expose nothing of nodes that it does not hold any more."""
    targets = {t for e in design.groups[group].exposed for t in e.targets if t[0] in gone}
    design, empty = _without(design, group, targets)
    for name in empty:
        design = conceal(design, group, name)
    return design


def with_group(design: Design, group: Group) -> Design:
    """The design with a definition added or replaced."""
    return replace(design, groups={**design.groups, group.id: group})


def _check_name(group: Group, name: str) -> None:
    if name in OWN_NAMES or any(e.name == name for e in group.exposed):
        raise InputError(f"{group.name} has a parameter {name!r} already", "Choose another name.")
    if not name.isidentifier():
        raise InputError(f"{name!r} is no name", "Use letters, digits and underscores.")


def _without(design: Design, group: str, gone: Collection[Target]) -> tuple[Design, list[str]]:
    """The design where a group exposes these targets no more, and what has no target left."""
    old = design.groups[group]
    left = [(e, tuple(t for t in e.targets if t not in gone)) for e in old.exposed]
    empty = [e.name for e, targets in left if e.targets and not targets]
    kept = tuple(replace(e, targets=targets) for e, targets in left)
    return (with_group(design, replace(old, exposed=kept)) if gone else design), empty


def _with_params(
    design: Design, group: str | None, node: str, names: Mapping[str, str | None]
) -> Design:
    """Rename parameters of a node of a group, or of the design itself; None takes one away."""
    graph = design if group is None else design.groups[group]
    old = graph.nodes[node]
    if not names.keys() & old.params.keys():
        return design
    renamed = ((names.get(key, key), value) for key, value in old.params.items())
    params = {key: value for key, value in renamed if key is not None}
    nodes = {**graph.nodes, node: replace(old, params=params)}
    if group is None:
        return replace(design, nodes=nodes)
    return with_group(design, replace(design.groups[group], nodes=nodes))
