"""A window for pictures: opened, waited for and closed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer, SignalInstance
from PySide6.QtWidgets import QWidget

from designer.main_window import MainWindow
from designer.preferences import Preferences

PATIENCE_MS = 120_000
_LOOK_MS = 50


def opened(file: Path, theme: str) -> MainWindow:
    """A window on a file, everything loaded."""
    preferences = Preferences()
    preferences.theme = theme
    preferences.animation = False
    window = MainWindow(preferences, file.parent / "unsaved")
    assert window.files.read(file)
    wait_for(window.complete, window.show)
    settle(300)
    return window


def closed(window: QWidget) -> None:
    """Close a window and let go of its unsaved changes."""
    assert isinstance(window, MainWindow)
    window.files.may_leave = lambda: True  # type: ignore[method-assign]
    window.close()
    window.preferences._settings.clear()


def wait_for(signal: SignalInstance, begin: Callable[[], object]) -> None:
    """Begin something and wait until it says that it is done."""
    loop = QEventLoop()
    signal.connect(loop.quit)
    patience = QTimer(singleShot=True, interval=PATIENCE_MS)
    patience.timeout.connect(lambda: sys.exit("a picture took too long"))
    patience.start()
    begin()
    loop.exec()


def settle(milliseconds: int) -> None:
    """Let the window draw what has come."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(true: Callable[[], bool]) -> None:
    """Let the window work until something is true."""
    patience = QDeadlineTimer(PATIENCE_MS)
    while not true():
        if patience.hasExpired():
            sys.exit("a picture took too long")
        settle(_LOOK_MS)
