"""Making a group of nodes changes what a design looks like and not what it computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.blocks.group_ports import GroupInput, GroupOutput
from core.design import edits, marks
from core.design.analysis import analyse
from core.design.document import Design, End
from core.design.exposing import expose
from core.design.grouping import make_group
from core.design.levels import at_level, level
from core.design.ports import entries, exits
from core.errors import InputError
from core.project.facts import data_facts
from tests.designs import add, chain, digits_cnn, iris_mlp, noisy_mlp, wire
from tests.grouped import (
    give_weights,
    group,
    grouped,
    messages,
    mlp_with_block,
    network_of,
    sound_designs,
    transformer,
    use_again,
    without_places,
)


def reachable(design: Design, start: str) -> set[str]:
    """What is computed from a node, and the node."""
    found, open_ = set(), [start]
    while open_:
        node = open_.pop()
        found.add(node)
        open_ += [t.node for t, s in design.wires.items() if s.node == node and t.node not in found]
    return found


def lies_between(design: Design, chosen: list[str]) -> bool:
    """Whether a way leads from the chosen nodes out and back to them."""
    after = {i: reachable(design, i) for i in design.nodes}
    return any(
        other not in chosen and other in after[start] and after[other] & set(chosen)
        for start in chosen
        for other in design.nodes
    )


@settings(max_examples=150)
@given(st.data())
def test_what_is_computed_stays_the_same(data: st.DataObject) -> None:
    design = data.draw(sound_designs())
    names = data.draw(st.lists(st.sampled_from(list(design.nodes)), min_size=1, unique=True))
    facts = data_facts(design, Path())
    before = analyse(design, facts)
    if lies_between(design, names):
        with pytest.raises(InputError, match="feeds the selection again"):
            make_group(design, names)
        return
    after = analyse(grouped(design, *names), facts)
    assert (after.parameters, after.flops) == (before.parameters, before.flops)
    assert (after.errors, before.errors) == ((), ())
    idle = {p.message.split()[0] for p in before.problems if "leads to no loss" in p.message}
    told = {p.message.split()[0] for p in after.problems if "leads to no loss" in p.message}
    if "block" in told:
        assert idle >= set(names)
        told = {*(told - {"block"}), *names}
    assert {without_places(name) for name in told} == idle


@settings(max_examples=25)
@given(st.data())
def test_outputs_are_equal_in_every_bit(data: st.DataObject) -> None:
    design = data.draw(sound_designs(5))
    names = data.draw(st.lists(st.sampled_from(list(design.nodes)), min_size=1, unique=True))
    if not lies_between(design, names):
        assert_equal_outputs(design, grouped(design, *names))


def assert_equal_outputs(design: Design, other: Design) -> None:
    one, two = network_of(design), network_of(other, seed=1)
    give_weights(one, two)
    rng = np.random.default_rng(3)
    (tensor,) = (r.outputs["output"] for r in analyse(design).by_role("input"))
    batch = rng.normal(size=(3, *tensor.sizes)).astype(np.float32)
    np.testing.assert_array_equal(one(batch), two(batch))


CASES = {
    "cnn": (digits_cnn(), ("conv", "activation", "maxpool")),
    "cnn but its ends": (digits_cnn(), ("conv", "activation", "maxpool", "flatten", "dense")),
    "with state": (noisy_mlp(), ("dense", "batchnorm", "activation", "dropout")),
}


@pytest.mark.parametrize("case", CASES)
def test_concrete_networks_compute_the_same(case: str) -> None:
    design, names = CASES[case]
    assert_equal_outputs(design, grouped(design, *names))


def test_a_block_of_a_transformer_computes_what_its_nodes_did() -> None:
    once = transformer(8, 2, 16, 1)
    (names,) = [[n for n in g.nodes if g.nodes[n].block not in PORTS] for g in once.groups.values()]
    again = at_level(("block",), lambda d: make_group(d, names, "inner")[0])(once)
    assert_equal_outputs(once, again)
    assert analyse(again).flops == analyse(once).flops


PORTS = (GroupInput.kind, GroupOutput.kind)


def test_an_output_that_feeds_several_is_one_port_and_so_is_a_shared_input() -> None:
    design = chain(add(digits_cnn(), "Dense", "side"), "flatten", "side")
    design = wire(add(design, "Conv", "conv_2"), "input -> conv_2")
    after = grouped(design, "conv", "conv_2", "activation", "maxpool", "flatten")
    made = group(after)
    assert [n.name for n in entries(made)] == ["input"]
    assert [n.name for n in exits(made)] == ["output", "output_2"]
    outer = {t.node: s for t, s in after.wires.items() if s.node == "block"}
    assert outer["dense"] == outer["side"]
    assert after.wires[End("block", entries(made)[0].id)] == End("input", "output")


def test_inputs_that_nothing_feeds_become_ports_and_optional_ones_do_not() -> None:
    design = add(add(iris_mlp(), "MultiHeadAttention", "attend"), "Add", "add")
    made = group(grouped(design, "attend", "add"))
    assert [n.name for n in entries(made)] == ["query", "input_1", "input_2"]


def test_a_whole_design_may_be_a_group() -> None:
    design = iris_mlp()
    after = grouped(design, *design.nodes)
    assert (list(after.nodes), after.wires) == (["block"], {})
    assert not entries(group(after))
    assert not exits(group(after))
    assert analyse(after, data_facts(after, Path())).problems == ()
    assert_equal_outputs(design, after)


def test_what_shows_nothing_is_refused() -> None:
    for nodes in ((), ("gone",)):
        with pytest.raises(InputError, match="No node is selected"):
            make_group(iris_mlp(), nodes)


def test_weights_are_not_shared_across_the_border() -> None:
    design = use_again(mlp_with_block(), "twin", weights_of="block")
    for chosen in (["twin"], ["block"], ["block", "dense_3"]):
        with pytest.raises(InputError, match="uses the weights of block"):
            make_group(design, chosen)
    design = chain(design, "block", "twin")
    design = edits.connect(design, End("twin", "output"), End("dense_3", "input"))
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    after = grouped(design, "block", "twin", title="both")
    assert analyse(after).parameters == analyse(design).parameters


def test_frames_around_chosen_nodes_go_along_and_positions_too() -> None:
    design = marks.frame(digits_cnn(), ["conv", "activation"], "inner")
    after = grouped(design, "conv", "activation", "maxpool")
    made = group(after)
    assert not after.frames
    assert [f.name for f in made.frames.values()] == ["inner"]
    assert made.position("conv") == design.position("conv")
    assert set(made.view["positions"]) == set(made.nodes)


def test_inside_of_a_group_its_ports_stay_where_they_are() -> None:
    design = mlp_with_block()
    inside = level(design, ("block",))
    after = at_level(("block",), lambda d: make_group(d, d.nodes, "inner")[0])(design)
    kinds = [n.block for n in level(after, ("block",)).nodes.values()]
    assert sorted(kinds) == ["Group", "GroupInput", "GroupOutput"]
    assert after.wires == design.wires
    assert analyse(after).parameters == analyse(design).parameters
    with pytest.raises(InputError, match="No node is selected"):
        make_group(inside, [n.id for n in (*entries(inside), *exits(inside))])


def test_what_a_level_exposes_is_reached_through_the_new_group() -> None:
    design = mlp_with_block()
    design = edits.remove(design, ["block"])
    design = use_again(design, "wide")
    key = group(design).id
    design = expose(design, key, "units", [("dense", "units"), ("activation", "function")][:1])
    design = chain(edits.set_params(design, "wide", units=9), "input", "wide")
    before = analyse(design)
    after = at_level(("wide",), lambda d: make_group(d, ["dense", "activation"], "in")[0])(design)
    assert analyse(after).parameters == before.parameters
    dense = [n for i, n in analyse(after).design.nodes.items() if i.endswith("/dense")]
    assert [n.params["units"] for n in dense] == [9]


def test_names_of_ports_are_told_apart_from_all_others() -> None:
    design = edits.rename(edits.rename(iris_mlp(), "dense", "input_"), "activation", "output")
    after = grouped(edits.rename(design, "input", "x"), "dense", "activation")
    names = [n.name for n in group(after).nodes.values()]
    assert len(set(names)) == len(names)
    assert not [m for m in messages(analyse(after)) if "are called" in m]
