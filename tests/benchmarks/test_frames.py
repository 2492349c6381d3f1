"""The watch over frames finds what it is to find, and those of a training are measured."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.benchmarks import views
from tests.benchmarks.frame_watch import FrameWatch

STALL = 0.12


def _stall() -> None:
    until = time.perf_counter() + STALL
    while time.perf_counter() < until:
        pass


def test_a_stall_and_the_frames_it_holds_up_are_found(qtbot: QtBot) -> None:
    shown = QWidget()
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.show()
    moves: list[None] = []
    watch = FrameWatch(shown, lambda: moves.append(None))
    qtbot.waitUntil(lambda: len(watch.found.frames) > 5)
    QTimer.singleShot(0, _stall)
    qtbot.waitUntil(lambda: watch.found.longest_stall > 1000 * STALL - 2)
    qtbot.waitUntil(lambda: len([ms for ms in watch.found.frames if ms > 10]) >= 6)
    # Of seven frames that fell due meanwhile the first waited all along; one picture served all.
    assert max(watch.found.frames) > 1000 * (STALL - 1 / 60)
    assert len(moves) < len(watch.found.frames)
    watch.stop()


def test_the_frames_of_a_training_are_measured(capfd: pytest.CaptureFixture[str]) -> None:
    figures = views.frames("--seconds", "1", "--only", "usual")
    assert set(figures) == {"longest_stall", "p99_frame", "longest_handling"}
    assert figures["p99_frame"].ours > 0
    assert figures["p99_frame"].ratio == pytest.approx(16.7 / figures["p99_frame"].ours)
    assert "p99_frame: usual" in capfd.readouterr().err
