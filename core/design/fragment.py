"""A piece of a design as readable text: what copy puts on the clipboard and paste takes from it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from core.blocks.embedding import Embedding
from core.design import edits, marks
from core.design.document import Design, End, Group, Node, Note
from core.design.nesting import inner_first, with_inner
from core.design.ports import GROUP_KIND, used_by, weights_owner
from core.errors import InputError
from core.project.content import graph_content, group_content, view_content
from core.project.file import from_text
from core.project.json_text import pretty
from core.project.migrate import FORMAT_VERSION

KEY = "layerloom_fragment"
# How far a copy stands from what it would cover, in pixels to the right and down.
SHIFT = 32.0
_WHERE = "The clipboard"


def cut_out(design: Design, nodes: Collection[str], notes: Collection[str] = ()) -> str:
    """The nodes and notes as JSON text, with what belongs to them.

    That is the wires among the nodes, the frames that are wholly among them, and the definitions of
    the groups they use. Its version is that of the project file. Raises InputError where a value is
    no finite number.
    """
    piece = _piece(design, set(nodes), set(notes))
    content = {
        KEY: FORMAT_VERSION,
        **graph_content(piece),
        "groups": [group_content(g) for g in piece.groups.values()],
        "view": view_content(piece),
    }
    try:
        return pretty(content) + "\n"
    except ValueError as error:
        raise InputError(
            f"The nodes could not be copied: {error}",
            "Correct the value that is not a finite number.",
        ) from error


def is_fragment(text: str) -> bool:
    """Whether the text looks like what ``cut_out`` writes; a quick guess."""
    return text.lstrip().startswith("{") and f'"{KEY}"' in text


def paste(
    design: Design, text: str, at: edits.Point | None = None, where: str = _WHERE
) -> tuple[Design, tuple[str, ...]]:
    """The design with a fragment's nodes and notes under free ids, and the ids of these.

    They keep their places to each other. Their upper left corner comes to ``at``, or where it was;
    a copy that would cover a node or note exactly is shifted on by ``SHIFT``. A group that the
    design has already, alike in all, is used and not defined anew. ``where`` names the text's
    origin. Raises InputError for text that is no fragment.
    """
    piece = read_fragment(text, where)
    design, groups = _with_groups(design, piece)
    ids = _free_ids(design, piece)
    fresh: dict[str, Node] = {}
    names: set[str] = set()
    for old in piece.nodes.values():
        name = design.free_name(old.name, frozenset(names))
        names.add(name)
        params = _params(design, old, ids, groups)
        fresh[ids[old.id]] = replace(old, id=ids[old.id], name=name, params=params)
    wires = {End(ids[t.node], t.port): End(ids[s.node], s.port) for t, s in piece.wires.items()}
    dx, dy = _shift(design, piece, at)
    places = {ids[i]: piece.position(i) for i in piece.nodes}
    pasted = replace(design, nodes={**design.nodes, **fresh}, wires={**design.wires, **wires})
    pasted = edits.move(pasted, {i: (x + dx, y + dy) for i, (x, y) in places.items()})
    for frame in piece.frames.values():
        pasted = marks.frame(pasted, [ids[i] for i in frame.nodes], frame.name, frame.color)
    for note in piece.notes.values():
        x, y, width, height = note.rect
        pasted = marks.add_note(pasted, note.text, (x + dx, y + dy, width, height), note.color)
    written = list(pasted.notes)[len(design.notes) :]
    return pasted, (*fresh, *written)


def read_fragment(text: str, where: str) -> Design:
    """A fragment as a design of its own, checked like a project file. Raises InputError."""
    hint = "Copy nodes on a Layerloom canvas first."
    try:
        content: Any = json.loads(text)
        if not isinstance(content, Mapping) or KEY not in content:
            raise InputError(f"{where} holds no Layerloom nodes", hint)
        parts = {key: content.get(key, []) for key in ("nodes", "wires", "groups")}
        # Version 1 had the positions beside the nodes.
        view = content.get("view", {"positions": content.get("positions", {})})
        project = json.dumps({"layerloom": content[KEY], **parts, "view": view})
    except (ValueError, RecursionError):
        raise InputError(f"{where} holds no Layerloom nodes", hint) from None
    return from_text(project, where)


def free_group_id(design: Design, taken: Collection[str] = ()) -> str:
    """A group id that no group has."""
    number = len(design.groups) + 1
    while f"g{number}" in design.groups or f"g{number}" in taken:
        number += 1
    return f"g{number}"


def free_title(design: Design, wanted: str) -> str:
    """``wanted``, or with a number behind it where a group is called so."""
    names = {g.name for g in design.groups.values()}
    number, found = 2, wanted
    while found in names:
        number, found = number + 1, f"{wanted} {number}"
    return found


def _piece(design: Design, nodes: set[str], notes: set[str]) -> Design:
    """What is cut out, as a design."""
    chosen = {i: n for i, n in design.nodes.items() if i in nodes}
    used = with_inner(design.groups, filter(None, map(used_by, chosen.values())))
    return Design(
        nodes=chosen,
        wires={t: s for t, s in design.wires.items() if t.node in chosen and s.node in chosen},
        frames={i: f for i, f in design.frames.items() if nodes.issuperset(f.nodes)},
        notes={i: n for i, n in design.notes.items() if i in notes},
        groups={i: g for i, g in design.groups.items() if i in used},
        view={"positions": {i: design.position(i) for i in chosen}},
    )


def _with_groups(design: Design, piece: Design) -> tuple[Design, dict[str, str]]:
    """The design with the groups of a piece, and what each of these is called there."""
    inner, circular = inner_first(piece.groups)
    ids: dict[str, str] = {}
    for key in circular:
        ids[key] = free_group_id(design, ids.values())
    for key in (*inner, *circular):
        group = piece.groups[key]
        fresh = {i: replace(n, params=_renamed(design, n, ids)) for i, n in group.nodes.items()}
        wanted = replace(group, nodes=fresh)
        there = None if key in ids else _alike(design, wanted)
        if there is None:
            there = ids.get(key) or free_group_id(design, ids.values())
            made = replace(wanted, id=there, name=free_title(design, group.name))
            design = replace(design, groups={**design.groups, there: made})
        ids[key] = there
    return design, ids


def _alike(design: Design, group: Group) -> str | None:
    """A group of the design that is alike in all but its id and the number behind its name."""
    stem = re.compile(re.escape(group.name) + r"( \d+)?")
    for key, there in design.groups.items():
        if stem.fullmatch(there.name) and replace(group, id=key, name=there.name) == there:
            return key
    return None


def _renamed(design: Design, node: Node, groups: Mapping[str, str]) -> Mapping[str, Any]:
    """A node's parameters with the group that it uses called by its new id.

    One that is not in the piece must not become another one of the design.
    """
    used = used_by(node)
    if used is None or (used not in groups and used not in design.groups):
        return node.params
    return {**node.params, "group": groups.get(used, "")}


def _params(
    design: Design, node: Node, ids: Mapping[str, str], groups: Mapping[str, str]
) -> Mapping[str, Any]:
    """A pasted node's parameters; it shares weights with a pasted node or one that is there."""
    params = _renamed(design, node, groups)
    owner = weights_owner(node)
    if not owner:
        return params
    there = design.nodes.get(owner)
    same = there is not None and _can_share(there, node, params)
    return {**params, "weights_of": ids.get(owner, owner if same else "")}


