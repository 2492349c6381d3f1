"""File > Export picture: what is chosen is what is written, and it is chosen again next time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from core.project.gallery import examples
from designer.main_window import MainWindow
from designer.picture_dialog import PictureDialog
from tests.pdf import Pdf
from widgets.theme import dark

Answer = Callable[[str], list[str]]


@pytest.fixture
def cnn(window: MainWindow) -> MainWindow:
    """The window on the CNN example."""
    assert window.files.read(examples()["digits_cnn"])
    return window


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Gives this name when a file is asked for; the list fills with what was proposed."""

    def with_name(name: str) -> list[str]:
        proposed: list[str] = []

        def ask(parent: object, title: str, start: str, filters: str) -> tuple[str, str]:
            proposed.append(start)
            return name, filters

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return proposed

    return with_name


def dialog_of(window: MainWindow) -> PictureDialog:
    made = PictureDialog(window.canvas.graph_scene, window.preferences, window.files.beside, window)
    made.show()
    return made


def pick(qtbot: QtBot, dialog: PictureDialog, name: str, value: str) -> None:
    """Choose an entry of a combo box with the arrow keys."""
    combo = getattr(dialog, name)
    steps = combo.findData(value) - combo.currentIndex()
    for _ in range(abs(steps)):
        qtbot.keyClick(combo, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    assert combo.currentData() == value


def press_export(qtbot: QtBot, dialog: PictureDialog) -> None:
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)


def test_what_is_chosen_is_written_and_remembered(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, answer: Answer
) -> None:
    proposed = answer(str(tmp_path / "network"))
    dialog = dialog_of(cnn)
    for name, value in (("format", "png"), ("background", "transparent"), ("scale", "3")):
        pick(qtbot, dialog, name, value)
    for _ in range(3):
        qtbot.keyClick(dialog.margin, Qt.Key.Key_Down)
    size = dialog.size_text.text()
    press_export(qtbot, dialog)
    written = tmp_path / "network.png"
    image = QImage(str(written))
    assert dialog.written == written
    assert Path(proposed[0]).name == "digits_cnn.png"
    assert size == f"{image.width():,} × {image.height():,} pixels"
    assert image.pixelColor(0, 0).alpha() == 0
    again = dialog_of(cnn)
    chosen = [getattr(again, n).currentData() for n in ("format", "background", "scale")]
    assert chosen == ["png", "transparent", "3"]
    assert again.margin.value() == 8


def test_the_menu_opens_it_and_the_window_says_what_was_written(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(str(tmp_path / "network.pdf"))

    def drive(dialog: PictureDialog) -> int:
        dialog.show()
        pick(qtbot, dialog, "format", "pdf")
        press_export(qtbot, dialog)
        return 1

    monkeypatch.setattr(PictureDialog, "exec", drive)
    qtbot.keyClick(cnn, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    pdf = Pdf(tmp_path / "network.pdf")
    assert {"conv_1", "Convolution"} <= set(pdf.texts())
    assert pdf.images() == 0
    assert cnn.statusBar().currentMessage() == "Exported network.pdf"


def test_only_the_selected_nodes(qtbot: QtBot, cnn: MainWindow) -> None:
    dialog = dialog_of(cnn)
    assert not dialog.selected_only.isEnabled()
    dialog.close()
    chosen = cnn.session.design.named("conv_1")
    assert chosen is not None
    cnn.canvas.select([chosen.id])
    dialog = dialog_of(cnn)
    whole = dialog.size_text.text()
    qtbot.keyClick(dialog.selected_only, Qt.Key.Key_Space)
    assert dialog.picture().items == [chosen.id]
    assert dialog.size_text.text() != whole


def test_white_needs_no_choice_of_colours(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.appearance.choose("dark")
    dialog = dialog_of(cnn)
    assert dialog.picture().theme == dark()
    assert dialog.colors.isEnabled()
    assert not dialog.scale.isEnabled()
    pick(qtbot, dialog, "background", "white")
    assert not dialog.colors.isEnabled()
    preview = dialog.preview.pixmap().toImage()
    assert preview.pixelColor(1, 1).name() == "#ffffff"


def test_a_place_that_cannot_be_written_keeps_the_dialog_open(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, answer: Answer
) -> None:
    answer(str(tmp_path / "missing" / "network.svg"))
    dialog = dialog_of(cnn)
    press_export(qtbot, dialog)
    assert dialog.isVisible()
    assert dialog.written is None
    assert dialog.banner.isVisible()


def test_giving_up_the_file_name_keeps_the_dialog_open(
    qtbot: QtBot, cnn: MainWindow, answer: Answer
) -> None:
    answer("")
    dialog = dialog_of(cnn)
    press_export(qtbot, dialog)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert QApplication.activeModalWidget() is None
