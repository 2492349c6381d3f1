"""What is cut out pastes as the same nodes; what is no fragment is refused and changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.blocks.embedding import Unembedding
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End, Node
from core.design.fragment import KEY, SHIFT, cut_out, is_fragment, paste
from core.design.nesting import check_no_circle, self_holding
from core.design.ports import GROUP_KIND, group_of, weights_owner
from core.errors import InputError
from core.project.file import from_text, to_text
from tests.designs import iris_mlp
from tests.grouped import group, grouped, mlp_with_block, redefined, use_again
from tests.strategies import JSON, designs, some_nodes

NODE = {"id": "a", "name": "dense", "block": "Dense", "params": {}}
PARTS = st.sampled_from([KEY, "nodes", "wires", "groups", "view"])


def wires_as(design: Design, ids: dict[str, str]) -> dict[End, End]:
    """The wires among some nodes, by the names that ``ids`` gives these."""
    return {
        End(ids[t.node], t.port): End(ids[s.node], s.port)
        for t, s in design.wires.items()
        if t.node in ids and s.node in ids
    }


def alike(one: Design, left: Node, other: Design, right: Node, depth: int = 3) -> bool:
    """Whether two nodes do the same, whatever their groups and owners of weights are called."""
    named = ("group", "weights_of") if left.block in (GROUP_KIND, Unembedding.kind) else ()
    params = [{k: v for k, v in n.params.items() if k not in named} for n in (left, right)]
    groups = group_of(one, left), group_of(other, right)
    same = (left.block, left.muted, params[0]) == (right.block, right.muted, params[1])
    if None in groups or not depth:
        return same and (groups[0] is None) == (groups[1] is None)
    a, b = groups
    assert a
    assert b
    held = [alike(one, n, other, b.nodes[i], depth - 1) for i, n in a.nodes.items()]
    rest = (a.wires, a.view, a.exposed) == (b.wires, b.view, b.exposed)
    return same and rest and len(a.nodes) == len(b.nodes) and all(held)


@given(st.data())
def test_a_paste_adds_the_same_nodes_and_leaves_the_others_alone(data: st.DataObject) -> None:
    source, target = data.draw(designs()), data.draw(designs())
    chosen = set(data.draw(some_nodes(source))) & set(source.nodes)
    old = [i for i in source.nodes if i in chosen]
    after, new = paste(target, cut_out(source, chosen))
    assert list(after.nodes) == [*target.nodes, *new]
    assert len(set(new)) == len(new) == len(old)
    ids = dict(zip(old, new, strict=True))
    for before, made in ids.items():
        was, now = source.nodes[before], after.nodes[made]
        assert alike(source, was, after, now)
        if weights_owner(was) in chosen:
            assert ids[weights_owner(was)] == weights_owner(now)
    assert dict(after.wires) == {**target.wires, **wires_as(source, ids)}
    assert {i: after.nodes[i] for i in target.nodes} == target.nodes
    assert all(after.position(i) == target.position(i) for i in target.nodes)
    own_names = [n.name for n in target.nodes.values()]
    for number, made in enumerate(new):
        earlier = [after.nodes[i].name for i in new[:number]]
        assert after.nodes[made].name not in own_names + earlier
    assert from_text(to_text(after), "saved") == after


@given(designs(), st.tuples(st.integers(-99, 99), st.integers(-99, 99)) | st.none())
def test_pasted_nodes_keep_their_places_to_each_other(
    design: Design, at: tuple[int, int] | None
) -> None:
    place = (float(at[0]), float(at[1])) if at else None
    after, new = paste(Design(), cut_out(design, design.nodes), place)
    for old, made in zip(design.nodes, new, strict=True):
        for axis in (0, 1):
            corner = min(design.position(i)[axis] for i in design.nodes)
            shift = place[axis] - corner if place else 0.0
            wanted = design.position(old)[axis] + shift
            assert after.position(made)[axis] == pytest.approx(wanted, abs=1e-6)


def test_pastes_beside_the_original_shift_on() -> None:
    design = iris_mlp()
    (first, *_) = design.nodes
    x, y = design.position(first)
    for number in (1, 2, 3):
        design, (made,) = paste(design, cut_out(design, [first]))
        assert design.position(made) == (x + number * SHIFT, y + number * SHIFT)


@given(designs())
def test_a_frame_is_pasted_only_where_it_is_whole(design: Design) -> None:
    for frame in design.frames.values():
        after, new = paste(Design(), cut_out(design, frame.nodes))
        assert [(set(f.nodes), f.color) for f in after.frames.values()] == [(set(new), frame.color)]
        if len(frame.nodes) > 1:
            after, _ = paste(Design(), cut_out(design, frame.nodes[:1]))
            assert not after.frames


@given(designs())
def test_notes_are_pasted_with_the_nodes(design: Design) -> None:
    after, new = paste(Design(), cut_out(design, design.nodes, design.notes), (0.0, 0.0))
    assert set(new) == {*after.nodes, *after.notes}
    assert len(after.nodes) == len(design.nodes)
    looks = [[(n.text, n.color, n.rect[2:]) for n in d.notes.values()] for d in (design, after)]
    assert looks[0] == looks[1]


def test_a_fragment_of_version_1_is_pasted() -> None:
    old = {KEY: 1, "nodes": [NODE], "wires": [], "groups": [], "positions": {"a": [7, 8]}}
    after, (made,) = paste(Design(), json.dumps(old))
    assert after.position(made) == (7, 8)


@given(designs())
def test_a_fragment_is_recognised_and_says_what_it_holds(design: Design) -> None:
    text = cut_out(design, design.nodes)
    assert is_fragment(text)
    assert list(json.loads(text)) == [KEY, "nodes", "wires", "groups", "view"]
    assert not is_fragment(to_text(replace(design, name="x")))


def pasted_or_refused(design: Design, text: str) -> None:
    """Assert that a text is pasted whole or refused with a message of one line."""
    try:
        after, new = paste(design, text)
    except InputError as error:
        message = error.message
    else:
        assert set(new) <= {*after.nodes, *after.notes}
        assert from_text(to_text(after), "saved") == after
        return
    assert message.startswith("The clipboard")
    assert "\n" not in message


@given(st.text() | JSON.map(json.dumps))
@example("[" * 100_000)
@example('{"layerloom_fragment": 1, "nodes": ' + "[" * 900 + "]" * 900 + "}")
@example('{"layerloom_fragment": 1, "positions": {"a": [NaN, 1e999]}}')
@example('{"layerloom_fragment": 1, "nodes": [{"id": "\\ud800", "name": "", "block": "x"}]}')
@example('{"layerloom_fragment": ' + "9" * 5000 + "}")
@example('{"layerloom_fragment": true}')
@example('{"layerloom_fragment": 99}')
def test_any_text_is_pasted_or_refused(text: str) -> None:
    pasted_or_refused(iris_mlp(), text)


@given(designs(), st.dictionaries(PARTS, JSON, min_size=1))
def test_a_damaged_fragment_is_pasted_or_refused(design: Design, damage: dict[str, Any]) -> None:
    whole = json.loads(cut_out(design, design.nodes))
    pasted_or_refused(design, json.dumps(whole | damage))


def test_a_fragment_of_a_newer_version_says_so() -> None:
    text = cut_out(iris_mlp(), iris_mlp().nodes).replace(f'"{KEY}": 2', f'"{KEY}": 99')
    with pytest.raises(InputError, match="newer than"):
        paste(Design(), text)


def test_a_value_that_json_cannot_hold_is_not_copied() -> None:
    node = Node("n1", "odd", "Dense", {"units": float("nan")})
    design = edits.add_node(Design(), node, (0, 0))
    with pytest.raises(InputError, match="could not be copied"):
        cut_out(design, ["n1"])


def test_a_group_that_the_design_has_is_used_and_not_defined_anew() -> None:
    design = mlp_with_block()
    for _ in range(2):
        design, (made,) = paste(design, cut_out(design, ["block"]))
        assert design.nodes[made].params["group"] == group(design).id
    assert len(design.groups) == 1
    edited = redefined(mlp_with_block(), dense={"units": 9})
    text = cut_out(edited, ["block"])
    for _ in range(2):
        design, (made,) = paste(design, text)
    assert [g.name for g in design.groups.values()] == ["block", "block 2"]
    assert design.nodes[made].params["group"] == group(design, "block 2").id


def test_groups_in_groups_are_pasted_with_what_they_hold() -> None:
    design = grouped(mlp_with_block(), "block", title="outer")
    after, (made,) = paste(iris_mlp(), cut_out(design, ["outer"]))
    flat = analyse(after)
    assert f"{made}/block/dense" in flat.design.nodes
    assert not flat.flat.problems
    text = cut_out(design, ["outer"])
    assert len(json.loads(text)["groups"]) == 2
    assert not json.loads(cut_out(design, ["input"]))["groups"]


def test_a_copy_of_an_owner_and_its_sharer_share_with_each_other() -> None:
    design = use_again(mlp_with_block(), "twin", weights_of="block")
    text = cut_out(design, ["block", "twin"])
    for target in (design, iris_mlp()):
        after, (owner, sharer) = paste(target, text)
        assert after.nodes[sharer].params["weights_of"] == owner
    beside, (lone,) = paste(design, cut_out(design, ["twin"]))
    assert beside.nodes[lone].params["weights_of"] == "block"
    elsewhere, (lone,) = paste(iris_mlp(), cut_out(design, ["twin"]))
    assert elsewhere.nodes[lone].params["weights_of"] == ""
    twice = edits.duplicate(design, ["block", "twin"])
    *_, owner, sharer = twice.nodes
    assert twice.nodes[sharer].params["weights_of"] == owner
    *_, lone_twin = edits.duplicate(design, ["twin"]).nodes.values()
    assert lone_twin.params["weights_of"] == "block"


def test_a_group_that_was_missing_does_not_become_another() -> None:
    lost = edits.add_node(Design(), Node("a", "a", "Group", {"group": "g1"}), (0.0, 0.0))
    after, (made,) = paste(mlp_with_block(), cut_out(lost, ["a"]))
    assert group_of(after, after.nodes[made]) is None


def test_a_circle_of_groups_is_pasted_as_one() -> None:
    design = mlp_with_block()
    old = group(design)
    again = Node("again", "again", "Group", {"group": old.id})
    circular = replace(old, nodes={**old.nodes, "again": again})
    text = cut_out(replace(design, groups={old.id: circular}), ["block"])
    after, _ = paste(design, text)
    (made,) = self_holding(after)
    assert made != old.id
    with pytest.raises(InputError, match="cannot hold itself"):
        check_no_circle(after, design)