def _can_share(owner: Node, node: Node, params: Mapping[str, Any]) -> bool:
    """Whether a node of a design may be the one whose weights a pasted node used."""
    if node.block != GROUP_KIND:
        return owner.block == Embedding.kind
    return used_by(owner) == params.get("group")


def _free_ids(design: Design, piece: Design) -> dict[str, str]:
    ids: dict[str, str] = {}
    number = len(design.nodes) + 1
    for old in piece.nodes:
        while f"n{number}" in design.nodes:
            number += 1
        ids[old] = f"n{number}"
        number += 1
    return ids


def _shift(design: Design, piece: Design, at: edits.Point | None) -> edits.Point:
    """How far the piece has to be moved."""
    own = [*(piece.position(i) for i in piece.nodes), *map(_corner, piece.notes.values())]
    if not own:
        return 0.0, 0.0
    dx = at[0] - min(x for x, _ in own) if at else 0.0
    dy = at[1] - min(y for _, y in own) if at else 0.0
    taken = {design.position(i) for i in design.nodes} | set(map(_corner, design.notes.values()))
    while any((x + dx, y + dy) in taken for x, y in own):
        dx, dy = dx + SHIFT, dy + SHIFT
    return dx, dy


def _corner(note: Note) -> edits.Point:
    return note.rect[0], note.rect[1]
