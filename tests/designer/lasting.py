"""A real window that the tests of a module share, as starting a worker takes most of their time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.wait_signal import SignalBlocker

from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.designer.conftest import PATIENCE
from widgets.fonts import load_fonts


@contextmanager
def lasting_window(qapp: QApplication, folder: Path) -> Iterator[MainWindow]:
    """A window with everything loaded, whose settings and unsaved runs are in the folder."""
    settings = folder / "settings"
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(settings))
    Preferences().animation = False
    load_fonts(qapp)
    window = MainWindow(Preferences(), folder / "unsaved")
    with SignalBlocker(timeout=PATIENCE) as complete:
        complete.connect(window.complete)
        window.show()
    yield window
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
        window.close()
    window.deleteLater()


def train(window: MainWindow) -> None:
    """Train what is open, to the end; the first time a worker starts and compiles within this."""
    with SignalBlocker(timeout=3 * PATIENCE) as finished:
        finished.connect(window.trainer.finished)
        window.acts.train()
