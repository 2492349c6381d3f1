"""What the table of differences between two designs says, and that it says nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.design import edits
from core.design.difference import Difference, design_differences, shown, value_differences
from core.design.document import Design, End, Node
from core.design.group_edits import rename_group
from core.design.levels import at_level
from core.project.file import from_text, to_text
from tests.designs import add, chain, iris_mlp
from tests.grouped import mlp_with_block
from tests.strategies import designs, edits_of


def rows(before: Design, after: Design) -> list[tuple[str, str, Any, Any]]:
    return [(d.part, d.what, d.before, d.after) for d in design_differences(before, after)]


def test_a_changed_parameter_is_one_row() -> None:
    before = iris_mlp()
    after = edits.set_params(before, "dense", units=64)
    assert rows(before, after) == [("nodes", "dense.units", 8, 64)]


def test_a_node_that_came_and_one_that_went() -> None:
    before = iris_mlp()
    after = add(edits.remove(before, ["dense_2"]), "Dropout", "drop", rate=0.25)
    found = rows(before, after)
    assert ("nodes", "dense_2", "Dense: units 3", None) in found
    assert ("nodes", "drop", None, "Dropout: rate 0.25") in found
    lost = {what: (one, other) for part, what, one, other in found if part == "wires"}
    assert lost["dense_2/input"] == ("activation/output", None)


def test_a_wire_that_was_moved() -> None:
    before = iris_mlp()
    after = edits.connect(before, End("input", "output"), End("dense_2", "input"))
    assert rows(before, after) == [("wires", "dense_2/input", "activation/output", "input/output")]


def test_a_renamed_node_is_the_same_node_with_the_same_wires() -> None:
    before = iris_mlp()
    after = edits.rename(before, "dense", "wide")
    assert rows(before, after) == [("nodes", "wide.name", "dense", "wide")]


def test_nodes_of_other_ids_are_the_same_by_name_and_kind() -> None:
    before = iris_mlp()

    def called(end: End) -> End:
        return End(f"x_{end.node}", end.port)

    after = replace(
        before,
        nodes={f"x_{n.id}": replace(n, id=f"x_{n.id}") for n in before.nodes.values()},
        wires={called(t): called(s) for t, s in before.wires.items()},
    )
    assert rows(before, after) == []


def test_a_parameter_that_a_file_leaves_out_has_its_default() -> None:
    before = iris_mlp()
    bare = replace(before.nodes["dense"], params={"units": 8})
    full = replace(bare, params={**before.nodes["dense"].instance[0].values(), "units": 8})
    both = [replace(before, nodes={**before.nodes, "dense": n}) for n in (bare, full)]
    assert rows(*both) == []


def test_muting_counts_and_moving_does_not() -> None:
    before = iris_mlp()
    after = edits.mute(edits.move(before, {"dense": (900.0, 900.0)}), ["dense"])
    assert rows(before, after) == [("nodes", "dense.muted", False, True)]


def test_an_unknown_block_is_compared_as_it_is_saved() -> None:
    before = edits.add_node(iris_mlp(), Node("z", "odd", "NoSuch", {"a": {"b": 1}}), (0, 0))
    after = edits.set_params(before, "z", a={"b": 2, "c": [1, 2]})
    assert rows(before, after) == [("nodes", "odd.a.b", 1, 2), ("nodes", "odd.a.c", None, (1, 2))]
    assert rows(iris_mlp(), after)[0] == ("nodes", "odd", None, "NoSuch")


def test_data_and_recipe_count_with_what_the_recipe_leaves_to_defaults() -> None:
    before = edits.set_recipe(iris_mlp(), {})
    data = {"source": {"kind": "digits"}, "split": {"train": 0.5}}
    after = edits.set_data(edits.set_recipe(before, {"epochs": 3, "batch_size": 32}), data)
    assert rows(before, after) == [
        ("data", "source.kind", "iris", "digits"),
        ("data", "split.train", None, 0.5),
        ("recipe", "epochs", 20, 3),
    ]


def test_the_inside_of_groups_is_compared() -> None:
    before = mlp_with_block()
    (use,) = [n for n in before.nodes.values() if n.block == "Group"]
    group = before.groups[str(use.params["group"])]
    inner = next(n for n in group.nodes.values() if n.block == "Dense")
    after = at_level((use.id,), lambda d: edits.set_params(d, inner.id, units=5))(before)
    assert ("nodes", f"{group.name}/{inner.name}.units") in [row[:2] for row in rows(before, after)]
    renamed = rename_group(before, group.id, "Other")
    assert rows(before, renamed) == [("groups", "Other/name", group.name, "Other")]
    flat = replace(before, groups={})
    assert ("groups", group.name, f"{len(group.nodes)} nodes", None) in rows(before, flat)


def test_the_order_of_rows_is_that_of_the_design() -> None:
    before = chain(add(add(iris_mlp(), "Dense", "b"), "Dense", "a"), "b", "a")
    after = before
    for name in ("a", "b", "dense"):
        after = edits.set_params(after, name, units=77)
    assert [row[1] for row in rows(before, after)] == ["dense.units", "b.units", "a.units"]


@given(designs())
def test_a_design_does_not_differ_from_itself_saved_and_read(design: Design) -> None:
    assert rows(design, design) == []
    assert rows(design, from_text(to_text(design), "it")) == []


@given(st.data(), designs())
def test_what_training_depends_on_is_told_and_both_ways_alike(
    data: st.DataObject, before: Design
) -> None:
    _, edit = data.draw(edits_of(before))
    after = edit(before)
    there, back = rows(before, after), rows(after, before)
    assert len(there) == len(back)
    assert sorted(map(repr, ((p, o, b) for p, _, b, o in there))) == sorted(
        map(repr, ((p, b, o) for p, _, b, o in back))
    )
    said = (before.recipe, before.data, before.nodes, before.wires, before.name)
    if said == (after.recipe, after.data, after.nodes, after.wires, after.name):
        assert there == [] or before.groups != after.groups


def test_what_is_nested_in_lists_is_counted_from_one() -> None:
    one, other = {"stages": [{"epochs": 1}]}, {"stages": [{"epochs": 2}, {"epochs": 3}]}
    assert value_differences("recipe", one, other) == [
        Difference("recipe", "stages.1.epochs", 1, 2),
        Difference("recipe", "stages.2.epochs", None, 3),
    ]


def test_values_that_are_equal_to_python_alone_differ() -> None:
    assert value_differences("x", {"a": 1, "b": 1}, {"a": True, "b": 1.0}) == [
        Difference("x", "a", 1, True)
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "1e-07"),
        (12, "12"),
        ((3, 3), "3, 3"),
        ((), "none"),
        ("", ""),
        ("a b", "a b"),
    ],
)
def test_values_as_people_read_them(value: object, text: str) -> None:
    assert shown(value) == text
