"""A dot in a wire changes nothing of what the design means."""

from __future__ import annotations

from core.compile.plan import make_plan
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, End
from core.design.grouping import make_group
from core.design.passing import origin
from core.design.rewire import bridge, insert_on_wire
from tests.designs import add, chain, iris_mlp, wire


def with_dot(design: Design, target: End, name: str = "dot") -> Design:
    return insert_on_wire(add(design, "Reroute", name), name, target)


def test_the_value_behind_dots_is_found() -> None:
    design = with_dot(with_dot(iris_mlp(), End("loss", "target")), End("dot", "input"), "dot_2")
    assert origin(design, design.wires[End("loss", "target")]) == End("target", "output")
    assert origin(design, End("dense", "output")) == End("dense", "output")


def test_dots_that_nothing_feeds_or_that_feed_themselves_are_their_own_origin() -> None:
    design = add(add(Design(), "Reroute", "a"), "Reroute", "b")
    assert origin(design, End("a", "output")) == End("a", "output")
    round_ = wire(chain(design, "a", "b"), "b -> a")
    assert origin(round_, End("a", "output")).node in ("a", "b")


def test_a_loss_knows_its_target_through_a_dot() -> None:
    plain = make_plan(analyse(iris_mlp())).losses[0]
    dotted = make_plan(analyse(with_dot(iris_mlp(), End("loss", "target")))).losses[0]
    assert plain.target_node == dotted.target_node == "target"


def test_a_loss_knows_its_target_out_of_a_group_and_past_a_muted_node() -> None:
    dotted = with_dot(iris_mlp(), End("loss", "target"))
    for design in (make_group(dotted, ["target"])[0], edits.mute(dotted, ["dot"])):
        known = make_plan(analyse(design)).losses[0].target_node
        assert known is not None
        assert known.endswith("target")


def test_a_dot_passes_shapes_on_and_is_bridged_away() -> None:
    before = iris_mlp()
    design = with_dot(before, End("dense_2", "input"))
    found, plain = analyse(design), analyse(before)
    assert found.nodes["dot"].outputs["output"] == plain.nodes["dense"].outputs["output"]
    assert found.problems == plain.problems
    assert (found.parameters, found.flops) == (plain.parameters, plain.flops)
    assert bridge(design, ["dot"]).wires == before.wires


def test_a_wire_from_a_muted_loss_is_left_out_with_it() -> None:
    design = wire(add(iris_mlp(), "Activation", "odd"), "loss -> odd")
    found = analyse(edits.mute(design, ["loss"]))
    assert "loss" not in found.design.nodes
    assert not found.design.sources.get("odd")
