"""Problems of an unfolded design, told as problems of the design that the user sees."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from core.design import edits
from core.design.document import Design, End, Node
from core.design.flat import Flat, copy_around, first_copy, place_of
from core.design.levels import Edit, Path, at_level, level_as_set
from core.design.problems import Fix, Problem, structural


def of_levels(design: Design, flat: Flat) -> Iterator[Problem]:
    """Problems of the form of the design, and of what each use of a group in it holds."""
    yield from structural(design)
    for key, use in flat.uses.items():
        if "~" in key:
            continue
        path = (*place_of(key)[0], use.node.id)
        for problem in structural(use.inside, flat.copies[key].place):
            fix = problem.fix
            if fix is not None:
                fix = Fix(fix.label, at_level(path, fix.edit), whole=True)
            yield replace(problem, node=f"{key}/{problem.node}", fix=fix)


def told_once(problems: Iterable[Problem], flat: Flat) -> Iterator[Problem]:
    """Each problem once, where several copies of a repeated group have it.

    Where all of them do, its message does not tell them apart.
    """
    found: dict[object, list[Problem]] = {}
    messages: dict[object, str] = {}
    times: Counter[object] = Counter()
    for problem in problems:
        message = problem.message
        for copy in _around(problem.node):
            message = message.replace(flat.copies[copy].name, flat.copies[copy].place)
        times[problem.node, message] += 1
        place = place_of(problem.node) if problem.node else None
        mark = place, message, times[problem.node, message]
        found.setdefault(mark, []).append(problem)
        messages[mark] = message
    for each, alike in found.items():
        uses = {first_copy(copy) for copy in _around(alike[0].node)}
        copies = math.prod(len(flat.uses[use].copies) for use in uses)
        yield replace(alike[0], message=messages[each]) if len(alike) == copies else alike[0]


def lifted(problem: Problem, flat: Flat) -> Problem:
    """The problem with a fix that edits the whole design, and not the unfolded one."""
    fix = problem.fix
    copy = copy_around(problem.node) if problem.node else ""
    if fix is None or fix.whole or not copy:
        return problem
    path, _ = place_of(problem.node or "")
    inner = partial(_as_unfolded, edit=fix.edit, copy=copy, name=flat.copies[copy].name)
    return replace(problem, fix=Fix(fix.label, partial(_edited, path=path, edit=inner), whole=True))


def _around(node: str | None) -> list[str]:
    """The copies of groups that an unfolded node stands in, the innermost first."""
    copies = []
    while node and (node := copy_around(node)):
        copies.append(node)
    return copies


def _edited(design: Design, path: Path, edit: Edit) -> Design:
    """Edit a level; where a use around it sets a parameter that the edit changes, it is set there.

    So a fix helps also where the value inside of the group is not the one that counts.
    """
    before = level_as_set(design, path)
    after = edit(before)
    design = at_level(path, edit)(design)
    for depth in range(len(path) - 1, -1, -1):
        above = level_as_set(design, path[:depth])
        use = above.nodes[path[depth]]
        values = {
            exposed.name: after.nodes[node].params[name]
            for exposed in before.exposed
            for node, name in exposed.targets
            if exposed.name in use.params and _differs(before, after, node, name)
        }
        set_there = partial(_set_params, node=use.id, values=values)
        design = at_level(path[:depth], set_there)(design)
        before, after = above, set_there(above)
    return design


def _differs(before: Design, after: Design, node: str, name: str) -> bool:
    there = node in before.nodes and node in after.nodes and name in after.nodes[node].params
    return there and before.nodes[node].params.get(name) != after.nodes[node].params[name]


def _set_params(design: Design, node: str, values: Mapping[str, Any]) -> Design:
    return edits.set_params(design, node, **values)


def _as_unfolded(design: Design, edit: Edit, copy: str, name: str) -> Design:
    """Carry out an edit that calls the nodes by their unfolded ids and names."""
    start = f"{copy}/"
    after = edit(_called(design, lambda i: start + i, lambda n: name + n))
    return _called(after, lambda i: i.removeprefix(start), lambda n: n.removeprefix(name))


def _called(design: Design, key: Callable[[str], str], name: Callable[[str], str]) -> Design:
    """The design with other ids and names for its nodes."""

    def end(old: End) -> End:
        return End(key(old.node), old.port)

    def node(old: Node) -> Node:
        return replace(old, id=key(old.id), name=name(old.name))

    positions = design.view.get("positions", {})
    return replace(
        design,
        nodes={key(i): node(n) for i, n in design.nodes.items()},
        wires={end(t): end(s) for t, s in design.wires.items()},
        frames={i: replace(f, nodes=tuple(map(key, f.nodes))) for i, f in design.frames.items()},
        view={**design.view, "positions": {key(i): p for i, p in positions.items()}},
    )
