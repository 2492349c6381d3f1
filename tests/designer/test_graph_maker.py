"""The canvas' graph follows the design, and keeps as the same objects what did not change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.design import edits
from core.design.analysis import Analysis, analyse
from core.design.document import Design, End, Node
from core.design.outlook import outlook
from designer.graph import GraphMaker
from tests.designs import iris_mlp
from tests.strategies import designs, edits_of
from widgets.canvas.graph import Graph


def made(maker: GraphMaker, *states: Design) -> list[Graph]:
    """The graphs of a design's states, one analysed after the other."""
    found: Analysis | None = None
    graphs = []
    for state in states:
        found = analyse(state, None, found)
        graphs.append(maker.graph(outlook(found, state, ()), found.parameters))
    return graphs


@given(st.data())
def test_a_graph_kept_up_to_date_is_the_one_made_at_once(data: st.DataObject) -> None:
    design = data.draw(designs())
    states = [design]
    for _ in range(data.draw(st.integers(1, 4))):
        _, edit = data.draw(edits_of(states[-1]))
        states.append(edit(states[-1]))
    states.append(states[data.draw(st.integers(0, len(states) - 1))])
    for graph, state in zip(made(GraphMaker(), *states), states, strict=True):
        (at_once,) = made(GraphMaker(), state)
        assert graph == at_once
        assert list(graph.nodes) == list(at_once.nodes)


def test_a_moved_node_is_all_that_differs() -> None:
    design = iris_mlp()
    before, after = made(GraphMaker(), design, edits.move(design, {"dense": (5.0, 6.0)}))
    assert after.nodes["dense"].position == (5.0, 6.0)
    others = [node for node in before.nodes if node != "dense"]
    assert all(after.nodes[node] is before.nodes[node] for node in others)
    assert after.wires is before.wires
    assert after.frames is before.frames


def test_only_the_wires_that_carry_something_else_are_made_anew() -> None:
    design = iris_mlp()
    before, after = made(GraphMaker(), design, edits.set_params(design, "dense", units=99))
    changed = [new for old, new in zip(before.wires, after.wires, strict=True) if new is not old]
    assert {wire.source.node for wire in changed} == {"dense", "activation"}
    assert {wire.tooltip for wire in changed} == {"[B, 99]"}


def test_the_same_analysis_gives_the_same_parts() -> None:
    maker, found = GraphMaker(), analyse(iris_mlp())
    before, after = (maker.graph(found, found.parameters) for _ in range(2))
    assert all(after.nodes[node] is view for node, view in before.nodes.items())
    assert after.wires is before.wires


def test_an_unknown_block_has_the_outputs_that_its_wires_name() -> None:
    design = edits.add_node(Design(), Node("odd", "odd", "Wormhole"), (0.0, 0.0))
    design = edits.add_node(design, Node("layer", "layer", "Dense"), (9.0, 0.0))
    wired = edits.connect(design, End("odd", "far end"), End("layer", "input"))
    before, after = made(GraphMaker(), design, wired)
    assert before.nodes["odd"].outputs == ()
    assert [port.name for port in after.nodes["odd"].outputs] == ["far end"]
