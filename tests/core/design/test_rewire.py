"""A node put into a wire, and nodes bridged away: the flow goes on and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.blocks.block import Port, port
from core.blocks.catalog import blocks
from core.design import edits, fitting
from core.design.analysis import analyse
from core.design.document import Design, End
from core.design.order import computing_order, in_circles
from core.design.outlook import outlook
from core.design.ports import ports_of
from core.design.problems import refusal
from core.design.rewire import bridge, fits_wire, insert_on_wire
from core.tensor import Tensor
from tests.designs import add, chain, digits_cnn, wire
from tests.grouped import grouped
from tests.strategies import designs, nodes, some_nodes


def circle(design: Design) -> set[str]:
    sources = design.sources
    _, stuck = computing_order(design.nodes, sources)
    return set(in_circles(stuck, sources))


def through_first_inputs(design: Design, source: End, gone: set[str]) -> set[str]:
    """The nodes on the way back from a wire's source, until one that stays."""
    passed: set[str] = set()
    while source.node in gone and source.node not in passed:
        passed.add(source.node)
        inputs, _ = ports_of(design, design.nodes[source.node])
        following = design.wires.get(End(source.node, inputs[0].name)) if inputs else None
        if following is None:
            return passed
        source = following
    return passed | {source.node}


@given(st.data())
def test_bridging_takes_the_nodes_away_and_touches_no_other_wire(data: st.DataObject) -> None:
    design = data.draw(designs())
    chosen = data.draw(some_nodes(design)) if design.nodes else []
    after, gone = bridge(design, chosen), set(chosen)
    assert set(after.nodes) == set(design.nodes) - gone
    plain = edits.remove(design, chosen)
    assert (after.nodes, after.groups, after.view) == (plain.nodes, plain.groups, plain.view)
    assert plain.wires.items() <= after.wires.items()
    for target in after.wires.keys() - plain.wires.keys():
        old, new = design.wires[target], after.wires[target]
        assert old.node in gone
        assert new.node in through_first_inputs(design, old, gone)


@given(st.data())
def test_bridging_makes_no_circle(data: st.DataObject) -> None:
    design = data.draw(designs())
    chosen = data.draw(some_nodes(design)) if design.nodes else []
    after = bridge(design, chosen)
    assert circle(after) <= circle(design)
    new = after.wires.items() - design.wires.items()
    assert all(target.node != source.node for target, source in new)


@given(st.data())
def test_a_node_put_into_a_wire_changes_one_wire_and_bridging_it_undoes_that(
    data: st.DataObject,
) -> None:
    design = data.draw(designs(most=5))
    free = data.draw(nodes(design))
    design = edits.add_node(design, free, (0.0, 0.0))
    wires = list(design.wires) or [End(free.id, "input")]
    target = data.draw(st.sampled_from(wires))
    after = insert_on_wire(design, free.id, target)
    inputs, outputs = ports_of(design, free)
    if not (inputs and outputs and design.wires):
        assert after is design
        return
    assert len(after.wires) == len(design.wires) + 1
    assert after.wires[target] == End(free.id, outputs[0])
    assert after.wires[End(free.id, inputs[0].name)] == design.wires[target]
    assert circle(after) - {free.id} <= circle(design)
    if design.wires[target].node != target.node:
        assert bridge(after, [free.id]) == edits.remove(design, [free.id])


def test_a_node_with_wires_of_its_own_is_not_inserted() -> None:
    design = digits_cnn()
    assert insert_on_wire(design, "flatten", End("activation", "input")) is design
    assert not fits_wire(design, {}, "flatten", End("activation", "input"))


@pytest.mark.parametrize(
    ("kind", "target", "fits"),
    [
        ("BatchNorm", End("activation", "input"), True),
        ("Dense", End("loss", "logits"), True),
        ("Conv", End("loss", "logits"), False),
        ("Flatten", End("maxpool", "input"), False),
        ("Flatten", End("dense", "input"), True),
        ("MaxPool", End("flatten", "input"), True),
        ("Dropout", End("loss", "target"), False),
        ("Target", End("dense", "input"), False),
    ],
)
def test_a_node_fits_a_wire_where_its_input_and_its_output_do(
    kind: str, target: End, fits: bool
) -> None:
    design = add(digits_cnn(), kind, "new")
    assert fits_wire(design, analyse(design).outputs(), "new", target) is fits
    if fits:
        inserted = analyse(insert_on_wire(design, "new", target))
        assert not inserted.nodes["new"].problems


def with_free_use(*names: str) -> Design:
    """The digits' network with a free use of a group that holds copies of some of its nodes."""
    design = digits_cnn()
    doubled = edits.duplicate(design, names)
    return grouped(doubled, *(i for i in doubled.nodes if i not in design.nodes))


