"""One level of a design, as the analysis of the whole tells of it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings

from core.design import edits, marks
from core.design.analysis import analyse
from core.design.document import Design, End, Node
from core.design.levels import at_level, level
from core.design.outlook import outlook, watched_output
from core.design.ports import GroupUse, block_of, group_of
from core.project.facts import data_facts
from core.tensor import Tensor
from tests.designs import iris_mlp
from tests.grouped import grouped, mlp_with_block, redefined, transformer, use_again
from tests.strategies import designs


def seen(design: Design, *path: str) -> dict[str, object]:
    """The reports of a level."""
    whole = analyse(design, data_facts(design, Path()))
    return dict(outlook(whole, level(design, path), path).nodes)


@settings(max_examples=150)
@given(designs())
def test_every_level_has_a_report_for_each_of_its_nodes(design: Design) -> None:
    whole = analyse(design)
    top = outlook(whole, design, ())
    assert top.parameters == whole.parameters
    assert top.flops == whole.flops
    assert len(top.problems) == len(whole.problems)
    paths = [(), *((i,) for i, n in design.nodes.items() if group_of(design, n))]
    for path in paths:
        here = level(design, path)
        found = outlook(whole, here, path)
        assert found.nodes.keys() == here.nodes.keys()
        assert all(p.node is None or p.node in here.nodes for p in found.problems)
        for key, node in here.nodes.items():
            report = found.nodes[key]
            assert report.node is node
            assert (report.block is None) == (block_of(here, node) is None)
            assert all(p in found.problems and p.node == key for p in report.problems)
            assert watched_output(whole, path, key)


def test_a_plain_design_is_its_own_outlook() -> None:
    whole = analyse(iris_mlp())
    assert outlook(whole, iris_mlp(), ()) is whole


def test_what_stands_on_the_canvas_is_kept_whatever_is_muted_or_missing() -> None:
    framed = marks.add_note(marks.frame(iris_mlp(), ["dense"]), "why", (0.0, 0.0, 9.0, 9.0))
    lost = edits.add_node(framed, Node("x", "x", "Group", {"group": "gone"}), (5.0, 5.0))
    for design in (edits.mute(framed, ["input"]), lost):
        found = outlook(analyse(design), design, ()).design
        assert found is design


def test_a_use_reports_for_all_that_it_holds() -> None:
    design = transformer(8, 2, 16, 12)
    whole = analyse(design)
    report = outlook(whole, design, ()).nodes["block"]
    assert isinstance(report.block, GroupUse)
    assert report.block.repeat == 12
    inner = [r for i, r in whole.nodes.items() if i.startswith("block")]
    assert report.parameters == sum(r.parameters for r in inner)
    assert report.flops == sum(r.flops for r in inner)
    rows = Tensor((None, 8, 8))
    assert (report.inputs, report.outputs) == ({"input": rows}, {"output": rows})


def test_inside_the_first_copy_is_shown() -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=3)
    whole = analyse(design)
    inner = outlook(whole, level(design, ("block",)), ("block",))
    assert inner.nodes["dense"].outputs == whole.nodes["block/dense"].outputs
    assert inner.parameters * 3 + (4 * 3 + 3) == whole.parameters
    assert inner.outputs()[End("dense", "output")] == Tensor((None, 4))


def test_problems_are_told_of_the_node_that_leads_to_them() -> None:
    design = grouped(mlp_with_block(), "block", title="outer")
    broken = redefined(design, dense={"units": 0})
    whole = analyse(broken, data_facts(broken, Path()))
    for path, node in (((), "outer"), (("outer",), "block"), (("outer", "block"), "dense")):
        found = outlook(whole, level(broken, path), path)
        (problem,) = found.problems
        assert problem.node == node
        assert problem.message == "outer/block/dense: Units must be at least 1, not 0"
        assert found.nodes[node].problems == (problem,)
    beside = use_again(broken, "twin", "outer")
    found = outlook(analyse(beside), level(beside, ("outer",)), ("outer",))
    assert not [p for p in found.problems if "twin" in p.message]


def test_a_muted_node_shows_what_it_passes_on() -> None:
    design = edits.mute(mlp_with_block(), ["block", "loss"])
    found = outlook(analyse(design), design, ())
    assert found.nodes["block"].outputs == {"output": Tensor((None, 4))}
    assert found.nodes["block"].parameters == 0
    assert found.nodes["loss"].outputs == {}
    inner = outlook(analyse(design), level(design, ("block",)), ("block",))
    assert all(not r.outputs for r in inner.nodes.values())


def test_a_use_that_cannot_be_unfolded_keeps_its_ports() -> None:
    design = at_level(
        ("block",),
        lambda d: edits.add_node(
            d, Node("x", "x", "Group", dict(mlp_with_block().nodes["block"].params)), (0.0, 0.0)
        ),
    )(mlp_with_block())
    found = outlook(analyse(design), level(design, ("block",)), ("block",))
    block = found.nodes["x"].block
    assert isinstance(block, GroupUse)
    assert [p.name for p in block.ports()] == ["input"]


def test_the_output_of_a_group_is_that_of_its_last_copy() -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=3)
    whole = analyse(design)
    assert watched_output(whole, (), "block") == "block~3/output"
    assert watched_output(whole, ("block",), "dense") == "block/dense"
    assert watched_output(whole, (), "dense_3") == "dense_3"
