"""A real window with settings and folders of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from core.project.gallery import examples
from designer.main_window import MainWindow
from designer.preferences import Preferences
from designer.training_process import TrainingProcess
from widgets.fonts import load_fonts

PATIENCE = 60_000


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    folder = tmp_path / "settings"
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    # What a test looks at is where it belongs at once; tests of gliding switch it on.
    Preferences().animation = False
    return folder


@pytest.fixture(scope="session", autouse=True)
def workers_of_equal_rank() -> Iterator[None]:
    """A worker that gives way to windows would starve beside a second process of tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrainingProcess, "gives_way", False)
        yield


@pytest.fixture
def early_worker() -> None:
    """Asked for by tests of a worker that the window starts before anything needs it."""


@pytest.fixture
def window(
    request: pytest.FixtureRequest,
    qtbot: QtBot,
    qapp: QApplication,
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    """A window with everything loaded; unsaved work is thrown away at the end, unasked."""
    if "early_worker" not in request.fixturenames:
        # A worker takes a core for seconds to start, and few tests need one.
        monkeypatch.setattr(TrainingProcess, "warm_up", lambda _: None)
    load_fonts(qapp)
    made = MainWindow(Preferences(), tmp_path / "unsaved")
    with qtbot.waitSignal(made.complete, timeout=PATIENCE):
        made.show()
    yield made
    monkeypatch.setattr(
        QMessageBox,
        "question",
        lambda *_: (
            QMessageBox.StandardButton.Yes
            if made.trainer.busy
            else QMessageBox.StandardButton.Discard
        ),
    )
    made.close()
    made.deleteLater()


@pytest.fixture
def cnn(window: MainWindow) -> MainWindow:
    """The window on the CNN example."""
    assert window.files.read(examples()["digits_cnn"])
    window.canvas.fit_all()
    return window
