"""PySide6 6.12.0 on Python 3.11 loses a reference to None in every void call, and then aborts."""

import os
import subprocess
import sys

import PySide6

MANY_VOID_CALLS = """
from PySide6.QtCore import QCoreApplication, QTimer
app = QCoreApplication([])
timer = QTimer()
for i in range(20_000):
    timer.setInterval(i)
assert timer.interval() == 19_999
"""


def test_many_void_calls_do_not_end_the_process() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", MANY_VOID_CALLS],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_faulty_release_is_not_installed() -> None:
    assert not PySide6.__version__.startswith("6.12.")
