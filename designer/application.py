"""Starts the application and its window."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path

from core.errors import InputError
from designer.cli.doctor import has_display
from designer.qt_application import qt_application
from widgets.uncollected import put_off, take_up


def open_window(file: str | None) -> int:
    """Open the designer on a project file, or empty; without a display, train it headless."""
    if not has_display():
        return _without_display(file)
    app = qt_application("the window cannot start")
    # Looking for garbage among what is only being loaded takes a tenth of a second.
    put_off()
    from platformdirs import user_data_path
    from PySide6.QtCore import QTimer

    from designer.main_window import MainWindow
    from designer.preferences import Preferences
    from widgets.fonts import load_fonts

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
    window.complete.connect(collect_again)
    window.show()
    return app.exec()


def collect_again() -> None:
    """Collect garbage, but not among what was loaded: that stays."""
    gc.freeze()
    take_up()


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