@pytest.mark.parametrize(
    ("names", "target", "fits"),
    [
        (("conv", "activation"), End("maxpool", "input"), True),
        (("conv", "activation"), End("dense", "input"), False),
        (("flatten",), End("dense", "input"), True),
        (("flatten",), End("maxpool", "input"), False),
        (("dense",), End("loss", "logits"), True),
        (("conv",), End("loss", "target"), False),
    ],
)
def test_a_group_fits_a_wire_where_what_it_holds_does(
    names: tuple[str, ...], target: End, fits: bool
) -> None:
    design = with_free_use(*names)
    outputs = outlook(analyse(design), design, ()).outputs()
    assert fits_wire(design, outputs, "block", target) is fits
    inserted = insert_on_wire(design, "block", target)
    assert bool(analyse(inserted).errors) is not fits
    assert bridge(inserted, ["block"]).wires == digits_cnn().wires


def test_a_group_with_more_inputs_or_a_muted_one_is_judged_by_what_is_known() -> None:
    design = grouped(add(digits_cnn(), "Add", "sum"), "sum")
    outputs = outlook(analyse(design), design, ()).outputs()
    assert fits_wire(design, outputs, "block", End("maxpool", "input"))
    muted = edits.mute(with_free_use("flatten"), ["block"])
    assert fits_wire(muted, outputs, "block", End("maxpool", "input"))


def test_a_wire_to_a_port_that_a_group_lacks_is_refused() -> None:
    design = with_free_use("conv")
    found = refusal(design, {}, End("input", "output"), End("block", "nowhere"))
    assert found == "block has no input 'nowhere'"
    found = refusal(design, {}, End("block", "nowhere"), End("flatten", "input"))
    assert found == "block has no output 'nowhere'"


def test_a_chain_is_bridged_to_all_consumers() -> None:
    design = Design()
    for kind, name in (
        ("Input", "x"),
        ("Dense", "a"),
        ("Dense", "b"),
        ("Dense", "c"),
        ("Add", "d"),
    ):
        design = add(design, kind, name)
    design = chain(design, "x", "a", "b", "c")
    design = wire(design, "b -> d.input_1", "x -> d.input_2")
    left = bridge(design, ["a", "b", "nobody"])
    source = End("x", "output")
    assert left.wires == {
        End("c", "input"): source,
        End("d", "input_1"): source,
        End("d", "input_2"): source,
    }


def test_a_node_without_a_source_leaves_its_consumers_open() -> None:
    design = chain(add(add(Design(), "Input", "x"), "Dense", "a"), "x", "a")
    assert bridge(design, ["x"]).wires == {}


IMAGE = Tensor((None, 8, 8, 1))
LABEL = Tensor((None,), "int32", 10)


def test_only_ports_that_may_take_a_tensor_are_offered() -> None:
    assert fitting.taking_ports("Conv", IMAGE) == ("input",)
    assert fitting.taking_ports("LSTM", IMAGE) == ()
    assert fitting.taking_ports("CrossEntropy", LABEL) == ("target",)
    assert fitting.taking_ports("Conv", LABEL) == ()
    assert fitting.taking_ports("Input", None) == ()
    assert fitting.taking_ports("LSTM", None) == ("input",)


@pytest.mark.parametrize(
    ("taker", "some", "others"),
    [
        (port("input", 4), {"Conv", "MaxPool", "Dropout"}, {"Flatten", "LSTM", "Embedding"}),
        (port("input", 2), {"Flatten", "Dense", "LSTM"}, {"Conv", "MaxPool"}),
        (port("input", 3), {"LSTM", "Embedding", "MultiHeadAttention"}, {"Flatten"}),
        (port("target", 1, dtype="int32"), {"Target"}, {"Dense", "CrossEntropy"}),
        (Port("any"), {"Dense", "Conv", "Target"}, {"CrossEntropy", "MeanSquaredError"}),
    ],
)
def test_only_blocks_that_can_make_what_a_port_takes_are_offered(
    taker: Port, some: set[str], others: set[str]
) -> None:
    feeding = {kind for kind in blocks() if fitting.can_feed(kind, taker)}
    assert some <= feeding
    assert not others & feeding


@pytest.mark.parametrize(
    ("kind", "given", "taker", "fits"),
    [
        ("Conv", IMAGE, port("input", 4), True),
        ("Flatten", IMAGE, port("input", 4), False),
        ("Flatten", IMAGE, port("input", 2), True),
        ("LSTM", IMAGE, port("input", 3), False),
        ("Dropout", LABEL, port("target", 1, dtype="int32"), False),
        ("Reroute", LABEL, port("target", 1, dtype="int32"), True),
        ("MaxPool", Tensor((None, 1, 1, 3)), port("input", 4), False),
        ("Add", IMAGE, port("input", 4), True),
        ("Dense", None, port("input", 2), True),
        ("MeanSquaredError", None, Port("any"), False),
        ("Input", None, Port("any"), False),
        ("GroupInput", None, Port("any"), False),
    ],
)
def test_only_blocks_that_fit_both_ends_of_a_wire_stand_between(
    kind: str, given: Tensor | None, taker: Port, fits: bool
) -> None:
    assert fitting.fits_between(kind, given, taker) is fits
