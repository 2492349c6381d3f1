"""Where a design calls nodes and groups by name, in its losses and stages, and how these follow.

A name is that of the whole design: what stands in a group has the names of its uses before it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from core.design.document import Design, Graph, Node
from core.design.flat import Flat
from core.design.problems import Fix
from core.design.unfolding import flatten

TRAINS = "trains"
LOSSES = "losses"
PARTS = (TRAINS, LOSSES)
G = TypeVar("G", bound=Graph)


def places(flat: Flat) -> dict[str, list[str]]:
    """The unfolded nodes that stand at each name: a node, a use of a group, or what is muted."""
    found: dict[str, list[str]] = {}
    for key in flat.design.nodes:
        found.setdefault(flat.name_of(key), []).append(key)
    for key, use in flat.uses.items():
        found.setdefault(flat.name_of(key), []).extend(flat.inner(use))
    for key in flat.muted:
        found.setdefault(flat.name_of(key), [])
    return found


def called(design: Design) -> frozenset[str]:
    """Every name that losses and stages call nodes by."""
    found: set[str] = set()
    for graph in (design, *design.groups.values()):
        for node in graph.nodes.values():
            if TRAINS in node.params:
                found.update(_names(node.params[TRAINS]))
    for stage in _stages(design):
        for part in PARTS:
            found.update(_names(stage.get(part)))
    return frozenset(found)


def follow(before: Design, after: Design) -> Design:
    """The design after an edit, in which losses and stages call what was renamed by its new name.

    What now stands in a group, or no longer does, is found again by the end of its name.
    """
    same = after.nodes is before.nodes and after.groups == before.groups
    wanted = frozenset() if same else called(before)
    if not wanted:
        return after
    old, new = flatten(before), flatten(after)
    were, are = places(old), places(new)
    keys = {old.name_of(k): k for k in _keys(old)}
    there = frozenset(_keys(new))
    moved = {}
    for name in wanted & were.keys():
        key = keys[name]
        now = new.name_of(key) if key in there else _moved(name, were, are)
        if now and now != name:
            moved[name] = now
    return with_names(after, lambda name: moved.get(name, name)) if moved else after


def with_names(
    design: Design, change: Callable[[str], str | None], parts: Collection[str] = PARTS
) -> Design:
    """The design with other names in its losses and stages; None leaves one out.

    ``parts`` says what is changed: names of what learns, names of losses that count, or both.
    """

    def changed(values: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(n for n in map(change, _names(values)) if n is not None))

    def of_node(node: Node) -> Node:
        if TRAINS not in parts or not _names(node.params.get(TRAINS)):
            return node
        return replace(node, params={**node.params, TRAINS: changed(node.params[TRAINS])})

    def of_graph(graph: G) -> G:
        return replace(graph, nodes={i: of_node(n) for i, n in graph.nodes.items()})

    design = replace(of_graph(design), groups={i: of_graph(g) for i, g in design.groups.items()})
    stages = [
        {part: list(changed(v)) if part in parts else v for part, v in stage.items()}
        for stage in _stages(design)
    ]
    return replace(design, recipe={**design.recipe, "stages": stages}) if stages else design


def other_name(wrong: str, known: Collection[str], part: str) -> Fix:
    """What mends a name that nothing has: the one that was probably meant, or leaving it out."""
    meant = probably_meant(wrong, known)

    def change(name: str) -> str | None:
        return meant if name == wrong else name

    label = f"Use {meant}" if meant else f"Leave {wrong} out"
    return Fix(label, partial(with_names, change=change, parts=(part,)), whole=True)


def probably_meant(name: str, known: Collection[str]) -> str | None:
    """The same name within a group, or one that is spelled alike."""
    last = name.rpartition("/")[2]
    within = [n for n in known if n.rpartition("/")[2] == last]
    close = difflib.get_close_matches(name, known, 1, 0.75)
    return within[0] if len(within) == 1 else close[0] if close else None


def _keys(flat: Flat) -> Iterator[str]:
    yield from flat.design.nodes
    yield from flat.uses
    yield from flat.muted


def _moved(name: str, were: Mapping[str, object], are: Mapping[str, object]) -> str | None:
    """The one new name that ends as a name does that is gone."""
    last = name.rpartition("/")[2]
    found = [n for n in are if n not in were and n.rpartition("/")[2] == last]
    return found[0] if len(found) == 1 and name not in are else None


def _names(value: Any) -> tuple[str, ...]:
    """The names in a saved value, whatever else that may be."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list | tuple) else ()


def _stages(design: Design) -> list[Mapping[str, Any]]:
    """The saved stages; none where these cannot be read."""
    raw = design.recipe.get("stages")
    found = raw if isinstance(raw, list | tuple) else ()
    return list(found) if all(isinstance(s, Mapping) for s in found) else []
