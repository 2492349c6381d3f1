"""Problems of an unfolded design, told as problems of the design that the user sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from core.design import edits
from core.design.document import Design, End, Node
from core.design.flat import Flat, place_of
from core.design.levels import at_level
from core.design.problems import ERROR, Fix, Problem

Edit = Callable[[Design], Design]


def of_groups(flat: Flat) -> Iterator[Problem]:
    """What is wrong with the uses of groups."""
    for trouble in flat.troubles:
        fix = None
        if trouble.dangling is not None:
            edit = partial(_disconnect, node=trouble.node, end=trouble.dangling)
            fix = Fix("Remove the wire", edit, whole=True)
        yield Problem(ERROR, trouble.node, trouble.message, trouble.remedy, fix)


def without_repeats(problems: Iterable[Problem], flat: Flat) -> Iterator[Problem]:
    """Each problem once, where the copies of a repeated group, or all within a use, have it."""
    told: set[tuple[str, str]] = set()
    for problem in problems:
        if problem.node is None:
            yield problem
            continue
        path, last = place_of(problem.node)
        what = problem.message
        for key, name in flat.names.items():
            if problem.node.startswith(f"{key}/"):
                what = what.replace(name, "")
        mark = ("/".join((*path, last)), what)
        if mark not in told:
            told.add(mark)
            yield problem


def lifted(problem: Problem, flat: Flat) -> Problem:
    """The problem with a fix that edits the whole design, and not the unfolded one."""
    if problem.node is None or problem.fix is None or "/" not in problem.node:
        return problem
    if problem.fix.whole:
        return problem
    copy, _, _ = problem.node.rpartition("/")
    path, _ = place_of(problem.node)
    inner = partial(_as_unfolded, edit=problem.fix.edit, copy=copy, name=flat.names.get(copy, ""))
    return replace(problem, fix=Fix(problem.fix.label, at_level(path, inner), whole=True))


def _disconnect(design: Design, node: str, end: End) -> Design:
    path, _ = place_of(node)
    return at_level(path, lambda inner: edits.disconnect(inner, end))(design)


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
