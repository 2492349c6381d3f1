"""Arbitrary designs, edits and JSON for property tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from core.blocks.catalog import blocks
from core.design import edits, marks
from core.design.document import Design, End, Node
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
def nodes(draw: st.DrawFn, design: Design) -> Node:
    """A node of any block, or of one that nobody knows, with an id that is free."""
    kind = draw(st.sampled_from([*blocks(), UNKNOWN]))
    declared = {} if kind == UNKNOWN else {p.name: value_for(p) for p in blocks()[kind].params()}
    params = draw(st.fixed_dictionaries({}, optional=declared))
    if kind == UNKNOWN or draw(st.integers(0, 9)) == 0:
        params |= draw(st.dictionaries(TEXT, ODD_VALUES, max_size=2))
    return Node(design.free_id(), draw(NAMES), kind, params)


@st.composite
def designs(draw: st.DrawFn, most: int = 8) -> Design:
    """A design of up to ``most`` nodes, sensible or not."""
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
    for _ in range(draw(st.integers(0, most))):
        design = edits.add_node(design, draw(nodes(design)), draw(POINTS))
    for _ in range(draw(st.integers(0, 2 * len(design.nodes)))):
        design = draw(wirings(design))(design)
    for _ in range(draw(st.integers(0, 2)) if design.nodes else 0):
        design = marks.frame(design, draw(some_nodes(design)), draw(TEXT), draw(TEXT))
    for _ in range(draw(st.integers(0, 2))):
        design = marks.add_note(design, draw(TEXT), draw(RECTS), draw(TEXT))
    return design


def some_nodes(design: Design) -> st.SearchStrategy[list[str]]:
    """Ids of nodes, and sometimes one that no node has."""
    return st.lists(st.sampled_from([*design.nodes, "gone"]), max_size=4)


@st.composite
def wirings(draw: st.DrawFn, design: Design) -> Edit:
    """A wire from a node to a node, mostly to a port that is there."""
    source, target = (draw(st.sampled_from(list(design.nodes))) for _ in range(2))
    found = design.nodes[target].instance
    there = [p.name for p in found[0].ports()] if found else []
    port = draw(st.sampled_from(there or PORTS))
    if draw(st.integers(0, 9)) == 0:
        port = "nowhere"
    out = draw(st.sampled_from(["output"] * 9 + ["loss"]))
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
    return kind, draw(EDITS[kind](design))


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
}
