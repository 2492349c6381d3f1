"""The panel with the design's code follows edits and the selection, and leads back to nodes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from safetensors.numpy import load_file

from core.design import edits
from core.project.gallery import examples
from designer.code_panel import CodePanel
from designer.main_window import MainWindow
from tests.designer.driving import click_node, node
from tests.designs import iris_mlp, saved
from widgets.theme import dark, light

PATIENCE = 60_000


@pytest.fixture
def code(qtbot: QtBot, window: MainWindow) -> CodePanel:
    """The panel of a window on the residual network, brought to the front by its key."""
    assert window.files.read(examples()["digits_resnet"])
    window.canvas.fit_all()
    qtbot.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    written(qtbot, window.code)
    return window.code


def written(qtbot: QtBot, code: CodePanel) -> None:
    qtbot.waitUntil(lambda: code.is_current, timeout=PATIENCE)


def line_of(code: CodePanel, text: str) -> int:
    return next(n for n, line in enumerate(code.view.toPlainText().splitlines()) if text in line)


def place_of_line(code: CodePanel, line: int) -> QPoint:
    cursor = QTextCursor(code.view.document().findBlockByNumber(line))
    code.view.setTextCursor(cursor)
    code.view.ensureCursorVisible()
    return code.view.cursorRect(cursor).center() + QPoint(4, 0)


def click_line(qtbot: QtBot, code: CodePanel, text: str) -> None:
    place = place_of_line(code, line_of(code, text))
    qtbot.mouseClick(code.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def marked_lines(code: CodePanel) -> str:
    lines = code.view.toPlainText().splitlines()
    return "\n".join(line for a, b in code.view.marked for line in lines[a:b])


def test_the_code_is_that_of_the_design_and_follows_edits(
    qtbot: QtBot, window: MainWindow, code: CodePanel
) -> None:
    assert code.view.hasFocus()
    assert code.source is not None
    assert code.view.toPlainText() + "\n" == code.source.text
    assert "class ResidualBlock(nnx.Module):" in code.source.text
    stem = node(window, "stem")
    window.session.act("Filters", lambda d: edits.set_params(d, stem, kernel_size=(5, 5)))
    written(qtbot, code)
    assert code.view.toPlainText() + "\n" == code.source.text
    assert code.view.toPlainText().count("kernel_size=(5, 5)") == 1
    window.session.undo()
    written(qtbot, code)
    assert "kernel_size=(5, 5)" not in code.view.toPlainText()


def test_a_fault_fades_the_code_until_it_is_mended(
    qtbot: QtBot, window: MainWindow, code: CodePanel
) -> None:
    before = code.view.toPlainText()
    logits = node(window, "logits")
    window.session.act("Units", lambda d: edits.set_params(d, logits, units=0))
    written(qtbot, code)
    assert code.fault.isVisible()
    assert "logits: Units must be at least 1" in code.fault.text()
    assert code.view.toPlainText() == before
    assert not code.copy.isEnabled()
    assert not code.save.isEnabled()
    assert colors(code, "import jax") == {dark().text_muted}
    window.session.undo()
    written(qtbot, code)
    assert code.fault.isHidden()
    assert colors(code, "import jax") > {dark().curve_colors[4]}
    assert code.copy.isEnabled()


def colors(code: CodePanel, text: str) -> set[str]:
    block = code.view.document().findBlockByNumber(line_of(code, text))
    found = {f.format.foreground().color().name() for f in block.layout().formats()}
    length = sum(f.length for f in block.layout().formats())
    return found | ({"plain"} if length < block.length() - 1 else set())


def test_the_lines_of_the_selected_nodes_are_marked_and_seen(
    qtbot: QtBot, window: MainWindow, code: CodePanel
) -> None:
    click_node(window, node(window, "logits"))
    assert "self.logits = nnx.Linear(64, 10" in marked_lines(code)
    assert "return self.logits(x)" in marked_lines(code)
    first = code.view.firstVisibleBlock().blockNumber()
    assert first > 50
    click_node(window, node(window, "stage_1"))
    assert "class ResidualBlock" in marked_lines(code)
    assert "for block in self.stage_1:" in marked_lines(code)
    window.session.enter(node(window, "stage_1"))
    click_node(window, node(window, "conv_2"))
    assert "x = self.conv_2(x)" in marked_lines(code)
    assert "self.conv_1" not in marked_lines(code)
    window.canvas.select([])
    assert code.view.marked == ()


def test_a_click_on_a_line_selects_its_node(
    qtbot: QtBot, window: MainWindow, code: CodePanel
) -> None:
    click_line(qtbot, code, "self.down_2 = Downsampling(")
    assert window.canvas.selected_nodes() == [node(window, "down_2")]
    assert "self.down_2" in marked_lines(code)
    click_line(qtbot, code, "x = self.norm_2(x)")
    assert len(window.session.path) == 1
    assert window.session.design.name == "Digits with a residual network"
    assert window.canvas.selected_nodes() == [node(window, "norm_2")]
    click_line(qtbot, code, '"""Digits with')
    assert window.canvas.selected_nodes() == [node(window, "norm_2")]


