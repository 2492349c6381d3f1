"""Opening, saving and the question before work is lost."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design
from core.project.file import load, save, to_text
from designer.main_window import MainWindow
from tests.designs import iris_mlp

BUTTONS = QMessageBox.StandardButton


def add_a_node(window: MainWindow) -> None:
    window.editor.add("Dense", 0, 0)


def answer(monkeypatch: pytest.MonkeyPatch, button: BUTTONS) -> list[str]:
    """Answer every question with a button; returns the texts that were asked."""
    asked: list[str] = []

    def question(_parent: object, _title: str, text: str, *_: object) -> BUTTONS:
        asked.append(text)
        return button

    monkeypatch.setattr(QMessageBox, "question", question)
    return asked


def test_the_title_marks_unsaved_work(window: MainWindow) -> None:
    assert not window.isWindowModified()
    add_a_node(window)
    assert window.isWindowModified()
    window.session.undo()
    assert not window.isWindowModified()


def test_unsaved_work_is_asked_about_and_kept_on_cancel(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_a_node(window)
    asked = answer(monkeypatch, BUTTONS.Cancel)
    window.files.new()
    assert len(window.session.design.nodes) == 1
    assert not window.close()
    assert len(asked) == 2


def test_save_in_the_question_saves_first(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_a_node(window)
    design = window.session.design
    path = tmp_path / "kept"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    answer(monkeypatch, BUTTONS.Save)
    window.files.new()
    assert load(tmp_path / "kept.loom") == edits.set_name(design, "kept")
    assert window.session.design == Design()
    assert window.preferences.recent_files() == [(tmp_path / "kept.loom").resolve()]


def test_discard_lets_it_go(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    add_a_node(window)
    answer(monkeypatch, BUTTONS.Discard)
    window.files.new()
    assert not window.session.design.nodes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        (b"hello", "not a Layerloom project"),
        (b'{"layerloom": 99, "nodes": []}', "newer"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"layerloom": 1, "nodes": [], "wires": [{"from": "a.x", "to": "b.y"}]}', "nowhere"),
    ],
)
def test_a_bad_file_is_told_in_the_banner_and_what_is_open_stays(
    window: MainWindow, tmp_path: Path, content: bytes | None, says: str
) -> None:
    window.session.open(iris_mlp(), None)
    before = window.session.design
    path = tmp_path / "bad.loom"
    if content is not None:
        path.write_bytes(content)
    assert not window.files.read(path)
    assert says in window.banner.message()
    assert window.session.design is before
    if content is not None:
        assert path.read_bytes() == content


def test_an_unknown_block_is_shown_and_saved_back_unharmed(
    window: MainWindow, tmp_path: Path
) -> None:
    design = iris_mlp()
    text = to_text(design).replace('"block": "Dense"', '"block": "Hyperdense"')
    path = tmp_path / "future.loom"
    path.write_text(text)
    before = load(path)
    assert window.files.read(path)
    node = next(n for n in window.session.design.nodes.values() if n.block == "Hyperdense")
    shown = window.canvas.graph.nodes[node.id]
    assert "unknown" in shown.subtitle
    assert shown.badge == "error"
    assert window.files.save()
    assert load(path) == before


def test_a_folder_that_cannot_be_written_is_told(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_a_node(window)
    missing = tmp_path / "no" / "such" / "x.loom"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(missing), ""))
    assert not window.files.save()
    assert "could not be saved" in window.banner.message()
    assert window.session.dirty


def test_recent_files_are_listed_newest_first(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        save(edits.set_name(iris_mlp(), name), tmp_path / f"{name}.loom")
        assert window.files.read(tmp_path / f"{name}.loom")
    names = [p.stem for p in window.preferences.recent_files()]
    assert names == ["two", "one"]
    menu = window.recent
    menu.aboutToShow.emit()
    assert [Path(a.text()).stem for a in menu.actions()] == ["two", "one"]


def test_a_new_design_is_called_like_its_file(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_a_node(window)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "tiny"), ""))
    assert window.files.save()
    assert load(tmp_path / "tiny.loom").name == "tiny"


def test_data_that_appears_while_the_window_is_away_is_seen_on_coming_back(
    window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "late.loom"
    data = {"source": {"kind": "csv", "path": "late.csv", "target": "y"}, "split": {}}
    save(edits.set_data(iris_mlp(), data), path)
    assert window.files.read(path)
    assert window.session.analysis.facts is not None
    assert "late.csv" in window.session.analysis.facts.fault
    (tmp_path / "late.csv").write_text("x,y\n" + "1,a\n2,b\n" * 10)
    window.session.reread_data()
    assert window.session.analysis.facts.fault == ""
    assert set(window.session.analysis.facts.columns) == {"features", "label"}
