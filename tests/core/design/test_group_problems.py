"""Problems inside of groups: named with their place, told once, and mended by their fix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.design import edits
from core.design.analysis import Analysis, DataFacts, analyse
from core.design.document import Design, End, Node
from core.design.exposing import expose, with_group
from core.design.levels import at_level
from core.design.problems import Problem
from core.project.facts import data_facts
from core.tensor import Tensor
from tests.designs import add, chain, digits_cnn, iris_mlp, wire
from tests.grouped import group, grouped, messages, mlp_with_block, redefined, use_again
from tests.strategies import designs

Change = Callable[[Design], Design]


def analysed(design: Design) -> Analysis:
    return analyse(design, data_facts(design, Path()))


def only(design: Design, part: str) -> Problem:
    found = [p for p in analysed(design).problems if part in p.message]
    assert len(found) == 1, messages(analysed(design))
    return found[0]


def inside(design: Design, edit: Change) -> Design:
    return at_level(("block",), edit)(design)


def repeated(times: int = 3) -> Design:
    return edits.set_params(mlp_with_block(), "block", repeat=times)


# What is wrong in a block that is repeated, what it says, and at which node.
WRONG: dict[str, tuple[Change, str, str]] = {
    "a parameter": (
        lambda d: redefined(d, dense={"units": 0}),
        "block/dense: Units must be at least 1, not 0",
        "block/dense",
    ),
    "no wire": (
        lambda d: inside(d, lambda i: edits.disconnect(i, End("dense_2", "input"))),
        "block/dense_2: Input is not connected",
        "block/dense_2",
    ),
    "a name twice": (
        lambda d: inside(d, lambda i: edits.rename(i, "dense_2", "dense")),
        "two nodes are called block/dense",
        "block/dense_2",
    ),
    "no name": (
        lambda d: inside(d, lambda i: edits.rename(i, "dense", " ")),
        "node block/dense has no name",
        "block/dense",
    ),
    "a wire to no input": (
        lambda d: inside(d, lambda i: wire(i, "input -> dense.mask")),
        "block/dense has no input 'mask', but a wire goes there",
        "block/dense",
    ),
    "a wire from no output": (
        lambda d: inside(d, lambda i: edits.connect(i, End("input", "b"), End("dense", "input"))),
        "block/input has no output 'b', but a wire goes there",
        "block/input",
    ),
    "an unknown block": (
        lambda d: inside(d, lambda i: edits.add_node(i, Node("w", "w", "Wormhole"), (0, 0))),
        "block/w: unknown block 'Wormhole'",
        "block/w",
    ),
    "a dead branch": (
        lambda d: inside(d, lambda i: chain(add(i, "Dense", "side"), "dense", "side")),
        "block/side leads to no loss, so it is not trained",
        "block/side",
    ),
    "a circle": (
        lambda d: inside(d, lambda i: wire(i, "activation -> dense")),
        "the wires go round in a circle: block/dense, block/activation",
        "block/dense",
    ),
    "an input that nothing feeds": (
        lambda d: edits.disconnect(d, End("block", "input")),
        "block: input is not connected",
        "block",
    ),
    "a missing group": (
        lambda d: inside(d, lambda i: edits.add_node(i, Node("g", "g", "Group"), (0, 0))),
        "block/g: there is no group ''",
        "block/g",
    ),
    "no other use": (
        lambda d: edits.set_params(d, "block", weights_of="dense_3"),
        "block: there is no other use 'dense_3' of block here",
        "block",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("times", [1, 3])
def test_a_problem_is_told_once_with_its_place(case: str, times: int) -> None:
    breaking, message, node = WRONG[case]
    problem = only(breaking(repeated(times)), message)
    assert (problem.message, problem.node) == (message, node)
    assert problem.remedy


FIXED = ("a name twice", "a wire to no input", "a wire from no output", "a dead branch")


@pytest.mark.parametrize("case", [*FIXED, "no other use"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_fix_takes_a_problem_inside_of_a_group_away(case: str, times: int) -> None:
    breaking, message, _ = WRONG[case]
    broken = breaking(repeated(times))
    fix = only(broken, message).fix
    assert fix
    assert message not in messages(analysed(fix.edit(broken)))


def test_a_fix_deep_inside_takes_the_problem_away() -> None:
    design = grouped(repeated(2), "block", title="outer")
    design = edits.set_params(design, "outer", repeat=2)
    path = ("outer", "block")
    broken = at_level(path, lambda i: edits.rename(i, "dense_2", "dense"))(design)
    problem = only(broken, "two nodes are called outer/block/dense")
    assert problem.node == "outer/block/dense_2"
    assert problem.fix
    mended = problem.fix.edit(broken)
    assert analysed(mended).problems == ()
    assert group(mended) == group(design)


def with_data_inside() -> Design:
    """A group around the Input, which exposes its column and shape."""
    design = grouped(iris_mlp(), "input", "dense")
    key = group(design).id
    design = expose(design, key, "column", [("input", "column")])
    return expose(design, key, "shape", [("input", "shape")])


def test_a_fix_sets_what_the_use_sets_where_that_counts() -> None:
    broken = edits.set_params(with_data_inside(), "block", column="petals", shape=(4,))
    problem = only(broken, "block/input: the data has no column 'petals'")
    assert problem.fix
    mended = problem.fix.edit(broken)
    assert analysed(mended).problems == ()
    assert mended.nodes["block"].params["column"] == "features"
    outer = grouped(broken, "block", title="outer")
    outer = expose(outer, group(outer, "outer").id, "of", [("block", "column")])
    outer = edits.set_params(outer, "outer", of="length")
    deep = only(outer, "outer/block/input: the data has no column 'length'")
    assert deep.fix
    assert analysed(deep.fix.edit(outer)).problems == ()


def test_two_uses_of_one_name_are_told_of_once() -> None:
    design = use_again(mlp_with_block(), "twin")
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    design = edits.connect(design, End("twin", "output"), End("dense_3", "input"))
    broken = edits.rename(design, "twin", "block")
    assert messages(analysed(broken)) == ["two nodes are called block"]
    assert only(broken, "two nodes").node == "twin"


def test_a_group_that_leads_to_no_loss_is_told_of_as_one() -> None:
    design = use_again(mlp_with_block(), "side")
    design = edits.connect(design, End("input", "output"), End("side", "input"))
    problem = only(design, "leads to no loss")
    assert (problem.node, problem.message.split()[0]) == ("side", "side")
    assert problem.fix
    assert analysed(problem.fix.edit(design)).problems == ()
    outer = grouped(design, "side", title="outer")
    assert only(outer, "leads to no loss").node == "outer"


def test_an_output_that_is_not_used_is_no_problem_but_what_it_alone_needs_is() -> None:
    design = chain(add(iris_mlp(), "Dense", "side"), "dense", "side")
    used = grouped(chain(add(design, "Dense", "end"), "side", "end"), "dense", "activation", "side")
    assert [p.node for p in analysed(used).problems] == ["end", "block/side"]
    only_port = grouped(iris_mlp(), "dense", "activation")
    twice = use_again(only_port, "twin")
    twice = edits.connect(twice, End("block", "output"), End("twin", "input"))
    twice = wire(add(twice, "Add", "add"), "block -> add.input_1", "block -> add.input_2")
    assert not [p for p in analysed(only_port).problems if "output" in p.message]
    assert [p.node for p in analysed(twice).problems] == ["twin", "add"]


def test_what_another_use_needs_is_not_told_of_as_dead() -> None:
    design = chain(add(digits_cnn(), "Conv", "side", filters=4), "input", "side")
    design = wire(add(design, "Add", "add"), "activation -> add.input_1", "side -> add.input_2")
    design = edits.connect(design, End("add", "output"), End("maxpool", "input"))
    design = grouped(design, "conv", "activation", "side")
    again = use_again(design, "twin")
    again = edits.connect(again, End("input", "output"), End("twin", "input"))
    again = edits.disconnect(again, End("add", "input_2"))
    first, second = (p for p in again.groups[group(again).id].nodes.values() if p.block == "Conv")
    assert {first.id, second.id} == {"conv", "side"}
    again = edits.connect(again, End("twin", "output_2"), End("add", "input_2"))
    assert messages(analysed(again)) == []


def test_a_circle_through_a_group_is_told_of_the_level_that_has_it() -> None:
    design = use_again(mlp_with_block(), "twin")
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    design = edits.connect(design, End("twin", "output"), End("block", "input"))
    problem = only(design, "in a circle")
    assert problem.message == "the wires go round in a circle: block, twin"
    assert problem.node == "block"


def test_a_problem_of_some_copies_names_one() -> None:
    design = grouped(digits_cnn(), "conv", "activation", "maxpool")
    design = edits.set_params(design, "block", repeat=4)
    found = [p for p in analysed(design).problems if p.severity == "error"]
    assert found[0].node is not None
    assert found[0].message.startswith("block[4]/maxpool: ")


def sharing(**params: object) -> Design:
    design = use_again(mlp_with_block(), "twin", weights_of="block", **params)
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    return edits.connect(design, End("twin", "output"), End("dense_3", "input"))


UNSHARED: dict[str, tuple[Change, str]] = {
    "gone": (
        lambda d: edits.connect(
            edits.remove(d, ["block"]), End("input", "output"), End("twin", "input")
        ),
        "twin: there is no other use 'block' of block here",
    ),
    "itself": (lambda d: edits.set_params(d, "twin", weights_of="twin"), "no other use 'twin'"),
    "shares too": (
        lambda d: edits.set_params(
            use_again(d, "third", weights_of="twin"), "third", weights_of="twin"
        ),
        "third: twin has no weights of its own",
    ),
    "repeated": (
        lambda d: edits.set_params(d, "twin", repeat=2),
        "twin: block is not repeated as often, so weights cannot be shared",
    ),
    "muted": (lambda d: edits.mute(d, ["block"]), "twin: block, whose weights it uses, is muted"),
    "another group": (
        lambda d: with_group(
            edits.set_params(d, "block", group="g9"), replace(group(d), id="g9", name="other")
        ),
        "twin: there is no other use 'block' of block here",
    ),
}


@pytest.mark.parametrize("case", UNSHARED)
def test_weights_that_cannot_be_shared_are_told_of_and_the_fix_ends_it(case: str) -> None:
    breaking, message = UNSHARED[case]
    broken = breaking(sharing())
    problem = only(broken, message)
    assert problem.severity == "error"
    assert problem.fix
    assert message not in " ".join(messages(analysed(problem.fix.edit(broken))))


def test_an_owner_on_another_level_is_none() -> None:
    design = grouped(mlp_with_block(), "block", title="outer")
    design = use_again(design, "twin", weights_of="block")
    assert only(design, "twin: there is no other use 'block' of block here")


def test_weights_of_another_form_cannot_be_shared() -> None:
    design = sharing()
    design = edits.connect(design, End("dense_3", "output"), End("twin", "input"))
    design = edits.connect(design, End("block", "output"), End("dense_3", "input"))
    assert only(design, "twin/dense cannot share the weights of block/dense: their inputs")
    wide = expose(sharing(), group(sharing()).id, "units", [("dense", "units")])
    assert only(edits.set_params(wide, "twin", units=9), "twin/dense cannot share the weights")


def test_groups_that_hold_different_copies_cannot_share() -> None:
    design = grouped(mlp_with_block(), "block", title="outer")
    design = expose(design, group(design, "outer").id, "depth", [("block", "repeat")])
    design = use_again(design, "twin", "outer", weights_of="outer", depth=2)
    assert only(design, "twin: outer holds other blocks, so weights cannot be shared").fix


@settings(max_examples=200)
@given(designs(), st.sampled_from([None, data_facts(iris_mlp(), Path())]))
def test_every_fix_takes_its_problem_away(design: Design, facts: DataFacts | None) -> None:
    before = analyse(design, facts)
    for problem in before.problems:
        if problem.fix is None:
            continue
        after = problem.fix.edit(design)
        assert after != design
        left = analyse(after, facts)
        same = [p for p in left.problems if (p.node, p.message) == (problem.node, problem.message)]
        alike = [p for p in before.problems if p == problem]
        assert len(same) < len(alike)


def test_a_loss_in_a_group_knows_its_target_and_its_name() -> None:
    design = grouped(iris_mlp(), "dense_2", "loss")
    found = analysed(design)
    assert found.problems == ()
    assert found.nodes["block/loss"].inputs["target"] == Tensor((None,), "int32", 3)
