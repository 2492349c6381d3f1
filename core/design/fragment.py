"""A piece of a design as readable text: what copy puts on the clipboard and paste takes from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from core.design import edits
from core.design.document import Design, End, Node
from core.errors import InputError
from core.project.file import from_text, to_content
from core.project.json_text import pretty
from core.project.migrate import FORMAT_VERSION

KEY = "layerloom_fragment"
# How far a copy stands from what it would cover, in pixels to the right and down.
SHIFT = 32.0
_WHERE = "The clipboard"
_PARTS = ("nodes", "wires", "groups")


def cut_out(design: Design, nodes: Collection[str]) -> str:
    """The nodes as JSON text, with the wires among them and the groups that are wholly in them.

    Its version is that of the project file. Raises InputError where a value is no finite number.
    """
    chosen = set(nodes)
    content = to_content(
        Design(
            nodes={i: n for i, n in design.nodes.items() if i in chosen},
            wires={t: s for t, s in design.wires.items() if t.node in chosen and s.node in chosen},
            groups={i: g for i, g in design.groups.items() if chosen.issuperset(g.nodes)},
        )
    )
    positions = {n["id"]: design.position(n["id"]) for n in content["nodes"]}
    parts = {key: content[key] for key in _PARTS}
    try:
        return pretty({KEY: FORMAT_VERSION, **parts, "positions": positions}) + "\n"
    except ValueError as error:
        raise InputError(
            f"The nodes could not be copied: {error}",
            "Correct the value that is not a finite number.",
        ) from error


def is_fragment(text: str) -> bool:
    """Whether the text looks like what ``cut_out`` writes; a quick guess."""
    return text.lstrip().startswith("{") and f'"{KEY}"' in text


def paste(
    design: Design, text: str, at: edits.Point | None = None
) -> tuple[Design, tuple[str, ...]]:
    """The design with a fragment's nodes under free ids and names, and the ids of these.

    The nodes keep their places to each other. Their upper left corner comes to ``at``, or where it
    was; a copy that would cover a node exactly is shifted on by ``SHIFT``. Raises InputError for
    text that is no fragment.
    """
    piece = _read(text)
    ids = _free_ids(design, piece)
    fresh: dict[str, Node] = {}
    names: set[str] = set()
    for old in piece.nodes.values():
        name = design.free_name(old.name, frozenset(names))
        names.add(name)
        fresh[ids[old.id]] = replace(old, id=ids[old.id], name=name)
    wires = {End(ids[t.node], t.port): End(ids[s.node], s.port) for t, s in piece.wires.items()}
    pasted = replace(design, nodes={**design.nodes, **fresh}, wires={**design.wires, **wires})
    pasted = edits.move(pasted, {ids[i]: p for i, p in _places(design, piece, at).items()})
    for group in piece.groups.values():
        pasted = edits.group(pasted, [ids[i] for i in group.nodes], group.name)
    return pasted, tuple(fresh)


def _read(text: str) -> Design:
    """The fragment as a design of its own, checked like a project file."""
    hint = "Copy nodes on a Layerloom canvas first."
    try:
        content: Any = json.loads(text)
        if not isinstance(content, Mapping) or KEY not in content:
            raise InputError(f"{_WHERE} holds no Layerloom nodes", hint)
        parts = {key: content.get(key, []) for key in _PARTS}
        view = {"positions": content.get("positions", {})}
        project = json.dumps({"layerloom": content[KEY], **parts, "view": view})
    except (ValueError, RecursionError):
        raise InputError(f"{_WHERE} holds no Layerloom nodes", hint) from None
    return from_text(project, _WHERE)


def _free_ids(design: Design, piece: Design) -> dict[str, str]:
    ids: dict[str, str] = {}
    number = len(design.nodes) + 1
    for old in piece.nodes:
        while f"n{number}" in design.nodes:
            number += 1
        ids[old] = f"n{number}"
        number += 1
    return ids


def _places(design: Design, piece: Design, at: edits.Point | None) -> dict[str, edits.Point]:
    """Where the fragment's nodes shall stand, by their ids in the fragment."""
    own = {i: piece.position(i) for i in piece.nodes}
    if not own:
        return {}
    dx = at[0] - min(x for x, _ in own.values()) if at else 0.0
    dy = at[1] - min(y for _, y in own.values()) if at else 0.0
    taken = {design.position(i) for i in design.nodes}
    while any((x + dx, y + dy) in taken for x, y in own.values()):
        dx, dy = dx + SHIFT, dy + SHIFT
    return {i: (x + dx, y + dy) for i, (x, y) in own.items()}
