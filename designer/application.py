"""Starts the application and its window."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from core.errors import InputError
from designer.cli.doctor import has_display


def open_window(file: str | None) -> int:
    """Open the designer on a project file, or empty; without a display, train it headless."""
    if not has_display():
        return _without_display(file)
    try:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise InputError(
            f"the window cannot start: {error}", "`layerloom doctor` says what to install."
        ) from error
    from platformdirs import user_data_path

    from designer.main_window import MainWindow
    from designer.preferences import Preferences
    from widgets.fonts import load_fonts

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Layerloom")
    app.setDesktopFileName("layerloom")
    load_fonts(app)
    window = MainWindow(Preferences(), user_data_path("layerloom") / "unsaved")
    if window.preferences.layout() is None:
        window.resize(window.size().boundedTo(app.primaryScreen().availableSize()))
    if file:
        window.files.read(Path(file))
    if os.environ.get("LAYERLOOM_STARTUP_TRACE") == "1":
        window.painted.connect(_tell_start_up)
        window.complete.connect(lambda: QTimer.singleShot(0, window.close))
    window.show()
    return app.exec()


def _without_display(file: str | None) -> int:
    if file is None:
        raise InputError(
            "there is no display to open the window on",
            "Train without one: layerloom train FILE.loom",
        )
    print(f"no display: training {file} without a window", file=sys.stderr)
    from designer.cli.main import run

    return run(["train", file])


def _tell_start_up() -> None:
    print(f"first-paint {_seconds_since_start():.3f}", file=sys.stderr, flush=True)


def _seconds_since_start() -> float:
    """Seconds since the process began; Linux only, where /proc tells."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
