"""What is cut out pastes as the same nodes; what is no fragment is refused and changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.design import edits
from core.design.document import Design, End, Node
from core.design.fragment import KEY, SHIFT, cut_out, is_fragment, paste
from core.errors import InputError
from core.project.file import from_text, to_text
from tests.designs import iris_mlp
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


@given(st.data())
def test_a_paste_adds_the_same_nodes_and_leaves_the_others_alone(data: st.DataObject) -> None:
    source, target = data.draw(designs()), data.draw(designs())
    chosen = set(data.draw(some_nodes(source))) & set(source.nodes)
    old = [i for i in source.nodes if i in chosen]
    after, new = paste(target, cut_out(source, chosen))
    assert list(after.nodes) == [*target.nodes, *new]
    assert len(set(new)) == len(new) == len(old)
    for before, made in zip(old, new, strict=True):
        was, now = source.nodes[before], after.nodes[made]
        assert (now.block, now.params) == (was.block, was.params)
    ids = dict(zip(old, new, strict=True))
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
