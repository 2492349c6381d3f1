"""Automatic layout: nothing overlaps, wires lead on, straight stays straight, little moves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.design import edits, marks
from core.design.document import Design, End, Node
from core.design.layout import Flow, Places, arranged

Sizes = Mapping[str, tuple[float, float]]
FLOWS = st.sampled_from(["right", "down"])
AXIS: Mapping[Flow, int] = {"right": 0, "down": 1}


def network(wires: Mapping[str, str], *lonely: str) -> Design:
    """A design of nodes that are made as they are named: ``target.port`` to ``source``."""
    ends = {End(*target.split(".")): End(source, "output") for target, source in wires.items()}
    names = [*lonely, *(s.node for s in ends.values()), *(t.node for t in ends)]
    nodes = {name: Node(name, name, "Unknown") for name in dict.fromkeys(names)}
    return Design(nodes=nodes, wires=ends)


def chain(*names: str) -> dict[str, str]:
    return {f"{after}.input": before for before, after in pairwise(names)}


def residual(blocks: int, layers: int = 4) -> tuple[Design, list[str]]:
    """Blocks of layers with a skip around each, and the nodes of the long way through."""
    wires, main = {}, ["input"]
    for block in range(blocks):
        entry = main[-1]
        main += [f"layer_{block}_{layer}" for layer in range(layers)]
        wires[f"add_{block}.a"], wires[f"add_{block}.b"] = main[-1], entry
        main.append(f"add_{block}")
    inner = {t: s for t, s in chain(*main).items() if not t.startswith("add")}
    return network({**inner, **wires}), main


def transformer(blocks: int) -> Design:
    wires, at = {}, "input"
    for n in range(blocks):
        wires |= chain(at, f"norm_{n}")
        for name in ("query", "key", "value"):
            wires |= chain(f"norm_{n}", f"{name}_{n}")
            wires[f"attention_{n}.{name}"] = f"{name}_{n}"
        wires[f"attention_{n}.mask"] = "mask"
        wires |= {f"add_{n}.a": f"attention_{n}", f"add_{n}.b": at}
        at = f"add_{n}"
    return network(wires)


def of_size(design: Design, width: float = 152.0, height: float = 96.0) -> Sizes:
    return dict.fromkeys(design.nodes, (width, height))


def moved(design: Design, places: Places) -> Design:
    return edits.move(design, places)


@st.composite
def drawings(draw: st.DrawFn) -> tuple[Design, Sizes]:
    """Any nodes anywhere, of any size, and any wires among them: cycles and parts included."""
    names = [f"n{i}" for i in range(draw(st.integers(0, 12)))]
    place = st.floats(-2000, 2000, allow_nan=False).map(lambda v: round(v, 1))
    sizes = {n: draw(st.tuples(st.floats(10, 400), st.floats(10, 300))) for n in names}
    wires: dict[str, str] = {}
    if names:
        node = st.sampled_from(names)
        target = st.tuples(node, st.sampled_from(["a", "b", "c"])).map(".".join)
        wires = draw(st.dictionaries(target, node, max_size=20))
    design = network(wires, *names)
    if names:
        framed = st.lists(st.sampled_from(names), max_size=4)
        design = marks.frame(design, draw(framed))
    return moved(design, {n: draw(st.tuples(place, place)) for n in names}), sizes


def overlapping(places: Places, sizes: Sizes) -> list[tuple[str, str]]:
    ids = list(places)
    return [
        (a, b)
        for i, a in enumerate(ids)
        for b in ids[i + 1 :]
        if all(
            places[a][k] < places[b][k] + sizes[b][k] and places[b][k] < places[a][k] + sizes[a][k]
            for k in (0, 1)
        )
    ]


@given(drawings(), FLOWS)
def test_nothing_overlaps(drawing: tuple[Design, Sizes], flow: Flow) -> None:
    design, sizes = drawing
    places = arranged(design, sizes, direction=flow)
    assert places.keys() == design.nodes.keys()
    assert overlapping(places, sizes) == []


@given(drawings(), FLOWS)
@settings(max_examples=200)
def test_a_second_time_changes_nothing(drawing: tuple[Design, Sizes], flow: Flow) -> None:
    design, sizes = drawing
    places = arranged(design, sizes, direction=flow)
    assert arranged(moved(design, places), sizes, direction=flow) == places


@given(drawings(), FLOWS, st.data())
def test_a_selection_keeps_its_corner(
    drawing: tuple[Design, Sizes], flow: Flow, data: st.DataObject
) -> None:
    design, sizes = drawing
    chosen = data.draw(st.sets(st.sampled_from(list(design.nodes)))) if design.nodes else set()
    places = arranged(design, sizes, chosen, flow)
    assert places.keys() == chosen
    assert overlapping(places, sizes) == []
    for axis in (0, 1) if chosen else ():
        before = min(design.position(i)[axis] for i in chosen)
        assert min(place[axis] for place in places.values()) == pytest.approx(before, abs=4)
    again = arranged(moved(design, places), sizes, chosen, flow)
    assert again == places


@given(st.dictionaries(st.integers(1, 15), st.integers(0, 14), max_size=20), FLOWS)
def test_wires_lead_in_the_direction_of_flow(pairs: dict[int, int], flow: Flow) -> None:
    wires = {f"n{b}.input": f"n{a}" for b, a in pairs.items() if a < b}
    design = network(wires)
    sizes, axis = of_size(design), AXIS[flow]
    places = arranged(design, sizes, direction=flow)
    for target, source in design.wires.items():
        end = places[source.node][axis] + sizes[source.node][axis]
        assert places[target.node][axis] >= end + 40


def test_nothing_and_a_single_node() -> None:
    assert arranged(Design(), {}) == {}
    alone = moved(network({}, "a"), {"a": (16.0, 24.0)})
    assert arranged(alone, {"a": (100.0, 50.0)}) == {"a": (16.0, 24.0)}


def test_a_node_wired_to_itself_is_tolerated() -> None:
    design = network({"a.input": "a", "b.input": "a"})
    places = arranged(design, of_size(design))
    assert places["a"][0] < places["b"][0]


def test_the_long_way_through_residual_blocks_is_one_straight_line() -> None:
    design, main = residual(10)
    right = arranged(design, of_size(design))
    assert len({right[node][1] for node in main}) == 1
    sizes = {n: (152.0 + 8 * (i % 4), 96.0) for i, n in enumerate(design.nodes)}
    down = arranged(design, sizes, direction="down")
    assert len({down[node][0] + sizes[node][0] / 2 for node in main}) == 1


def test_a_target_stands_beside_its_loss() -> None:
    wires = chain("input", "dense", "relu", "logits")
    design = network({**wires, "loss.a": "logits", "loss.b": "target"})
    places = arranged(design, of_size(design))
    assert places["target"][0] == places["logits"][0]
    assert places["target"][1] > places["logits"][1]


def test_branches_lie_in_the_order_of_their_ports() -> None:
    wires = {f"{name}.input": "split" for name in "dbca"}
    design = network({**wires, **{f"join.{name}": name for name in "abcd"}})
    places = arranged(design, of_size(design))
    heights = [places[name][1] for name in "abcd"]
    assert heights == sorted(heights)


def test_the_present_order_is_kept_where_no_other_is_better() -> None:
    design = network({"b.input": "a", "c.input": "a"})
    for upper, lower in ("bc", "cb"):
        at = {"a": (0.0, 0.0), upper: (300.0, -100.0), lower: (300.0, 100.0)}
        places = arranged(moved(design, at), of_size(design))
        assert places[upper][1] < places[lower][1]


def test_separate_parts_stay_apart_and_in_order() -> None:
    design = network({**chain("a", "b", "c"), **chain("d", "e")}, "f")
    at = {"d": (0.0, -900.0), "a": (0.0, 0.0), "f": (0.0, 700.0)}
    places = arranged(moved(design, at), of_size(design))
    assert places["d"][1] < places["a"][1] < places["f"][1]


@pytest.mark.parametrize("blocks", [4, 12])
def test_one_more_node_beside_the_others_moves_few_of_them(blocks: int) -> None:
    """A node hung on the middle of an arranged network moves at most a tenth of the others."""
    for design in (transformer(blocks), residual(blocks * 2)[0]):
        before = arranged(design, of_size(design))
        middle = list(design.nodes)[len(design.nodes) // 2]
        grown = edits.add_node(moved(design, before), Node("new", "new", "Unknown"), (0.0, 0.0))
        grown = edits.connect(grown, End(middle, "output"), End("new", "input"))
        after = arranged(grown, of_size(grown))
        pushed = [i for i, place in before.items() if after[i] != place]
        assert len(pushed) <= len(before) / 10


def test_one_more_layer_in_a_chain_shifts_one_side_by_a_column() -> None:
    names = [f"n{i}" for i in range(40)]
    design = network(chain(*names))
    before = arranged(design, of_size(design))
    longer = network(chain(*names[:25], "new", *names[25:]))
    longer = moved(longer, {**before, "new": (0.0, 500.0)})
    after = arranged(longer, of_size(longer))
    ways = {(after[i][0] - x, after[i][1] - y) for i, (x, y) in before.items()}
    assert len(ways) == 2
    assert sum(after[i] == place for i, place in before.items()) == 25


def test_frames_have_room_for_their_titles() -> None:
    design = network({"b.input": "a", "c.input": "a", "d.input": "a"})
    plain = arranged(design, of_size(design))
    framed = arranged(marks.frame(design, ["b"]), of_size(design))
    assert plain["c"][1] - plain["b"][1] == 96 + 32
    assert framed["c"][1] - framed["b"][1] >= 96 + 32 + 20 + 30
    assert framed["d"][1] - framed["c"][1] == 96 + 32


def test_a_thousand_nodes_keep_one_straight_line() -> None:
    design, main = residual(160, 5)
    assert len(design.nodes) == 961
    places = arranged(design, of_size(design))
    assert len({places[node][1] for node in main}) == 1
