"""Aligning, distributing and snapping what is selected, seen on the canvas."""

from __future__ import annotations

from itertools import pairwise

import pytest
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design
from designer.arranging import Arranging
from tests.designer.workbench import Workbench
from tests.designs import iris_mlp


@pytest.fixture
def window(qtbot: QtBot) -> Workbench:
    """A window on nodes that stand in disorder."""
    design = iris_mlp()
    places = {n: (i * 190.3 + i % 2 * 40, (i * 71.7) % 160) for i, n in enumerate(design.nodes)}
    made = Workbench(qtbot, edits.move(design, places))
    made.begin(qtbot)
    return made


def test_aligned_cards_have_one_middle_in_one_step(window: Workbench) -> None:
    arranging, before = Arranging(window.session, window.canvas), window.session.design
    chosen = list(before.nodes)[:3]
    window.canvas.select(chosen)
    assert arranging.can_align
    arranging.align("middle")
    middles = [window.canvas.node_rect(i).center().y() for i in chosen]
    assert middles == pytest.approx([middles[0]] * 3)
    others = [i for i in before.nodes if i not in chosen]
    assert all(window.session.design.position(i) == before.position(i) for i in others)
    assert window.session.undo_label == "Align middle"
    assert window.canvas.selected_nodes() == chosen
    window.session.undo()
    assert window.session.design == before


def test_distributed_cards_have_equal_gaps(window: Workbench) -> None:
    arranging, canvas = Arranging(window.session, window.canvas), window.canvas
    chosen = list(window.session.design.nodes)[:4]
    canvas.select(chosen)
    ends = [canvas.node_rect(chosen[0]).left(), canvas.node_rect(chosen[-1]).right()]
    arranging.distribute("horizontally")
    rects = [canvas.node_rect(i) for i in chosen]
    gaps = [b.left() - a.right() for a, b in pairwise(rects)]
    assert gaps == pytest.approx([gaps[0]] * 3)
    assert [rects[0].left(), rects[-1].right()] == ends
    assert window.session.undo_label == "Distribute horizontally"


def test_snap_moves_what_is_selected_or_else_everything(window: Workbench) -> None:
    arranging, nodes = Arranging(window.session, window.canvas), list(window.session.design.nodes)
    before = window.session.design
    window.canvas.select(nodes[1:2])
    arranging.snap()
    after = window.session.design
    assert all(v % 8 == 0 for v in after.position(nodes[1]))
    assert after.position(nodes[2]) == before.position(nodes[2])
    window.canvas.select([])
    arranging.snap()
    places = [window.session.design.position(i) for i in nodes]
    assert all(v % 8 == 0 for place in places for v in place)
    snapped = window.session.design
    arranging.snap()
    assert window.session.design is snapped


def test_too_few_nodes_are_left_alone(window: Workbench) -> None:
    arranging, before = Arranging(window.session, window.canvas), window.session.design
    window.canvas.select(list(before.nodes)[:1])
    arranging.align("left")
    window.canvas.select(list(before.nodes)[:2])
    arranging.distribute("vertically")
    assert not arranging.can_distribute
    assert window.session.design is before


def test_all_nodes_are_laid_out_in_one_step(window: Workbench) -> None:
    arranging, before = Arranging(window.session, window.canvas), window.session.design
    window.canvas.select(list(before.nodes)[:1])
    arranging.lay_out("right")
    canvas, design = window.canvas, window.session.design
    for target, source in design.wires.items():
        assert canvas.node_rect(source.node).right() < canvas.node_rect(target.node).left()
    layers = [i for i in design.nodes if i not in ("target", "loss")]
    assert len({canvas.node_rect(i).top() for i in layers}) == 1
    assert window.session.undo_label == "Arrange left to right"
    arranging.lay_out("right")
    assert window.session.design is design
    window.session.undo()
    assert window.session.design == before


def test_only_the_selected_nodes_are_laid_out(window: Workbench) -> None:
    arranging, before = Arranging(window.session, window.canvas), window.session.design
    chosen = list(before.nodes)[2:5]
    window.canvas.select(chosen)
    arranging.lay_out("down")
    rects = [window.canvas.node_rect(i) for i in chosen]
    assert all(upper.bottom() < lower.top() for upper, lower in pairwise(rects))
    assert len({rect.center().x() for rect in rects}) == 1
    others = [i for i in before.nodes if i not in chosen]
    assert all(window.session.design.position(i) == before.position(i) for i in others)
    assert window.session.undo_label == "Arrange top to bottom"


def test_what_was_laid_out_out_of_sight_is_brought_into_view(window: Workbench) -> None:
    arranging, canvas = Arranging(window.session, window.canvas), window.canvas
    canvas.centerOn(9000, 9000)
    arranging.lay_out("right")
    seen = canvas.visible_rect()
    assert all(seen.contains(canvas.node_rect(i)) for i in window.session.design.nodes)
    canvas.centerOn(canvas.node_rect("input").center())
    before = canvas.view_state()
    arranging.lay_out("down")
    assert canvas.view_state() == before


def test_an_empty_design_is_left_alone(window: Workbench) -> None:
    window.session.open(Design(), None)
    arranging = Arranging(window.session, window.canvas)
    arranging.lay_out("right")
    assert window.session.undo_label == ""
