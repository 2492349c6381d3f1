"""The words for what the canvas shows and for what became of it."""

from dataclasses import replace

import pytest

from tests.widgets.canvas.samples import chain, node, wire
from widgets.canvas import End, Frame, Graph, NodeView, NoteView, Port, spoken


def conv(**more: object) -> NodeView:
    fields: dict[str, object] = {
        "id": "n1",
        "title": "conv_1",
        "subtitle": "Convolution",
        "detail": ("[B, 28, 28, 16]", "320 parameters"),
        "color_key": "Convolution",
        "inputs": (Port("input", "Input"), Port("mask", "Mask", optional=True)),
        "outputs": (Port("output", "Output", "[B, 28, 28, 16]"),),
    }
    return NodeView(**{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ({}, ""),
        ({"muted": True}, ", muted: passes on what it is given"),
        (
            {"container": True, "copies": 3},
            ", holds a graph of its own, stands behind itself 3 times",
        ),
        (
            {"badge": "error", "badge_text": "conv_1: the kernel is too wide.\nNarrow it."},
            ", error: the kernel is too wide. Narrow it",
        ),
        (
            {"badge": "warning", "badge_text": "Too wide.", "fix": "Make it 3"},
            ", warning: Too wide, the full stop key mends it: Make it 3",
        ),
    ],
)
def test_a_node(more: dict[str, object], end: str) -> None:
    words = "conv_1, Convolution, output [B, 28, 28, 16], 320 parameters"
    assert spoken.node_text(conv(**more)) == words + end


def test_ports() -> None:
    nodes = {"n1": conv(), "n2": node("relu", 0, 0), "n3": node("add", 0, 0)}
    view, relu = nodes["n1"], End("n2", "out")
    fed = spoken.port_text(view.inputs[0], False, [relu], nodes)
    assert fed == "input, connected from node relu out"
    free = spoken.port_text(view.inputs[1], False, [], nodes)
    assert free == "input mask, optional, not connected"
    takers = [End("n2", "in"), End("n3", "in")]
    given = spoken.port_text(view.outputs[0], True, takers, nodes)
    assert given == "output [B, 28, 28, 16], connected to node relu in and node add in"
    many = [End(f"n{i}", "in") for i in range(9)]
    assert spoken.port_text(view.outputs[0], True, many, nodes).endswith("connected to 9 ports")


def test_wires_notes_and_frames() -> None:
    graph = chain()
    assert spoken.wire_text(graph.wires[0], graph.nodes) == (
        "wire from node a out to node b in, carries 3"
    )
    marked = Graph(
        graph.nodes,
        frames=(Frame("f", "Stem", ("a", "b")), Frame("g", "All", ("a", "b", "c", "d"))),
        notes=(NoteView("n", "# Plan\n\nfirst.\nsecond", (0, 0, 9, 9)),),
    )
    assert spoken.item_text("n", marked) == "note: Plan. first. second"
    assert spoken.item_text("f", marked) == "frame Stem around node a and node b"
    assert spoken.item_text("g", marked) == "frame All around node a, node b and node c"
    assert spoken.item_text("nowhere", marked) == ""
    assert spoken.graph_text(marked) == "3 blocks, 0 wires, 1 note"
    assert spoken.canvas_text(["a", "b"], marked) == "3 blocks, 0 wires, 1 note, 2 selected"
    assert spoken.canvas_text([], marked).endswith(", nothing selected")


def changed(**more: object) -> Graph:
    return replace(chain(), **more)


def with_a(**more: object) -> Graph:
    nodes = chain().nodes
    return changed(nodes={**nodes, "a": replace(nodes["a"], **more)})


WITHOUT_B = {key: view for key, view in chain().nodes.items() if key != "b"}


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (chain(), ""),
        (with_a(position=(90.0, 0.0)), ""),
        (changed(wires=()), "Disconnected node b in from node a out"),
        (
            changed(wires=(*chain().wires, wire("b.out", "c.y"))),
            "Connected node b out to node c y",
        ),
        (
            changed(wires=(wire("a.out", "c.x"),)),
            "Disconnected node b in from node a out. Connected node a out to node c x",
        ),
        (changed(nodes=WITHOUT_B, wires=()), "Deleted node b"),
        (
            changed(nodes={**chain().nodes, "d": node("d", 0, 0)}),
            "Added node d",
        ),
        (Graph({}), "Deleted node a, node b and node c"),
        (
            Graph({f"n{i}": node("x", 0, 0) for i in range(9)}),
            "Deleted node a, node b and node c. Added 9 blocks",
        ),
        (with_a(title="stem"), "Renamed node a to stem"),
        (
            with_a(badge="warning", badge_text="Nothing follows.\nWire it on."),
            "Warning at node a: Nothing follows. Wire it on",
        ),
        (changed(notes=(NoteView("n", "x", (0, 0, 9, 9)),)), "Added 1 note"),
        (changed(frames=(Frame("f", "F", ("a",)),)), "Added 1 frame"),
    ],
)
def test_changes(after: Graph, words: str) -> None:
    assert spoken.change_text(chain(), after) == words


def test_an_error_is_told_before_warnings() -> None:
    nodes = chain().nodes
    bad = {
        "a": replace(nodes["a"], badge="warning", badge_text="Unused."),
        "b": replace(nodes["b"], badge="error", badge_text="node b: gets nothing."),
        "c": replace(nodes["c"], badge="error", badge_text="Wrong."),
    }
    assert spoken.change_text(chain(), changed(nodes=bad)) == (
        "Error at node b: gets nothing. Problems at 2 other blocks"
    )


def test_a_problem_that_was_there_is_not_told_again() -> None:
    bad = with_a(badge="error", badge_text="Wrong.")
    moved = replace(bad, nodes={**bad.nodes, "a": replace(bad.nodes["a"], position=(5.0, 5.0))})
    assert spoken.change_text(bad, moved) == ""
    assert spoken.change_text(bad, chain()) == ""
