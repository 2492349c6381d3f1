"""What differs between two graphs is found, and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from widgets.canvas.changes import changes
from widgets.canvas.graph import EMPTY, End, Graph, NodeView, Port, WireView

IDS = ("a", "b", "c", "d")


def node(name: str, title: str = "") -> NodeView:
    ports = (Port("in", "In"),), (Port("out", "Out"),)
    return NodeView(name, title or name, "", (), "", *ports)


def graph(names: str, *wires: str) -> Graph:
    """`wires` are written like `ab`: from a to b."""
    return Graph({name: node(name) for name in names}, tuple(wire(*ends) for ends in wires))


def wire(source: str, target: str, tooltip: str = "") -> WireView:
    return WireView(End(source, "out"), End(target, "in"), tooltip)


def ends(wires: list[WireView]) -> list[str]:
    return [w.source.node + w.target.node for w in wires]


def test_the_same_graph_has_no_changes() -> None:
    shown = graph("abc", "ab", "bc")
    change = changes(shown, Graph(dict(shown.nodes), shown.wires))
    assert change == changes(EMPTY, EMPTY)
    assert not change.other_nodes


def test_only_the_node_that_is_another_object_changes() -> None:
    shown = graph("abc", "ab", "bc")
    other = Graph({**shown.nodes, "b": node("b", "other")}, shown.wires)
    change = changes(shown, other)
    assert [view.title for view in change.nodes] == ["other"]
    assert (change.gone_nodes, change.wires, change.gone_wires) == ([], [], [])
    assert not change.other_nodes


def test_a_wire_that_says_something_else_stays_where_it_is() -> None:
    shown = graph("abc", "ab", "bc")
    told = wire("a", "b", "told")
    change = changes(shown, replace(shown, wires=(told, shown.wires[1])))
    assert change.wires == [told]
    assert change.gone_wires == []


def test_wires_go_with_their_node_and_come_back_with_it() -> None:
    shown = graph("abc", "ab", "bc", "ca")
    without = Graph({i: n for i, n in shown.nodes.items() if i != "b"}, shown.wires)
    away = changes(shown, without)
    assert (away.gone_nodes, ends(away.gone_wires), away.wires) == (["b"], ["ab", "bc"], [])
    back = changes(without, shown)
    assert (back.gone_nodes, ends(back.wires), back.gone_wires) == ([], ["ab", "bc"], [])
    assert [view.id for view in back.nodes] == ["b"]


def test_a_card_that_becomes_a_dot_goes_and_comes_with_its_wires() -> None:
    shown = graph("abc", "ab", "bc", "ca")
    dot = replace(shown.nodes["b"], shape="dot")
    change = changes(shown, replace(shown, nodes={**shown.nodes, "b": dot}))
    assert (change.gone_nodes, change.nodes) == (["b"], [dot])
    assert ends(change.gone_wires) == ends(change.wires) == ["ab", "bc"]


graphs = st.builds(
    lambda names, pairs: Graph(
        {name: node(name, title) for name, title in names.items()},
        tuple(wire(*pair) for pair in pairs),
    ),
    st.dictionaries(st.sampled_from(IDS), st.sampled_from(("x", "y"))),
    st.sets(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS))),
)


@given(graphs, graphs)
def test_what_was_shown_with_the_changes_is_what_shall_be_shown(old: Graph, new: Graph) -> None:
    def drawn(shown: Graph) -> set[str]:
        there = (w for w in shown.wires if {w.source.node, w.target.node} <= shown.nodes.keys())
        return set(ends(list(there)))

    change = changes(old, new)
    nodes = {i: n for i, n in old.nodes.items() if i not in change.gone_nodes}
    assert {**nodes, **{n.id: n for n in change.nodes}} == new.nodes
    wires = (drawn(old) - set(ends(change.gone_wires))) | set(ends(change.wires))
    assert wires == drawn(new)
    assert change.other_nodes == (old.nodes.keys() != new.nodes.keys())
