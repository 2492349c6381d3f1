"""Edits of groups and of the nodes that use them; ``exposing`` has those of their parameters."""

from __future__ import annotations

from dataclasses import replace

from core.design import edits
from core.design.document import Design, Node, snake_case
from core.design.exposing import with_group
from core.design.fragment import free_group_id, free_title
from core.design.levels import Path, at_level, level
from core.design.ports import GROUP_KIND, group_of, uses_of, weights_owner
from core.errors import InputError


def use_group(design: Design, group: str, position: edits.Point) -> tuple[Design, str]:
    """Place a use of a group; the answer's second part is the new node's id."""
    stem = snake_case("_".join(design.groups[group].name.split())) or "group"
    node = Node(design.free_id(), design.free_name(stem), GROUP_KIND, {"group": group})
    return edits.add_node(design, node, position), node.id


def rename_group(design: Design, group: str, name: str) -> Design:
    """Give a group another name."""
    return with_group(design, replace(design.groups[group], name=name))


def remove_group(design: Design, group: str) -> Design:
    """Forget a group; an edit of the whole design. Raises InputError while it is used."""
    uses = [n.name for _, n in uses_of(design, group)]
    if uses:
        raise InputError(
            f"{design.groups[group].name} is used by {', '.join(uses)}", "Remove these nodes first."
        )
    return replace(design, groups={i: g for i, g in design.groups.items() if i != group})


def make_single(design: Design, path: Path, node: str) -> Design:
    """Give a use of a group at a path a copy of it for itself, so that editing it changes no other.

    It is an edit of the whole design, which knows all uses; the only use of a group stays as it is.
    Uses that shared this one's weights share those of the first of them.
    """
    here = level(design, path)
    group = group_of(here, here.nodes[node])
    if group is None or len(list(uses_of(design, group.id))) < 2:
        return design
    copy = replace(group, id=free_group_id(design), name=free_title(design, group.name))

    def single(here: Design) -> Design:
        left = _hand_weights_over(with_group(here, copy), node)
        return edits.set_params(left, node, group=copy.id, weights_of="")

    return at_level(path, single)(design)


def _hand_weights_over(design: Design, owner: str) -> Design:
    sharing = [i for i, n in design.nodes.items() if weights_owner(n) == owner]
    for key in sharing:
        heir = "" if key == sharing[0] else sharing[0]
        design = edits.set_params(design, key, weights_of=heir)
    return design
