"""Writing a group out where it is used changes nothing of what is computed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.design import edits, marks
from core.design.analysis import analyse
from core.design.document import Design, End
from core.design.expanding import MOST_BLOCKS, expand
from core.design.exposing import expose, with_group
from core.design.levels import at_level
from core.errors import InputError
from tests.designs import chain
from tests.grouped import (
    by_name,
    give_weights,
    group,
    grouped,
    layered,
    mlp_with_block,
    network_of,
    sound_designs,
    transformer,
    use_again,
)


@settings(max_examples=150)
@given(st.data())
def test_what_was_made_a_group_comes_back(data: st.DataObject) -> None:
    design = data.draw(sound_designs())
    names = data.draw(st.lists(st.sampled_from(list(design.nodes)), min_size=1, unique=True))
    try:
        after = grouped(design, *names)
    except InputError:
        return
    back = expand(after, "block")
    assert by_name(back) == by_name(design)
    (frame,) = back.frames.values()
    assert {back.nodes[i].name for i in frame.nodes} == set(names)
    moves = {back.nodes[i].name: back.position(i) for i in frame.nodes}
    first = names[0]
    for name in names:
        for axis in (0, 1):
            apart = design.position(name)[axis] - design.position(first)[axis]
            assert moves[name][axis] - moves[first][axis] == pytest.approx(apart)


def test_repeats_are_written_out_one_behind_the_other() -> None:
    design = transformer(8, 2, 16, 3)
    after = expand(design, "block")
    one, two = analyse(design), analyse(after)
    assert (one.parameters, one.flops) == (two.parameters, two.flops)
    assert not two.errors
    assert len(after.nodes) == len(design.nodes) - 1 + 3 * 8
    networks = network_of(design), network_of(after, seed=2)
    names = [[n.plan.names[s.node] for s in layered(n.plan)] for n in networks]
    order = dict(zip(names[1], names[0], strict=True))
    give_weights(*networks, name=lambda n: order.get(n, n))
    x = np.random.default_rng(0).random((2, 8, 8, 1), np.float32)
    np.testing.assert_array_equal(networks[0](x), networks[1](x))


def test_what_the_use_sets_is_written_into_the_nodes() -> None:
    design = mlp_with_block()
    design = expose(design, group(design).id, "function", [("activation", "function")])
    design = edits.set_params(design, "block", function="relu")
    after = expand(design, "block")
    (activation,) = [n for n in after.nodes.values() if n.block == "Activation"]
    assert activation.params["function"] == "relu"
    assert group(after).nodes["activation"].params["function"] == "tanh"


def test_notes_come_along_and_what_stands_right_makes_room() -> None:
    design = mlp_with_block()
    noted = at_level(("block",), lambda d: marks.add_note(d, "why", (5.0, 6.0, 80.0, 40.0)))(design)
    after = expand(noted, "block")
    (note,) = after.notes.values()
    assert (note.text, note.rect[2:]) == ("why", (80.0, 40.0))
    right = [i for i in design.nodes if design.position(i)[0] > design.position("block")[0]]
    assert right
    shifts = {after.position(i)[0] - design.position(i)[0] for i in right}
    assert len(shifts) == 1
    assert shifts.pop() > 0


def test_sharing_inside_stays_sharing() -> None:
    design = use_again(mlp_with_block(), "twin", weights_of="block")
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    design = edits.connect(design, End("twin", "output"), End("dense_3", "input"))
    outer = grouped(design, "block", "twin", title="both")
    after = expand(outer, "both")
    assert analyse(after).parameters == analyse(outer).parameters
    assert not analyse(after).errors
    owners = [n.params["weights_of"] for n in after.nodes.values() if n.params.get("weights_of")]
    assert len(owners) == 1
    assert after.nodes[owners[0]].name == "block"


def refused(design: Design, match: str, node: str = "block") -> None:
    with pytest.raises(InputError, match=match):
        expand(design, node)


def test_what_single_blocks_cannot_do_is_refused() -> None:
    design = mlp_with_block()
    refused(design, "is no group", "dense_3")
    refused(edits.set_params(design, "block", repeat=2, shared_repeats=True), "shares weights")
    refused(use_again(design, "twin", weights_of="block"), "shares weights")
    refused(use_again(design, "twin", weights_of="block"), "shares weights", "twin")
    refused(edits.mute(design, ["block"]), "is muted")
    refused(edits.set_params(design, "block", repeat=MOST_BLOCKS // 6 + 1), "written out")
    alone = edits.set_params(design, "block", shared_repeats=True)
    assert "block" not in expand(alone, "block").nodes


def test_a_use_that_feeds_itself_leaves_no_wire_to_nowhere() -> None:
    design = chain(mlp_with_block(), "input", "dense_3")
    looped = edits.connect(design, End("block", "output"), End("block", "input"))
    after = expand(looped, "block")
    assert all(s.node in after.nodes and t.node in after.nodes for t, s in after.wires.items())


def test_what_a_level_exposes_of_a_use_it_exposes_of_its_nodes() -> None:
    design = mlp_with_block()
    design = expose(design, group(design).id, "units", [("dense", "units")])
    outer = grouped(design, "block", title="outer")
    outer = expose(outer, group(outer, "outer").id, "width", [("block", "units")])
    outer = edits.set_params(outer, "outer", width=7)
    after = at_level(("outer",), lambda d: expand(d, "block"))(outer)
    assert analyse(after).parameters == analyse(outer).parameters
    assert "outer" in after.nodes
    assert after.nodes["outer"].params["width"] == 7


def test_a_level_that_exposes_how_often_a_use_is_repeated_keeps_the_use() -> None:
    outer = grouped(mlp_with_block(), "block", title="outer")
    outer = expose(outer, group(outer, "outer").id, "depth", [("block", "repeat")])
    with pytest.raises(InputError, match="exposes its 'repeat'"):
        at_level(("outer",), lambda d: expand(d, "block"))(outer)


def test_a_port_that_passes_an_input_on_is_looked_through() -> None:
    design = mlp_with_block()
    old = group(design)
    through = replace(old, wires={End("output", "input"): End("input", "output")})
    after = expand(with_group(design, through), "block")
    assert after.wires[End("dense_3", "input")] == End("input", "output")
    empty = with_group(design, replace(old, wires={}))
    assert End("dense_3", "input") not in expand(empty, "block").wires
