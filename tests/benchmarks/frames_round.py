"""``python -m tests.benchmarks.frames_round FILE [--seconds S] [--only LAYOUT ...]``, as JSON.

Trains a project in the real window, views live, while the canvas is moved 60 times a second. The
panels are brought to the front in turn, and at last many stand side by side.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QPoint, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from core.train.asks import Answered
from core.train.events import Compiled, Event
from designer.application import collect_again
from designer.docks import BOTTOM
from designer.late_panels import LATE
from designer.main_window import MainWindow
from designer.preferences import Preferences
from designer.training_process import TrainingProcess
from tests.benchmarks.frame_watch import FrameWatch, Watched
from widgets.fonts import load_fonts
from widgets.uncollected import put_off

# Room for eight panels, as on a large screen.
SIZE = (1920, 1200)
# A layout is given this time to be built and filled before it is watched.
SETTLING_SECONDS = 1.0
PATIENCE_SECONDS = 120.0
USUAL, SIDE_BY_SIDE = "usual", "side_by_side"
IN_FRONT = ("layers", *(late.name for late in LATE))
# Two rows of panels that all draw while training.
ROWS = (
    ("training", "activations", "saliency", "layers"),
    ("attribution", "projection", "histograms", "layer_map"),
)
LAYOUTS = (USUAL, *IN_FRONT, SIDE_BY_SIDE)


def side_by_side(window: MainWindow) -> None:
    """Show the panels of ``ROWS`` below the canvas, in two rows over the whole width."""
    shown = [name for names in ROWS for name in names]
    for dock in window.docks.all():
        dock.setVisible(dock.objectName() in shown)
    for names in ROWS:
        first, *others = (window.docks[name] for name in names)
        window.addDockWidget(BOTTOM, first, Qt.Orientation.Vertical)
        for before, dock in zip((first, *others), others, strict=False):
            window.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
    heights = [window.docks[names[0]] for names in ROWS]
    window.resizeDocks(heights, [360] * len(ROWS), Qt.Orientation.Vertical)
    for names in ROWS:
        docks = [window.docks[name] for name in names]
        window.resizeDocks(docks, [SIZE[0] // len(docks)] * len(docks), Qt.Orientation.Horizontal)


class Handling:
    """How long the window's thread takes for each thing that the worker tells, in milliseconds."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = {}
        self.count = 0
        handle = TrainingProcess._on_arrived

        def timed(process: TrainingProcess, pipe: Any, event: Any) -> None:
            began = time.perf_counter()
            handle(process, pipe, event)
            taken = 1000 * (time.perf_counter() - began)
            name = event.topic if isinstance(event, Answered) else type(event).__name__
            self.longest[name] = max(taken, self.longest.get(name, 0.0))
            self.count += 1

        TrainingProcess._on_arrived = timed  # type: ignore[method-assign]


class Round:
    """One training in one window."""

    def __init__(self, file: Path) -> None:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(file.parent))
        put_off()
        self.app = QApplication(sys.argv[:1])
        load_fonts(self.app)
        self.handling = Handling()
        self.window = MainWindow(Preferences(), file.parent / "unsaved")
        assert self.window.files.read(file)
        self.window.complete.connect(collect_again)
        self.window.resize(*SIZE)
        self.window.show()
        self._until(self.window.complete)
        self._way = 1

    def measured(self, layouts: Sequence[str], seconds: float) -> dict[str, Any]:
        """What is found of each layout, in milliseconds."""
        trainer, canvas = self.window.trainer, self.window.canvas
        self.window.acts.train()
        self._until(trainer.heard, Compiled)
        self.handling.longest.clear()
        watch = FrameWatch(canvas.viewport(), self._move)
        found = {name: self._layout(name, watch, seconds) for name in layouts}
        watch.stop()
        trainer.stop()
        self._until(trainer.finished)
        rate = trainer.summary.samples_per_second if trainer.summary else 0.0
        self.window.close()
        return {
            "platform": self.app.platformName(),
            "layouts": found,
            "handling": self.handling.longest,
            "events": self.handling.count,
            "samples_per_second": rate,
        }

    def _layout(self, name: str, watch: FrameWatch, seconds: float) -> dict[str, float]:
        watch.found = opening = Watched()
        if name == SIDE_BY_SIDE:
            side_by_side(self.window)
        elif name != USUAL:
            self.window.docks.show(name)
        if name != USUAL:
            self._wait(SETTLING_SECONDS)
        watch.found = found = Watched()
        self._wait(seconds)
        figures = {"longest_stall": found.longest_stall, "p99_frame": found.p99_frame}
        return figures if name == USUAL else {**figures, "opening": opening.longest_stall}

    def _move(self) -> None:
        self._way = -self._way
        self.window.canvas.pan_by(QPoint(self._way, 0))

    def _wait(self, seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    def _until(self, signal: Any, kind: type[Event] | None = None) -> None:
        """Wait for a signal, or for one that carries an event of a kind."""
        loop = QEventLoop()
        came: list[object] = []

        def come(*carried: object) -> None:
            if kind is None or isinstance(carried[0], kind):
                came.append(carried)
                loop.quit()

        signal.connect(come)
        QTimer.singleShot(round(1000 * PATIENCE_SECONDS), loop.quit)
        loop.exec()
        signal.disconnect(come)
        if not came:
            raise RuntimeError("the training did not come about in time")


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--only", nargs="+", default=LAYOUTS, choices=LAYOUTS)
    options = parser.parse_args(arguments)
    print(json.dumps(Round(options.file).measured(options.only, options.seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])
