"""The inside of a group is edited like a design, and its uses follow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End, Node
from core.design.exposing import expose, with_group
from core.design.fragment import cut_out, paste
from core.design.group_edits import make_single, remove_group, rename_group, use_group
from core.design.levels import at_level, level, level_as_set, valid_path, with_level
from core.design.nesting import check_no_circle, inner_first, self_holding, with_inner
from core.design.ports import GROUP_KIND, group_of
from core.errors import InputError
from tests.designs import add, iris_mlp
from tests.grouped import group, grouped, messages, mlp_with_block, use_again
from tests.strategies import designs


def two_uses() -> Design:
    """A block and a second one behind it."""
    design = use_again(mlp_with_block(), "twin")
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    return edits.connect(design, End("twin", "output"), End("dense_3", "input"))


def inside(design: Design, edit: object, path: tuple[str, ...] = ("block",)) -> Design:
    return at_level(path, edit)(design)  # type: ignore[arg-type]


@given(designs())
def test_an_edit_that_changes_nothing_changes_nothing_at_any_level(design: Design) -> None:
    for key, node in design.nodes.items():
        path = (key,) if group_of(design, node) else ()
        assert with_level(design, path, level(design, path)) == design
        inner = [i for i, n in level(design, path).nodes.items() if group_of(design, n)]
        for deeper in inner:
            assert with_level(design, (*path, deeper), level(design, (*path, deeper))) == design


@given(designs(), st.lists(st.sampled_from(["n1", "n2", "n3"]), max_size=4))
def test_a_path_leads_as_far_as_there_are_groups(design: Design, names: list[str]) -> None:
    path = valid_path(design, tuple(names))
    assert path == tuple(names)[: len(path)]
    assert with_level(design, path, level(design, path)) == design
    assert level_as_set(design, path).wires == level(design, path).wires


def test_every_use_follows_an_edit_of_the_group() -> None:
    design = two_uses()
    after = inside(design, lambda d: edits.set_params(d, "activation", function="relu"))
    flat = analyse(after).design
    found = [flat.nodes[f"{use}/activation"].params["function"] for use in ("block", "twin")]
    assert found == ["relu", "relu"]


def test_a_port_that_goes_takes_the_wires_of_all_uses_along() -> None:
    design = two_uses()
    without = inside(design, lambda d: edits.remove(d, ["output"]))
    assert End("dense_3", "input") not in without.wires
    assert End("twin", "input") not in without.wires
    assert End("block", "input") in without.wires
    outer = grouped(design, "block", "twin", title="outer")
    deep = at_level(("outer", "twin"), lambda d: edits.remove(d, ["input"]))(outer)
    assert not [t for t in group(deep, "outer").wires if t.node in ("block", "twin")]


def test_a_port_that_is_renamed_keeps_its_wires() -> None:
    design = two_uses()
    after = inside(design, lambda d: edits.rename(d, "input", "signal"))
    assert after.wires == design.wires
    assert not analyse(after).errors
    open_ = edits.disconnect(after, End("twin", "input"))
    assert "twin: signal is not connected" in messages(analyse(open_))


def test_a_node_that_goes_is_not_exposed_any_more() -> None:
    design = mlp_with_block()
    key = group(design).id
    design = expose(design, key, "units", [("dense", "units"), ("dense_2", "units")])
    design = expose(design, key, "function", [("activation", "function")])
    design = edits.set_params(design, "block", units=4, function="relu")
    some = inside(design, lambda d: edits.remove(d, ["dense", "activation"]))
    assert [(e.name, e.targets) for e in group(some).exposed] == [
        ("units", (("dense_2", "units"),))
    ]
    assert some.nodes["block"].params == {"group": key, "units": 4}


def test_what_a_level_edits_of_the_whole_design_is_kept() -> None:
    design = inside(mlp_with_block(), lambda d: edits.set_name(d, "other"))
    assert design.name == "other"
    pasted = cut_out(mlp_with_block(4), ["block"])
    layers = grouped(iris_mlp(), "dense", "activation", title="layers")
    other = inside(layers, lambda d: paste(d, pasted)[0], ("layers",))
    assert {g.name for g in other.groups.values()} == {"block", "layers"}
    assert not analyse(other).flat.problems


def test_a_group_cannot_come_to_hold_itself() -> None:
    design = mlp_with_block()
    key = group(design).id
    ways = (
        lambda d: use_group(d, key, (0.0, 0.0))[0],
        lambda d: paste(d, cut_out(design, ["block"]))[0],
    )
    for way in ways:
        with pytest.raises(InputError, match="The group block cannot hold itself"):
            check_no_circle(inside(design, way), design)


def test_a_design_with_a_circle_may_be_edited_and_mended() -> None:
    design = mlp_with_block()
    old = group(design)
    again = Node("again", "again", GROUP_KIND, {"group": old.id})
    circular = with_group(design, replace(old, nodes={**old.nodes, "again": again}))
    assert self_holding(circular) == [old.id]
    check_no_circle(edits.rename(circular, "dense_3", "last"), circular)
    check_no_circle(design, circular)


def test_groups_come_after_those_they_hold() -> None:
    design = grouped(mlp_with_block(), "block", title="outer")
    order, stuck = inner_first(dict(reversed(design.groups.items())))
    assert [design.groups[i].name for i in order] == ["block", "outer"]
    assert not stuck
    assert with_inner(design.groups, [group(design, "outer").id, "gone"]) == set(design.groups)
    assert with_inner(design.groups, [group(design).id]) == {group(design).id}


def test_a_single_use_is_edited_alone() -> None:
    design = two_uses()
    single = make_single(design, (), "twin")
    assert {g.name for g in single.groups.values()} == {"block", "block 2"}
    after = inside(single, lambda d: edits.set_params(d, "dense", units=7), ("twin",))
    flat = analyse(after).design
    assert [flat.nodes[f"{i}/dense"].params["units"] for i in ("block", "twin")] == [4, 7]
    assert make_single(single, (), "twin") is single
    assert make_single(design, (), "dense_3") is design


def test_the_only_use_in_a_group_stays_as_it_is() -> None:
    outer = grouped(mlp_with_block(), "block", title="outer")
    assert make_single(outer, ("outer",), "block") is outer
    both = edits.add_node(outer, Node("b", "b", GROUP_KIND, {"group": group(outer).id}), (0.0, 0.0))
    assert len(make_single(both, ("outer",), "block").groups) == 3


def test_weights_are_handed_over_by_an_owner_that_becomes_single() -> None:
    design = two_uses()
    for name in ("b", "c"):
        design = use_again(design, name, weights_of="block")
    after = make_single(design, (), "block")
    assert [after.nodes[i].params.get("weights_of") for i in ("block", "b", "c")] == ["", "", "b"]
    alone = make_single(design, (), "c")
    assert [alone.nodes[i].params.get("weights_of") for i in ("b", "c")] == ["block", ""]


def test_groups_are_renamed_and_forgotten() -> None:
    design = rename_group(mlp_with_block(), group(mlp_with_block()).id, "My layer")
    key = group(design, "My layer").id
    assert use_group(design, key, (1.0, 2.0))[0].nodes["n6"].name == "my_layer"
    with pytest.raises(InputError, match="My layer is used by block"):
        remove_group(design, key)
    free = edits.remove(design, ["block"])
    assert not remove_group(free, key).groups
    assert add(free, "Dense").groups == design.groups
