"""A block with several outputs, by hand: wired, trained, looked at, muted and put into a group."""

import os
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.design.document import End as DesignEnd
from core.design.edits import set_params
from core.train.events import View
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import choose_data, click_node, press_action, type_number
from tests.widgets.drag import drag_to_canvas, drag_wire
from widgets.canvas import End

# What is dropped: its name here, the block, and its place in the viewport.
PLACES = (
    ("image", "ImageInput", (20, 40)),
    ("flat", "Flatten", (150, 40)),
    ("split", "Split", (280, 40)),
    ("upper", "Dense", (400, 20)),
    ("lower", "Dense", (400, 150)),
    ("sum", "Add", (20, 280)),
    ("truth", "Target", (20, 400)),
    ("loss", "CrossEntropy", (220, 320)),
)
WIRES = (
    ("image", "output", "flat", "input"),
    ("flat", "output", "split", "input"),
    ("split", "output_1", "upper", "input"),
    ("split", "output_2", "lower", "input"),
    ("upper", "output", "sum", "input_1"),
    ("lower", "output", "sum", "input_2"),
    ("sum", "output", "loss", "logits"),
    ("truth", "output", "loss", "target"),
)


def photograph(window: MainWindow, name: str) -> None:
    """Keep a picture where ``LAYERLOOM_PICTURES`` names a folder, for people to look at."""
    QApplication.processEvents()
    if folder := os.environ.get("LAYERLOOM_PICTURES"):
        window.grab().save(str(Path(folder) / f"{name}.png"))


def build(qtbot: QtBot, window: MainWindow) -> dict[str, str]:
    """Two halves of an image, each through a layer of its own; node ids by name."""
    choose_data(qtbot, window, "digits")
    window.canvas.set_zoom(0.62)
    ids = {}
    for name, kind, (x, y) in PLACES:
        before = set(window.session.design.nodes)
        drag_to_canvas(qtbot, window.palette_panel, kind, window.canvas, QPoint(x + 50, y + 30))
        (ids[name],) = set(window.session.design.nodes) - before
    for source, output, target, port in WIRES:
        drag_wire(qtbot, window.canvas, End(ids[source], output), End(ids[target], port))
        wired = window.session.design.wires[DesignEnd(ids[target], port)]
        assert wired == DesignEnd(ids[source], output)
    for name in ("upper", "lower"):
        click_node(window, ids[name])
        type_number(qtbot, window.inspector.form, "units", 10)
    return ids


def train(qtbot: QtBot, window: MainWindow) -> None:
    """Two epochs."""
    window.docks.show("recipe")
    type_number(qtbot, window.recipe.form, "epochs", 2)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    assert window.banner.message() == ""


def test_both_outputs_are_wired_trained_and_looked_at(qtbot: QtBot, window: MainWindow) -> None:
    ids = build(qtbot, window)
    assert window.session.design.nodes[ids["image"]].params["column"] == "image"
    assert window.session.analysis.problems == ()
    ports = window.canvas.graph.nodes[ids["split"]].outputs
    assert [(p.label, p.tooltip) for p in ports] == [
        ("Output 1", "[B, 32]"),
        ("Output 2", "[B, 32]"),
    ]
    # Each half of the 64 pixels has 32 x 10 + 10 weights.
    assert window.session.analysis.parameters == 2 * 330
    click_node(window, ids["split"])
    looks: list[View] = []
    window.trainer.heard.connect(lambda e: looks.append(e) if isinstance(e, View) else None)
    train(qtbot, window)
    qtbot.waitUntil(lambda: bool(looks), timeout=PATIENCE)
    _, losses = window.watching.views.training.loss_plot.points("validation")
    assert losses[1] < losses[0] < np.log(10)
    assert window.watching.views.value.title() == "split"
    assert looks[-1].activation.size == 32
    photograph(window, "split_trained")


def test_more_pieces_add_outputs_and_fewer_leave_a_problem(
    qtbot: QtBot, window: MainWindow
) -> None:
    ids = build(qtbot, window)
    click_node(window, ids["split"])
    type_number(qtbot, window.inspector.form, "count", 4)
    assert len(window.canvas.graph.nodes[ids["split"]].outputs) == 4
    assert window.session.analysis.problems == ()
    drag_wire(qtbot, window.canvas, End(ids["split"], "output_4"), End(ids["lower"], "input"))
    photograph(window, "split_four")
    window.session.act("Sizes", lambda d: set_params(d, ids["split"], sizes=(40, 16, -1)))
    assert "[B, 40] · [B, 16] …" in window.canvas.graph.nodes[ids["split"]].detail
    photograph(window, "split_sizes")
    window.session.undo()
    type_number(qtbot, window.inspector.form, "count", 2)
    (problem,) = window.session.analysis.errors
    assert "has no output 'output_4'" in problem.message
    assert problem.fix is not None


def test_muted_it_gives_all_readers_what_it_is_given(qtbot: QtBot, window: MainWindow) -> None:
    ids = build(qtbot, window)
    click_node(window, ids["split"])
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert window.canvas.graph.nodes[ids["split"]].muted
    assert window.session.analysis.errors == ()
    assert window.session.analysis.parameters == 2 * 650
    ports = window.canvas.graph.nodes[ids["split"]].outputs
    assert [p.tooltip for p in ports] == ["[B, 64]", "[B, 64]"]
    photograph(window, "split_muted")
    train(qtbot, window)


def test_in_a_group_it_gives_the_group_several_outputs(qtbot: QtBot, window: MainWindow) -> None:
    ids = build(qtbot, window)
    before = window.session.analysis_of_whole.parameters
    window.canvas.select([ids["flat"], ids["split"]])
    qtbot.keyClick(window.canvas, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    (use,) = window.canvas.selected_nodes()
    outputs = window.canvas.graph.nodes[use].outputs
    assert [p.tooltip for p in outputs] == ["[B, 32]", "[B, 32]"]
    assert len({p.label for p in outputs}) == 2
    photograph(window, "split_grouped")
    train(qtbot, window)
    window.canvas.select([use])
    window.canvas.setFocus()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.canvas, Qt.Key.Key_G, keys)
    assert window.session.analysis.errors == ()
    assert window.session.analysis_of_whole.parameters == before
    wires = window.session.design.wires
    assert sum(source.port == "output_2" for source in wires.values()) == 1


def test_a_faulty_formula_is_told_in_the_form_at_once(qtbot: QtBot, window: MainWindow) -> None:
    drag_to_canvas(qtbot, window.palette_panel, "Lambda", window.canvas, QPoint(200, 150))
    field = window.inspector.form.field("expression")
    line = field.editor
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "relu(x) + foo(x)")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "at character 11: there is no function 'foo'" in field.problem
    photograph(window, "lambda_fault")
    (node,) = window.session.design.nodes.values()
    assert node.instance[0].expression == "relu(x) * 2"
    qtbot.keySequence(line, QKeySequence.StandardKey.SelectAll)
    qtbot.keyClicks(line, "relu(x) + exp(x)")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert field.problem == ""
    (node,) = window.session.design.nodes.values()
    assert node.params["expression"] == "relu(x) + exp(x)"