def test_enter_selects_the_node_of_the_cursors_line(
    qtbot: QtBot, window: MainWindow, code: CodePanel
) -> None:
    place_of_line(code, line_of(code, "return self.logits(x)"))
    code.view.setFocus()
    qtbot.keyClick(code.view, Qt.Key.Key_Return)
    assert window.canvas.selected_nodes() == [node(window, "logits")]


def test_nothing_is_written_while_nobody_can_see_it(
    qtbot: QtBot, window: MainWindow, code: CodePanel
) -> None:
    window.docks.show("training")
    qtbot.waitUntil(lambda: code.visibleRegion().isEmpty())
    before = code.view.toPlainText()
    window.session.act("Name", lambda d: edits.set_name(d, name="Other"))
    assert not code.is_current
    assert code.view.toPlainText() == before
    window.docks.show("code")
    written(qtbot, code)
    assert "class Other(nnx.Module):" in code.view.toPlainText()


def test_all_code_is_copied(qtbot: QtBot, code: CodePanel) -> None:
    qtbot.mouseClick(code.copy, Qt.MouseButton.LeftButton)
    assert code.source is not None
    assert QGuiApplication.clipboard().text() == code.source.text


def test_the_code_is_saved(
    qtbot: QtBot, code: CodePanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [("", ""), (str(tmp_path / "model"), ""), (str(tmp_path / "no" / "model.py"), "")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answers.pop(0))
    window = code.window()
    assert isinstance(window, MainWindow)
    qtbot.mouseClick(code.save, Qt.MouseButton.LeftButton)
    assert not list(tmp_path.glob("model*"))
    qtbot.mouseClick(code.save, Qt.MouseButton.LeftButton)
    assert code.source is not None
    assert (tmp_path / "model.py").read_text("utf-8") == code.source.text
    assert "model.py" in window.statusBar().currentMessage()
    window.actions_by_name["export_code"].trigger()
    assert "cannot be written" in window.banner.message()


def test_weights_are_exported_after_training(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.files.read(saved(iris_mlp(), tmp_path))
    export = window.actions_by_name["export_weights"]
    assert not export.isEnabled()
    recipe = {**window.session.whole.recipe, "epochs": 1}
    window.session.act("Recipe", lambda d: edits.set_recipe(d, recipe))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        window.actions_by_name["train"].trigger()
    qtbot.waitUntil(export.isEnabled, timeout=PATIENCE)
    out = tmp_path / "weights.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    export.trigger()
    assert any(name.endswith(".kernel") for name in load_file(out))


def test_code_is_readable_in_both_themes(qtbot: QtBot, window: MainWindow, code: CodePanel) -> None:
    for theme in (dark(), light()):
        code.set_theme(theme)
        assert colors(code, "class ResidualBlock") >= {theme.curve_colors[4], theme.accent}
        assert QColor(theme.success).name() in colors(code, 'open(path, "rb")')
