"""What the canvas is told of nodes: icons, shares, and that few of them change with an edit."""

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from designer.graph import GraphMaker, share_text, shown_share
from tests.benchmarks.shapes import large_design
from tests.designer.workbench import Workbench
from tests.designs import add, iris_mlp
from widgets.canvas import Graph
from widgets.canvas.hits import hit_at
from widgets.canvas.hover import tooltip_for


def made(design: Design) -> Graph:
    found = analyse(design)
    return GraphMaker().graph(found, found.parameters)


def test_nodes_show_their_familys_icon_and_share() -> None:
    views = made(iris_mlp()).nodes
    assert views["dense"].icon == "family-dense"
    assert views["loss"].icon == "family-loss"
    # 4 x 8 + 8 = 40 and 8 x 3 + 3 = 27 parameters.
    assert views["dense"].share == round(128 * 40 / 67) / 128
    assert views["dense_2"].share == round(128 * 27 / 67) / 128
    assert views["activation"].share is None


def test_an_unknown_block_has_a_question_mark() -> None:
    design = iris_mlp()
    node = design.nodes["dense"]
    design = edits.add_node(design, type(node)("x", "x", "FromTheFuture", {}), (0.0, 0.0))
    assert made(design).nodes["x"].icon == "help"


@pytest.mark.parametrize(
    ("parameters", "total", "share", "text"),
    [
        (0, 10, None, ""),
        (1, 10**9, 1 / 128, "1 parameter, under 0.1 % of the model"),
        (61_706, 143_502, 55 / 128, "61,706 parameters, 43 % of the model"),
        (26, 1000, 3 / 128, "26 parameters, 2.6 % of the model"),
        (10, 10, 1.0, "10 parameters, 100 % of the model"),
    ],
)
def test_shares_have_steps_and_words(
    parameters: int, total: int, share: float | None, text: str
) -> None:
    assert shown_share(parameters, total) == share
    assert share_text(parameters, total) == text


def test_one_edit_leaves_most_nodes_as_they_are() -> None:
    design, maker = large_design(), GraphMaker()
    found = analyse(design)
    before = maker.graph(found, found.parameters)
    last = list(design.nodes)[-2]
    edited = analyse(edits.set_params(design, last, units=11), None, found)
    after = maker.graph(edited, edited.parameters)
    changed = [i for i, view in after.nodes.items() if view is not before.nodes[i]]
    assert last in changed
    assert len(changed) < 5


def test_the_tooltip_tells_the_share(qtbot: QtBot) -> None:
    bench = Workbench(qtbot, add(iris_mlp(), "Flatten", "spare"))
    bench.begin(qtbot)
    canvas = bench.canvas

    def text(node: str) -> str:
        at: QPointF = canvas.node_rect(node).center()
        hit = hit_at(canvas.graph_scene, at, canvas.zoom)
        return tooltip_for(hit, canvas.graph_scene, canvas.node_tooltip)

    assert "40 parameters, 60 % of the model" in text("dense")
    assert text("activation") == ""
