"""File > Export to ONNX: the real process writes the file, and the window says how it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QMenu,
    QProgressDialog,
    QPushButton,
    QToolTip,
)
from pytestqt.qtbot import QtBot

from core.blocks.catalog import blocks
from core.design import edits
from designer.inexpressible_dialog import InexpressibleDialog
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import node
from tests.designs import iris_mlp, saved
from tests.odd_block import Odd, with_odd

Answer = Callable[..., list[str]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Gives this name, and the filter at an index, when a file is asked for."""

    def with_name(name: Path, chosen: int = 0) -> list[str]:
        proposed: list[str] = []

        def ask(parent: object, title: str, start: str, filters: str) -> tuple[str, str]:
            proposed.append(start)
            return str(name), filters.split(";;")[chosen]

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return proposed

    return with_name


def choose(qtbot: QtBot, window: MainWindow) -> None:
    """Choose the entry of the File menu with the keyboard."""
    menu = file_menu(window)
    menu.setActiveAction(window.actions_by_name["onnx"])
    qtbot.keyClick(menu, Qt.Key.Key_Return)


def file_menu(window: MainWindow) -> QMenu:
    menu = window.menuBar().actions()[0].menu()
    menu.popup(window.mapToGlobal(QPoint(0, 30)))
    return menu


def busy(window: MainWindow) -> QProgressDialog:
    (found,) = [d for d in window.findChildren(QProgressDialog) if d.isVisible()]
    return found


def said(window: MainWindow) -> str:
    """What the banner says."""
    return " ".join(label.text() for label in window.banner.findChildren(QLabel))


def model_of(path: Path) -> onnx.ModelProto:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    return model


def test_untrained_weights_are_exported_and_called_so(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, answer: Answer
) -> None:
    proposed = answer(tmp_path / "network", 1)
    cnn.session.act("Rename", lambda d: edits.rename(d, node(cnn, "image"), "picture"))
    choose(qtbot, cnn)
    assert busy(cnn).labelText() == "Writing network.onnx …"
    qtbot.waitUntil(cnn.banner.isVisible, timeout=PATIENCE)
    assert Path(proposed[0]).name == "digits_cnn.onnx"
    (graph_input,) = model_of(tmp_path / "network.onnx").graph.input
    assert graph_input.name == "picture", "what is exported is the design as it stands"
    assert graph_input.type.tensor_type.shape.dim[1].dim_value == 1, "channels come first"
    assert "network.onnx with untrained weights" in said(cnn)
    assert not [d for d in cnn.findChildren(QProgressDialog) if d.isVisible()]


def test_the_last_run_gives_the_weights(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, answer: Answer
) -> None:
    assert window.files.read(saved(iris_mlp(), tmp_path))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        window.acts.train()
    answer(tmp_path / "iris.onnx")
    choose(qtbot, window)
    qtbot.waitUntil(
        lambda: window.statusBar().currentMessage().startswith("Exported iris.onnx"),
        timeout=PATIENCE,
    )
    run = window.trainer.run
    assert run is not None
    assert run.id in window.statusBar().currentMessage()
    assert run.id in model_of(tmp_path / "iris.onnx").doc_string


def test_weights_that_no_longer_fit_are_told_and_may_be_left_out(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, answer: Answer
) -> None:
    assert window.files.read(saved(iris_mlp(), tmp_path))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        window.acts.train()
    dense = node(window, "dense")
    window.session.act("Widen", lambda d: edits.set_params(d, dense, units=5))
    answer(tmp_path / "iris.onnx")
    choose(qtbot, window)
    qtbot.waitUntil(window.banner.isVisible, timeout=PATIENCE)
    assert not (tmp_path / "iris.onnx").exists()
    (button,) = [b for b in window.banner.findChildren(QPushButton) if "untrained" in b.text()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil((tmp_path / "iris.onnx").exists, timeout=PATIENCE)
    assert "Untrained" in model_of(tmp_path / "iris.onnx").doc_string


def test_an_export_can_be_cancelled(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, answer: Answer
) -> None:
    answer(tmp_path / "network.onnx")
    choose(qtbot, cnn)
    qtbot.mouseClick(busy(cnn).findChild(QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: cnn.statusBar().currentMessage() == "Export cancelled", timeout=PATIENCE
    )
    assert not (tmp_path / "network.onnx").exists()
    assert not [d for d in cnn.findChildren(QProgressDialog) if d.isVisible()]


def test_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, answer: Answer
) -> None:
    answer(tmp_path / "missing" / "network.onnx")
    choose(qtbot, cnn)
    qtbot.waitUntil(cnn.banner.isVisible, timeout=PATIENCE)
    assert "could not be written" in said(cnn)


def test_a_design_with_errors_says_why_it_cannot_be_exported(qtbot: QtBot, cnn: MainWindow) -> None:
    action = cnn.actions_by_name["onnx"]
    assert action.isEnabled()
    cnn.session.act("Break", lambda d: edits.set_params(d, node(cnn, "conv_1"), groups=7))
    assert not action.isEnabled()
    menu = file_menu(cnn)
    place = menu.actionGeometry(action).center()
    QApplication.sendEvent(menu, QHelpEvent(QEvent.Type.ToolTip, place, menu.mapToGlobal(place)))
    assert QToolTip.text().startswith("Correct this first: conv_1: ")
    QToolTip.hideText()
    menu.close()


def test_clicking_a_node_that_cannot_be_exported_selects_it(
    qtbot: QtBot, cnn: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(blocks(), "Odd", Odd)
    cnn.session.act("Replace", lambda d: with_odd(d, "relu_1", "relu_3"))
    choose(qtbot, cnn)
    (dialog,) = [d for d in cnn.findChildren(InexpressibleDialog) if d.isVisible()]
    assert dialog.windowTitle() == "2 nodes cannot be exported to ONNX"
    qtbot.mouseClick(dialog.list.row(1), Qt.MouseButton.LeftButton)
    assert cnn.canvas.selected_nodes() == [node(cnn, "relu_3")]
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
