"""The dock of activations in the window: what is inside of a node of a trained network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design
from core.project.file import save
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import click_node, press_action
from tests.designs import add, digits_cnn, fit_to_data, recipe, wire

MOBY = {"source": {"kind": "moby_dick", "length": 16}, "split": {}}


def text_design() -> Design:
    """An attention layer and an LSTM that predict the next character."""
    design = Design(data=MOBY, recipe=recipe(epochs=1, batch_size=256))
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    design = add(design, "Embedding", "embedding", vocabulary=45, features=8)
    design = add(design, "MultiHeadAttention", "attention", heads=2, features=8, causal=True)
    design = add(design, "LSTM", "lstm", units=6, output="all steps")
    design = add(add(design, "Dense", "dense", units=45), "CrossEntropy", "loss")
    design = wire(design, "input -> embedding", "embedding -> attention.query")
    design = wire(design, "attention -> lstm", "lstm -> dense")
    design = wire(design, "dense -> loss.logits", "target -> loss.target")
    return fit_to_data(design, input="tokens", target="next")


def train(qtbot: QtBot, window: MainWindow, design: Design, folder: Path) -> None:
    path = folder / "project.loom"
    save(design, path)
    assert window.files.read(path)
    window.canvas.fit_all()
    window.docks.show("activations")
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")


def choose(qtbot: QtBot, window: MainWindow, node: str, title: str) -> None:
    """Select a node and click a choice of the dock as soon as it is offered."""
    view = window.watching.views.inside
    click_node(window, node)

    def offered() -> list[str]:
        return [view.pages.tabText(i) for i in range(view.pages.count())]

    qtbot.waitUntil(lambda: view.value.title() == node and title in offered(), timeout=PATIENCE)
    at = view.pages.tabRect(offered().index(title)).center()
    qtbot.mouseClick(view.pages, Qt.MouseButton.LeftButton, pos=at)


def test_a_convolution_is_looked_into(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window, edits.set_recipe(digits_cnn(), recipe(epochs=1)), tmp_path)
    view = window.watching.views.inside
    choose(qtbot, window, "conv", "Filters")
    assert view.cards[0].title.text() == "Kernel, 3 × 3 × 1 × 4"
    choose(qtbot, window, "conv", "Output")
    qtbot.mouseMove(view.value.maps, QPoint(1, 1))
    centre = view.value.maps.cell_rect((3, 7, 0)).center().toPoint()
    qtbot.mouseMove(view.value.maps, centre)
    assert view.pane.box == ((6, 8), (0, 2))

    # The worst predicted sample is none that was predicted right.
    qtbot.waitUntil(lambda: len(view.chooser.menu.actions()) > 4, timeout=PATIENCE)
    offered = {a.text(): a for a in view.chooser.menu.actions()}
    offered["Worst predicted first"].trigger()
    saliency = window.watching.views.saliency_view
    chosen = "Which samples: Worst predicted first"
    qtbot.waitUntil(lambda: view.chooser.which.accessibleName() == chosen, timeout=PATIENCE)
    worst = view.chooser.index
    qtbot.waitUntil(lambda: f"sample {worst + 1}," in view.value.caption(), timeout=PATIENCE)
    assert saliency.texts()[2] == "wrong"

    # A picture of one's own.
    picture = tmp_path / "mine.png"
    Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save(picture)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(picture), ""))
    offered["File of your own …"].trigger()
    qtbot.waitUntil(lambda: "own sample" in view.value.caption(), timeout=PATIENCE)
    assert view.chooser.own_name.text() == "mine.png"
    shown = view.pane.image()
    assert (shown.pixelColor(3, 3).red(), shown.pixelColor(3, 4).red()) == (255, 0)
    qtbot.mouseClick(view.chooser.leave, Qt.MouseButton.LeftButton)
    assert not view.chooser.shows_own
    assert f"sample {worst + 1}," in view.value.caption()
    (tmp_path / "mine.png").write_text("no picture")
    told: list[str] = []
    window.trainer.trouble.connect(lambda message, *_: told.append(message))
    offered["File of your own …"].trigger()
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert "mine.png is not a readable image" in told[0]
    assert not view.chooser.shows_own


def test_attention_and_gates_are_looked_into(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window, text_design(), tmp_path)
    view = window.watching.views.inside
    choose(qtbot, window, "attention", "Heads")
    qtbot.mouseMove(view.heads.grid, QPoint(1, 1))
    qtbot.mouseMove(view.heads.grid, view.heads.grid.cell_rect((1, 0, 0)).center().toPoint())
    assert view.readout.text().endswith("(0), weight 1.000")
    choose(qtbot, window, "lstm", "Gates")
    names = [card.title.text().partition(",")[0] for card in view.cards]
    assert names == ["Input gate", "Forget gate", "Output gate", "Candidate"]

    text = "call me ishmael."
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (text, True))
    view.chooser.text.trigger()
    qtbot.waitUntil(lambda: "own sample" in view.value.caption(), timeout=PATIENCE)
    assert "".join(view.facets()[0].rows) == text
