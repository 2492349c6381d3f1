"""Every edit leaves the old design alone and keeps a design whole."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.blocks.catalog import blocks
from core.design import edits, marks
from core.design.document import Design, End, Node, snake_case
from core.design.ports import weights_owner
from core.errors import InputError
from tests.designs import add, iris_mlp
from tests.strategies import UNKNOWN, designs, edits_of, some_nodes


def whole(design: Design) -> None:
    """Assert what must hold of every design."""
    assert not design.exposed
    assert all(g.id == key for key, g in design.groups.items())
    for graph in (design, *design.groups.values()):
        for key, node in graph.nodes.items():
            assert node.id == key
        for target, source in graph.wires.items():
            assert target.node in graph.nodes
            assert source.node in graph.nodes
        assert set(graph.view.get("positions", {})) <= set(graph.nodes)
        members = [m for f in graph.frames.values() for m in f.nodes]
        assert set(members) <= set(graph.nodes)
        assert len(members) == len(set(members))
        assert all(f.nodes and f.id == key for key, f in graph.frames.items())
        assert all(n.id == key for key, n in graph.notes.items())


@given(st.data())
def test_edits_keep_a_design_whole_and_the_old_one_unchanged(data: st.DataObject) -> None:
    design = data.draw(designs())
    whole(design)
    for _ in range(4):
        before = copy.deepcopy(design)
        _, edit = data.draw(edits_of(design))
        after = edit(design)
        assert design == before
        whole(after)
        design = after


@given(st.data())
def test_edits_share_what_they_do_not_touch(data: st.DataObject) -> None:
    design = data.draw(designs())
    kind, edit = data.draw(edits_of(design))
    after = edit(design)
    changed = [i for i in after.nodes if design.nodes.get(i) is not after.nodes[i]]
    added = [i for i in after.nodes if i not in design.nodes]
    if kind in ("rename", "set_params", "mute", "make_single"):
        assert len(changed) <= 1
    elif kind in ("make_group", "conceal") or kind.endswith("inside"):
        assert set(added) <= set(changed)
    else:
        assert changed == added


@given(st.data())
def test_duplicate_copies_nodes_and_the_wires_among_them(data: st.DataObject) -> None:
    design = data.draw(designs())
    chosen = [i for i in design.nodes if i in set(data.draw(some_nodes(design)))]
    after = edits.duplicate(design, chosen, (7.0, 9.0))
    new = [i for i in after.nodes if i not in design.nodes]
    twin = dict(zip(chosen, new, strict=True))
    for old, copied in twin.items():
        assert after.nodes[copied].block == design.nodes[old].block
        params = dict(design.nodes[old].params)
        if weights_owner(design.nodes[old]) in twin:
            params["weights_of"] = twin[params["weights_of"]]
        assert after.nodes[copied].params == params
        x, y = design.position(old)
        assert after.position(copied) == (x + 7.0, y + 9.0)
    names = [after.nodes[i].name for i in new]
    assert len(set(names)) == len(names)
    assert not set(names) & {n.name for n in design.nodes.values()}
    inner = {
        (End(twin[t.node], t.port), End(twin[s.node], s.port))
        for t, s in design.wires.items()
        if t.node in twin and s.node in twin
    }
    assert set(after.wires.items()) - set(design.wires.items()) == inner


@given(st.data())
def test_frame_then_unframe_leaves_the_nodes(data: st.DataObject) -> None:
    design = data.draw(designs())
    members = data.draw(some_nodes(design))
    after = marks.frame(design, members, "part")
    made = [f for i, f in after.frames.items() if design.frames.get(i) != f and f.name == "part"]
    wanted = tuple(dict.fromkeys(m for m in members if m in design.nodes))
    if wanted:
        assert wanted in [f.nodes for f in made]
    for key in list(after.frames):
        after = marks.unframe(after, key)
    assert after.frames == {}
    assert after.nodes == design.nodes
    assert after.wires == design.wires


def test_a_new_node_has_default_parameters_and_a_free_name() -> None:
    design = iris_mlp()
    first = edits.new_node(design, "Dense", units=5)
    assert first.params == {"units": 5, "use_bias": True}
    assert first.id not in design.nodes
    assert first.name == "dense_3"


def test_a_node_of_a_kind_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="Wormhole"):
        edits.new_node(Design(), UNKNOWN)


def test_an_id_is_given_only_once() -> None:
    design = add(Design(), "Dense", "a")
    with pytest.raises(ValueError, match="a already"):
        edits.add_node(design, Node("a", "other", "Dense"), (0, 0))


def test_connecting_replaces_the_wire_that_was_there() -> None:
    design = iris_mlp()
    after = edits.connect(design, End("input", "output"), End("dense_2", "input"))
    assert after.wires[End("dense_2", "input")] == End("input", "output")
    assert len(after.wires) == len(design.wires)


def test_reconnecting_moves_a_wire() -> None:
    design = iris_mlp()
    old = End("activation", "input")
    after = edits.reconnect(design, old, design.wires[old], End("dense_2", "input"))
    assert old not in after.wires
    assert after.wires[End("dense_2", "input")] == End("dense", "output")


def test_removing_a_node_takes_its_wires_along() -> None:
    design = marks.frame(iris_mlp(), ["dense", "activation"])
    after = edits.remove(design, ["dense"])
    assert all("dense" not in (t.node, s.node) for t, s in after.wires.items())
    assert [f.nodes for f in after.frames.values()] == [("activation",)]
    assert edits.remove(after, ["activation"]).frames == {}


def test_moving_changes_the_view_alone() -> None:
    design = iris_mlp()
    after = edits.move(design, {"dense": (3, 4)})
    assert after.position("dense") == (3.0, 4.0)
    assert replace(after, view=design.view) == design


@pytest.mark.parametrize(
    ("kind", "stem"), [("MaxPool", "max_pool"), ("LSTM", "lstm"), ("GlobalAveragePool", None)]
)
def test_names_of_new_nodes_are_in_snake_case(kind: str, stem: str | None) -> None:
    assert snake_case(kind) == (stem or "global_average_pool")


def test_every_block_can_be_placed() -> None:
    design = Design()
    for kind in blocks():
        design = edits.add_node(design, edits.new_node(design, kind), (0.0, 0.0))
    assert [n.block for n in design.nodes.values()] == list(blocks())
    assert all(n.instance and not n.instance[1] for n in design.nodes.values())
