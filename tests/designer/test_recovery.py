"""Unsaved work survives a crash, and only a crash."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import load, save
from designer.main_window import MainWindow
from designer.recovery import Recovery
from designer.session import Session
from tests.designs import iris_mlp


def edited(path: Path) -> tuple[Session, Recovery]:
    """A session with an unsaved edit of a file."""
    save(iris_mlp(), path)
    session = Session()
    recovery = Recovery(session, path.parent / "unsaved")
    session.open(load(path), path)
    session.act("Rename", lambda d: edits.set_name(d, "changed"))
    return session, recovery


def test_unsaved_work_is_offered_after_a_crash_and_restored(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "iris.loom"
    session, recovery = edited(path)
    recovery.write()
    assert load(path) == iris_mlp()

    assert window.files.read(path)
    assert "not saved" in window.banner.message()
    window.editor.add("Dense", 0, 0)
    window.recovery.write()
    assert load(window.recovery.place) == session.design, "an offered copy is not written over"
    window.session.undo()
    restore, _ = window.banner.buttons()
    restore.click()
    assert window.session.design == session.design
    assert window.isWindowModified()
    window.session.undo()
    assert window.session.design == iris_mlp()


def test_saving_takes_the_copy_away(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "iris.loom"
    save(iris_mlp(), path)
    assert window.files.read(path)
    window.editor.add("Dense", 0, 0)
    window.recovery.write()
    assert window.recovery.place.is_file()
    assert window.files.save()
    assert not window.recovery.place.exists()


def test_giving_up_takes_the_copy_away(tmp_path: Path) -> None:
    session, recovery = edited(tmp_path / "iris.loom")
    recovery.write()
    place = recovery.place
    assert place.is_file()
    session.open(iris_mlp(), None)
    assert not place.exists()


def test_an_edit_is_written_after_a_moment(qtbot: QtBot, tmp_path: Path) -> None:
    session, recovery = edited(tmp_path / "iris.loom")
    recovery._timer.setInterval(1)
    session.act("Rename", lambda d: edits.set_name(d, "again"))
    recovery._timer.start()
    qtbot.waitUntil(lambda: recovery.place.is_file())
    assert load(recovery.place).name == "again"


def test_a_damaged_copy_is_not_offered(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "iris.loom"
    save(iris_mlp(), path)
    (tmp_path / ".iris.loom.unsaved").write_text("{")
    assert window.files.read(path)
    assert window.banner.message() == ""
