"""The whole way as a user goes it: build, train, watch, save, reopen."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QToolBar
from pytestqt.qtbot import QtBot

from core.design.document import End as DesignEnd
from core.project.file import load
from core.train.events import View
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import choose_data, click_node, press_action, type_number
from tests.widgets.drag import drag_to_canvas, drag_wire
from widgets.canvas import End

# The nodes of a small CNN: block, place in the viewport, and what feeds each input.
PLACES = {
    "Input": (20, 20),
    "Conv": (160, 20),
    "Activation": (300, 20),
    "MaxPool": (440, 20),
    "Flatten": (20, 220),
    "Dense": (160, 220),
    "Target": (160, 370),
    "CrossEntropy": (340, 260),
}
WIRES = (
    ("Input", "Conv", "input"),
    ("Conv", "Activation", "input"),
    ("Activation", "MaxPool", "input"),
    ("MaxPool", "Flatten", "input"),
    ("Flatten", "Dense", "input"),
    ("Dense", "CrossEntropy", "logits"),
    ("Target", "CrossEntropy", "target"),
)


def build_cnn(qtbot: QtBot, window: MainWindow) -> dict[str, str]:
    """Build the CNN with mouse and keys; returns node ids by block."""
    canvas = window.canvas
    canvas.set_zoom(0.7)
    ids = {}
    for kind, (x, y) in PLACES.items():
        before = set(window.session.design.nodes)
        drag_to_canvas(qtbot, window.palette_panel, kind, canvas, QPoint(x + 60, y + 40))
        (ids[kind],) = set(window.session.design.nodes) - before
    for source, target, port in WIRES:
        output = window.session.design.nodes[ids[source]].instance[0].outputs[0]
        drag_wire(qtbot, canvas, End(ids[source], output), End(ids[target], port))
        assert DesignEnd(ids[target], port) in window.session.design.wires, (source, target)
    click_node(window, ids["Dense"])
    type_number(qtbot, window.inspector.form, "units", 10)
    return ids


def test_a_cnn_is_built_trained_watched_saved_and_reopened(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_data(qtbot, window, "digits")
    ids = build_cnn(qtbot, window)
    assert window.session.analysis.problems == ()
    # 3 x 3 x 1 x 32 + 32 of the convolution, 4 x 4 x 32 x 10 + 10 of the dense layer
    assert window.session.analysis.parameters == 320 + 5130
    assert "[B, 8, 8, 32]" in window.canvas.graph.nodes[ids["Conv"]].detail

    window.docks.show("recipe")
    type_number(qtbot, window.recipe.form, "epochs", 2)
    click_node(window, ids["Conv"])
    looks: list[View] = []
    window.trainer.heard.connect(lambda e: looks.append(e) if isinstance(e, View) else None)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    qtbot.waitUntil(lambda: bool(looks), timeout=PATIENCE)

    views = window.watching.views
    assert window.banner.message() == ""
    assert len(views.training.loss_plot.points("train")[0]) >= 1
    epochs, losses = views.training.loss_plot.points("validation")
    assert list(epochs) == [1.0, 2.0]
    assert losses[1] < losses[0] < np.log(10)
    assert views.value.title() == "conv"
    assert len(views.value.maps.tile_rects()) > 1
    assert np.unique(looks[-1].activation).size > 100
    assert looks[-1].saliency.shape == (8, 8)
    true, predicted, _ = views.saliency_view.texts()
    assert true.isdigit()
    assert predicted[0].isdigit()

    path = tmp_path / "mine.loom"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.actions_by_name["save"].trigger()
    design = window.session.design
    assert load(path) == design
    assert not window.isWindowModified()
    window.actions_by_name["new"].trigger()
    assert not window.session.design.nodes
    assert window.files.read(path)
    assert window.session.design == design
    # The run moved beside the project: its curves are back, and its weights can be looked at.
    plot = views.training.loss_plot
    qtbot.waitUntil(lambda: "validation" in plot.names(), timeout=PATIENCE)
    assert list(plot.points("validation")[1]) == pytest.approx(list(losses))
    looks.clear()
    qtbot.waitUntil(lambda: bool(looks), timeout=PATIENCE)
    assert looks[-1].step > 0


def test_everything_can_be_undone_and_done_again(qtbot: QtBot, window: MainWindow) -> None:
    choose_data(qtbot, window, "digits")
    build_cnn(qtbot, window)
    built = window.session.design
    while window.session.undo_label:
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.session.design.nodes
    assert window.session.design.data is None
    while window.session.redo_label:
        press_action(qtbot, window, "redo")
    assert window.session.design == built
    bars = window.findChildren(QToolBar)
    assert not window.actions_by_name["redo"].isEnabled()
    assert bars
