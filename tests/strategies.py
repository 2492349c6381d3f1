"""Arbitrary designs, edits and JSON for property tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from core.blocks.catalog import blocks
from core.blocks.group_ports import GroupInput, GroupOutput
from core.design import edits, marks
from core.design.document import Design, End, Exposed, Group, Node
from core.design.expanding import expand
from core.design.exposing import conceal, expose, with_group
from core.design.fragment import cut_out, free_group_id, paste
from core.design.group_edits import make_single, rename_group, use_group
from core.design.grouping import make_group
from core.design.levels import at_level, level
from core.design.ports import GROUP_KIND, group_of, ports_of
from core.errors import InputError
from core.params import Param

Edit = Callable[[Design], Design]

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
NAMES = st.sampled_from(["dense", "conv 1", "été", "層", "import", "a_2", "[/b]", ""]) | TEXT
NUMBERS = st.integers(-3, 70) | st.floats(-10, 10, allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
JSON = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ODD_VALUES = SCALARS | st.lists(NUMBERS, max_size=3).map(tuple) | st.integers()
POINTS = st.tuples(st.integers(-999, 999).map(float), st.floats(-1e6, 1e6))
RECTS = st.tuples(*[st.integers(-999, 999).map(float)] * 4)
UNKNOWN = "Wormhole"
EXPOSED = ("units", "rate", "count", "repeat", "column", "group", "x")
PORTS = ("input", "input_1", "input_2", "logits", "target", "prediction", "nowhere")


def value_for(declared: Param) -> st.SearchStrategy[Any]:
    """Mostly values of the right kind, sometimes any value."""
    right: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "int": st.integers(0, 9),
        "float": st.floats(0, 1),
        "choice": st.sampled_from(declared.choices or ("",)),
        "ints": st.lists(st.integers(1, 6), max_size=3).map(tuple),
    }
    return right.get(declared.kind, TEXT) | st.just(declared.default) | ODD_VALUES


@st.composite
def nodes(draw: st.DrawFn, design: Design, *more: str) -> Node:
    """A node of any block, of a group, or of one that nobody knows, with an id that is free.

    ``more`` are kinds that shall be frequent.
    """
    usual = st.sampled_from([*blocks(), UNKNOWN, GROUP_KIND])
    often = st.sampled_from([*more, *[GROUP_KIND] * min(2, len(design.groups))] or [UNKNOWN])
    kind = draw(usual | often if more or design.groups else usual)
    declared = group_values(design) if kind == GROUP_KIND else {}
    if kind in blocks():
        declared = {p.name: value_for(p) for p in blocks()[kind].params()}
        if "weights_of" in declared:
            declared["weights_of"] = st.sampled_from([*design.nodes, "gone", ""])
    params = draw(st.fixed_dictionaries({}, optional=declared))
    if kind == GROUP_KIND and design.groups and draw(st.integers(0, 9)):
        params["group"] = draw(st.sampled_from(list(design.groups)))
    if kind == UNKNOWN or draw(st.integers(0, 9)) == 0:
        params |= draw(st.dictionaries(TEXT, ODD_VALUES, max_size=2))
    muted = draw(st.integers(0, 5)) == 5
    return Node(design.free_id(), draw(NAMES), kind, params, muted)


def group_values(design: Design) -> dict[str, st.SearchStrategy[Any]]:
    """Values for the parameters of a use of a group."""
    return {
        "repeat": st.integers(1, 3) | ODD_VALUES,
        "shared_repeats": st.booleans() | ODD_VALUES,
        "weights_of": st.sampled_from([*design.nodes, "gone", ""]) | ODD_VALUES,
        **dict.fromkeys(EXPOSED, NUMBERS),
    }


@st.composite
def designs(draw: st.DrawFn, most: int = 8) -> Design:
    """A design of up to ``most`` nodes, sensible or not, often with groups."""
    design = Design(
        name=draw(TEXT),
        data=draw(st.none() | st.dictionaries(TEXT, JSON, max_size=2)),
        recipe=draw(st.dictionaries(TEXT | st.just("optimizer"), JSON, max_size=2)),
        view=draw(
            st.dictionaries(
                TEXT.filter(lambda k: k not in ("positions", "frames", "notes")), JSON, max_size=2
            )
        ),
    )
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        design = with_group(design, draw(groups(design)))
    if len(design.groups) > 1 and draw(st.integers(0, 5)) == 5:
        design = in_a_circle(design)
    design = draw(filled(design, most))
    for _ in range(draw(st.integers(0, 2)) if design.nodes else 0):
        design = marks.frame(design, draw(some_nodes(design)), draw(TEXT), draw(TEXT))
    for _ in range(draw(st.integers(0, 2))):
        design = marks.add_note(design, draw(TEXT), draw(RECTS), draw(TEXT))
    return design


@st.composite
def filled(draw: st.DrawFn, design: Design, most: int, *more: str) -> Design:
    """The design with up to ``most`` new nodes and some wires."""
    for _ in range(draw(st.integers(0, most))):
        design = edits.add_node(design, draw(nodes(design, *more)), draw(POINTS))
    for _ in range(draw(st.integers(0, 2 * len(design.nodes)))):
        design = draw(wirings(design))(design)
    return design


@st.composite
def groups(draw: st.DrawFn, design: Design) -> Group:
    """A definition of a group, which may use the groups that the design has."""
    held = draw(filled(Design(groups=design.groups), 4, GroupInput.kind, GroupOutput.kind))
    names = draw(st.lists(st.sampled_from(EXPOSED), unique=True, max_size=2))
    targets = st.tuples(st.sampled_from([*held.nodes, "gone"]), st.sampled_from(EXPOSED))
    exposed = tuple(Exposed(n, tuple(draw(st.lists(targets, max_size=2)))) for n in names)
    key = free_group_id(design)
    view = draw(st.dictionaries(st.sampled_from(["zoom", "grid"]), JSON, max_size=1))
    return Group(
        nodes=held.nodes,
        wires=held.wires,
        view={**held.view, **view},
        exposed=exposed,
        id=key,
        name=draw(TEXT | st.just("Block")),
    )


def in_a_circle(design: Design) -> Design:
    """The design with its first group using its last, which may use the first."""
    first, *_, last = design.groups.values()
    node = Node(first.free_id(), "round", GROUP_KIND, {"group": last.id})
    return with_group(design, replace(first, nodes={**first.nodes, node.id: node}))


def some_nodes(design: Design) -> st.SearchStrategy[list[str]]:
    """Ids of nodes, and sometimes one that no node has."""
    return st.lists(st.sampled_from([*design.nodes, "gone"]), max_size=4)


@st.composite
def wirings(draw: st.DrawFn, design: Design) -> Edit:
    """A wire from a node to a node, mostly to a port that is there."""
    source, target = (draw(st.sampled_from(list(design.nodes))) for _ in range(2))
    there = [p.name for p in ports_of(design, design.nodes[target])[0]]
    port = draw(st.sampled_from(there or PORTS))
    if draw(st.integers(0, 9)) == 0:
        port = "nowhere"
    outs = ports_of(design, design.nodes[source])[1]
    out = draw(st.sampled_from([*outs, *outs, *outs, "output", "loss"]))
    return lambda d: edits.connect(d, End(source, out), End(target, port))


@st.composite
def edits_of(draw: st.DrawFn, design: Design) -> tuple[str, Edit]:
    """Any edit that makes sense for the design, with its name."""
    always = ["add", "move", "set_name", "set_recipe", "set_data", "frame", "note"]
    more = ["remove", "connect", "connect", "rename", "set_params", "duplicate", "mute"]
    kind = draw(st.sampled_from(always + (more if design.nodes else [])))
    if len(design.wires) > draw(st.sampled_from([0, len(design.wires)])):
        kind = draw(st.sampled_from(["disconnect", "reconnect", "cut"]))
    if design.frames and draw(st.integers(0, 9)) == 0:
        kind = "unframe"
    if design.notes and draw(st.integers(0, 9)) == 0:
        kind = draw(st.sampled_from(["change_note", "remove_note"]))
    if design.nodes and draw(st.integers(0, 3)) == 0:
        kind = draw(st.sampled_from(["make_group", "expand", "make_single", "paste"]))
    if design.groups and draw(st.integers(0, 3)) == 0:
        kind = draw(st.sampled_from(["use_group", "expose", "conceal", "rename_group"]))
    used = [n.id for n in design.nodes.values() if group_of(design, n)]
    if used and draw(st.integers(0, 2)) == 0:
        path = (draw(st.sampled_from(used)),)
        inner, edit = draw(edits_of(level(design, path)))
        return f"{inner} inside", at_level(path, edit)
    return kind, draw(EDITS[kind](design))


def attempted(edit: Edit) -> Edit:
    """The edit, or none where it is refused."""

    def tried(design: Design) -> Design:
        try:
            return edit(design)
        except InputError:
            return design

    return tried


def _node(design: Design) -> st.SearchStrategy[str]:
    return st.sampled_from(list(design.nodes))


def _wire(design: Design) -> st.SearchStrategy[End]:
    return st.sampled_from(list(design.wires))


def _adding(design: Design) -> st.SearchStrategy[Edit]:
    return st.builds(lambda n, p: lambda d: edits.add_node(d, n, p), nodes(design), POINTS)


def _moving(design: Design) -> st.SearchStrategy[Edit]:
    places = st.dictionaries(st.sampled_from([*design.nodes, "gone"]), POINTS, max_size=3)
    return places.map(lambda p: lambda d: edits.move(d, p))


def _parameters(design: Design) -> st.SearchStrategy[Edit]:
    def of_node(node: str) -> st.SearchStrategy[Edit]:
        cls = blocks().get(design.nodes[node].block)
        fields = {p.name: value_for(p) for p in cls.params()} if cls else {"x": ODD_VALUES}
        if "weights_of" in fields:
            fields["weights_of"] = st.sampled_from([*design.nodes, "gone", ""])
        if design.nodes[node].block == GROUP_KIND:
            fields = group_values(design)
        values = st.fixed_dictionaries({}, optional=fields)
        return values.map(lambda v: lambda d: edits.set_params(d, node, **v))

    return _node(design).flatmap(of_node)


def _reconnecting(design: Design) -> st.SearchStrategy[Edit]:
    return st.builds(
        lambda old, source, target, port: (
            lambda d: edits.reconnect(d, old, End(source, "output"), End(target, port))
        ),
        _wire(design),
        _node(design),
        _node(design),
        st.sampled_from(PORTS),
    )


def _group(design: Design) -> st.SearchStrategy[str]:
    return st.sampled_from(list(design.groups))


def _exposing(design: Design) -> st.SearchStrategy[Edit]:
    def of_group(group: str) -> st.SearchStrategy[Edit]:
        held = st.sampled_from([*design.groups[group].nodes, "gone"])
        targets = st.lists(st.tuples(held, st.sampled_from(EXPOSED)), min_size=1, max_size=2)
        return st.builds(
            lambda name, made: attempted(lambda d: expose(d, group, name, made)),
            st.sampled_from(EXPOSED),
            targets,
        )

    return _group(design).flatmap(of_group)


EDITS: dict[str, Callable[[Design], st.SearchStrategy[Edit]]] = {
    "add": _adding,
    "move": _moving,
    "set_name": lambda _: st.builds(lambda v: lambda d: edits.set_name(d, v), TEXT),
    "set_recipe": lambda _: st.builds(
        lambda v: lambda d: edits.set_recipe(d, v), st.dictionaries(TEXT, JSON, max_size=2)
    ),
    "set_data": lambda _: st.builds(
        lambda v: lambda d: edits.set_data(d, v),
        st.none() | st.dictionaries(TEXT, JSON, max_size=2),
    ),
    "frame": lambda d: some_nodes(d).map(lambda ids: lambda d: marks.frame(d, ids)),
    "unframe": lambda d: st.sampled_from(list(d.frames)).map(
        lambda f: lambda d: marks.unframe(d, f)
    ),
    "note": lambda d: st.builds(lambda t, r: lambda d: marks.add_note(d, t, r), TEXT, RECTS),
    "change_note": lambda d: st.builds(
        lambda n, t: lambda d: marks.change_note(d, n, text=t), st.sampled_from(list(d.notes)), TEXT
    ),
    "remove_note": lambda d: st.sampled_from(list(d.notes)).map(
        lambda n: lambda d: marks.remove_notes(d, [n])
    ),
    "mute": lambda d: st.builds(
        lambda n, m: lambda d: edits.mute(d, [n], m), _node(d), st.booleans()
    ),
    "remove": lambda d: some_nodes(d).map(lambda ids: lambda d: edits.remove(d, ids)),
    "cut": lambda d: _wire(d).map(lambda w: lambda d: edits.remove(d, wires=[w])),
    "connect": wirings,
    "disconnect": lambda d: _wire(d).map(lambda w: lambda d: edits.disconnect(d, w)),
    "reconnect": _reconnecting,
    "rename": lambda d: st.builds(
        lambda n, name: lambda d: edits.rename(d, n, name), _node(d), NAMES
    ),
    "set_params": _parameters,
    "duplicate": lambda d: some_nodes(d).map(lambda ids: lambda d: edits.duplicate(d, ids)),
    "make_group": lambda d: some_nodes(d).map(
        lambda ids: attempted(lambda d: make_group(d, ids)[0])
    ),
    "expand": lambda d: _node(d).map(lambda n: attempted(lambda d: expand(d, n))),
    "make_single": lambda d: _node(d).map(lambda n: lambda d: make_single(d, (), n)),
    "paste": lambda d: some_nodes(d).map(lambda ids: lambda d: paste(d, cut_out(d, ids))[0]),
    "use_group": lambda d: st.builds(
        lambda g, at: lambda d: use_group(d, g, at)[0], _group(d), POINTS
    ),
    "expose": _exposing,
    "conceal": lambda d: st.builds(
        lambda g, n: lambda d: conceal(d, g, n), _group(d), st.sampled_from(EXPOSED)
    ),
    "rename_group": lambda d: st.builds(
        lambda g, n: lambda d: rename_group(d, g, n), _group(d), TEXT
    ),
}
