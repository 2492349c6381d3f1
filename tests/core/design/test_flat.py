"""Unfolding: every copy of every inner node stands for itself, and nothing can make it endless."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End, Group, Node
from core.design.exposing import with_group
from core.design.flat import Flat, first_copy, flat_id, place_of
from core.design.ports import GROUP_KIND
from core.design.problems import Problem
from core.design.unfolding import MOST_LEVELS, MOST_NODES, flatten
from core.tensor import Tensor
from tests.designs import add, chain, digits_cnn, iris_mlp
from tests.grouped import group, grouped, messages, mlp_with_block, transformer, use_again
from tests.strategies import designs


def use(key: str, of: str, **params: object) -> Node:
    return Node(key, key, GROUP_KIND, {"group": of, **params})


def nested(levels: int, repeat: int = 1) -> Design:
    """Groups in groups, the innermost one empty."""
    groups = {
        f"g{k}": Group(nodes={"u": use("u", f"g{k + 1}", repeat=repeat)}, id=f"g{k}", name=f"G{k}")
        for k in range(levels)
    }
    return Design(nodes={"top": use("top", "g0")}, groups=groups)


def only(design: Design, part: str) -> Problem:
    found = [p for p in analyse(design).problems if part in p.message]
    assert len(found) == 1, messages(analyse(design))
    return found[0]


@given(designs())
def test_what_is_unfolded_is_a_whole_design_of_plain_nodes(design: Design) -> None:
    flat = flatten(design)
    assert flat.is_plain == (flat.design is design)
    for key, node in flat.design.nodes.items():
        assert node.id == key
        assert not node.muted
    for target, source in flat.design.wires.items():
        assert target.node in flat.design.nodes
        assert source.node in flat.design.nodes
    assert set(flat.ties) | set(flat.ties.values()) <= set(flat.design.nodes)
    assert not set(flat.ties) & set(flat.ties.values())
    assert all(set(c.nodes) <= set(flat.design.nodes) for c in flat.copies.values())
    assert {c for u in flat.uses.values() for c in u.copies} == set(flat.copies)


@given(designs())
def test_nodes_that_did_not_change_are_the_same_objects(design: Design) -> None:
    before = flatten(design)
    after = flatten(edits.set_name(design, "other"), before)
    assert all(after.design.nodes[i] is n for i, n in before.design.nodes.items())


def test_a_plain_design_stands_for_itself() -> None:
    design = iris_mlp()
    assert flatten(design).design is design


def test_copies_are_chained_from_the_first_output_to_the_first_input() -> None:
    flat = flatten(edits.set_params(mlp_with_block(), "block", repeat=3)).design
    for before, after in (("block", "block~2"), ("block~2", "block~3")):
        assert flat.wires[End(f"{after}/input", "input")] == End(f"{before}/output", "output")
    assert flat.wires[End("block/input", "input")] == End("input", "output")
    assert flat.wires[End("dense_3", "input")] == End("block~3/output", "output")
    assert flat.nodes["block~2/dense"].name == "block[2]/dense"


def test_all_copies_are_given_what_enters_at_further_inputs() -> None:
    design = add(add(iris_mlp(), "Dense", "side", units=8), "Add", "add")
    design = chain(design, "input", "side", "add", "activation")
    design = edits.connect(design, End("dense", "output"), End("add", "input_1"))
    design = edits.connect(design, End("side", "output"), End("add", "input_2"))
    flat = flatten(edits.set_params(grouped(design, "add"), "block", repeat=3)).design
    fed = [t.node for t, s in flat.wires.items() if s == End("side", "output")]
    assert fed == ["block/input_2", "block~2/input_2", "block~3/input_2"]


def test_ids_say_where_a_node_stands() -> None:
    assert place_of("a~2/b/c") == (("a", "b"), "c")
    assert place_of("c") == ((), "c")
    assert flat_id(("a", "b"), "c") == "a/b/c"
    assert first_copy("a~2/b~3") == "a~2/b"
    flat = flatten(edits.set_params(mlp_with_block(), "block", repeat=2))
    assert flat.name_of("block~2/dense") == "block/dense"
    assert flat.name_of("block") == "block"
    assert flat.name_of("gone") == "gone"


def test_a_wire_cannot_reach_past_the_ports_of_a_group() -> None:
    design = edits.connect(mlp_with_block(), End("block", "dense"), End("dense_3", "input"))
    assert only(design, "block has no output 'dense'").node == "block"
    assert all(s.node != "block/dense" or t.node.startswith("block/") for t, s in wires(design))
    design = edits.connect(mlp_with_block(), End("input", "output"), End("block", "dense"))
    assert only(design, "block has no input 'dense'").fix
    assert (End("block/dense", "input"), End("input", "output")) not in wires(design)


def wires(design: Design) -> list[tuple[End, End]]:
    return list(flatten(design).design.wires.items())


def test_copies_need_an_input_and_an_output_to_be_chained() -> None:
    design = grouped(digits_cnn(), "input", "conv")
    assert only(edits.set_params(design, "block", repeat=2), "to be chained").node == "block"
    assert not analyse(design).errors


def test_a_group_that_holds_itself_is_told_of_and_unfolded_once() -> None:
    design = mlp_with_block()
    old = group(design)
    inner = use("again", old.id)
    circular = with_group(design, replace(old, nodes={**old.nodes, "again": inner}))
    problem = only(circular, "holds itself")
    assert problem.node == "block/again"
    assert problem.fix
    assert problem.fix.edit(circular) == design


def test_groups_in_a_wider_circle_are_told_of() -> None:
    design = nested(3)
    circular = with_group(design, replace(design.groups["g2"], nodes={"u": use("u", "g0")}))
    assert only(circular, "holds itself").node == "top/u/u/u"


def test_a_group_that_is_not_there_is_told_of() -> None:
    for params in ({"group": "gone"}, {}, {"group": 3}, {"group": None}):
        design = edits.add_node(iris_mlp(), Node("x", "x", GROUP_KIND, params), (0, 0))
        assert only(design, "there is no group").node == "x"


@pytest.mark.parametrize("repeat", [1, 512])
def test_nothing_unfolds_without_end(repeat: int) -> None:
    deep = flatten(nested(500, repeat))
    assert len(deep.copies) <= MOST_NODES
    limits = [p.message for p in deep.problems if "more than" in p.message]
    assert len(limits) == 1
    assert (f"{MOST_NODES:,} blocks" if repeat > 1 else f"{MOST_LEVELS} levels") in limits[0]


def test_levels_are_limited_and_what_is_below_is_told_of_once() -> None:
    assert not [p for p in flatten(nested(MOST_LEVELS - 1)).problems if "levels" in p.message]
    (problem,) = flatten(nested(MOST_LEVELS + 5)).problems
    assert "levels" in problem.message


def test_more_blocks_than_any_design_needs_are_not_unfolded() -> None:
    design = mlp_with_block()
    for title in ("two", "three", "four"):
        design = edits.set_params(design, next(iter(uses(design))), repeat=50)
        design = grouped(design, next(iter(uses(design))), title=title)
    flat = flatten(edits.set_params(design, "four", repeat=50))
    assert len(flat.design.nodes) <= MOST_NODES + 50
    assert [p.message for p in flat.problems if "unfold to more than 20,000" in p.message]
    assert len(flat.problems) == 1


def uses(design: Design) -> list[str]:
    return [i for i, n in design.nodes.items() if n.block == GROUP_KIND]


def test_a_muted_node_passes_its_first_input_on() -> None:
    found = analyse(edits.mute(digits_cnn(), ["conv"]))
    assert found.nodes["conv"].outputs["output"] == Tensor((None, 8, 8, 1))
    assert found.nodes["activation"].inputs == {"input": Tensor((None, 8, 8, 1))}
    assert not found.errors
    assert found.parameters == 16 * 10 + 10


def test_a_muted_loss_is_left_out_and_counts_for_nothing() -> None:
    design = edits.mute(iris_mlp(), ["loss"])
    assert "loss" not in analyse(design).design.nodes
    assert only(design, "there is no loss")
    both = add(design, "CrossEntropy", "loss_2")
    both = edits.connect(both, End("dense_2", "output"), End("loss_2", "logits"))
    both = edits.connect(both, End("target", "output"), End("loss_2", "target"))
    assert not analyse(both).errors
    after = edits.connect(both, End("loss", "loss"), End("dense_2", "input"))
    assert "dense_2: Input is not connected" in messages(analyse(after))


def test_a_muted_group_passes_its_first_input_on() -> None:
    design = edits.mute(mlp_with_block(), ["block"])
    found = analyse(design)
    assert not found.errors
    assert list(found.design.nodes) == [*design.nodes]
    assert found.parameters == 4 * 3 + 3


def test_a_node_muted_in_a_group_is_passed_by_in_every_copy() -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=2)
    old = group(design)
    muted = {**old.nodes, "activation": replace(old.nodes["activation"], muted=True)}
    found = analyse(with_group(design, replace(old, nodes=muted)))
    assert not found.errors
    kinds = [found.design.nodes[f"{copy}/activation"].block for copy in ("block", "block~2")]
    assert kinds == ["Bypass", "Bypass"]


def test_what_has_nothing_to_pass_on_is_not_muted_and_says_so() -> None:
    design = edits.mute(iris_mlp(), ["input"])
    problem = only(design, "has no input to pass on")
    assert problem.severity == "warning"
    assert problem.fix
    assert problem.fix.edit(design) == iris_mlp()
    assert analyse(design).parameters == analyse(iris_mlp()).parameters


def test_an_unknown_node_may_be_muted() -> None:
    design = edits.add_node(iris_mlp(), Node("w", "w", "Wormhole", {}, muted=True), (0, 0))
    assert not analyse(design).errors
    wired = edits.connect(design, End("dense", "output"), End("w", "in"))
    wired = edits.connect(wired, End("w", "out"), End("activation", "input"))
    assert not analyse(wired).errors
    assert analyse(wired).nodes["w"].outputs == analyse(wired).nodes["dense"].outputs


def test_an_unknown_node_in_a_group_has_the_ports_of_the_wires_there() -> None:
    design = edits.add_node(iris_mlp(), Node("w", "w", "Wormhole"), (0, 0))
    design = edits.connect(design, End("dense", "output"), End("w", "in"))
    design = edits.connect(design, End("w", "out"), End("activation", "input"))
    design = grouped(design, "dense", "w", "activation")
    old = group(design)
    muted = {**old.nodes, "w": replace(old.nodes["w"], muted=True)}
    assert not analyse(with_group(design, replace(old, nodes=muted))).errors


def test_mute_that_does_not_fit_is_an_ordinary_problem() -> None:
    design = edits.mute(digits_cnn(), ["flatten"])
    assert messages(analyse(design)) == ["loss: logits [B, 4, 4, 10] do not fit target [B] int32"]


def test_a_shape_that_changes_from_copy_to_copy_is_named_with_its_copy() -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=3)
    old = group(design)
    wide = replace(old.nodes["dense_2"], params={"units": 5})
    problem = only(with_group(design, replace(old, nodes={**old.nodes, "dense_2": wide})), "add")
    assert problem.message.startswith("block[1]/add")


def test_twelve_repeats_unfold_into_twelve_copies() -> None:
    flat: Flat = flatten(transformer(8, 2, 16, 12))
    assert len(flat.uses["block"].copies) == 12
    assert len(list(flat.inner(flat.uses["block"]))) == 12 * (8 + 2)
    assert not flatten(use_again(mlp_with_block(), "twin")).problems
