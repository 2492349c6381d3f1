"""``python -m tests.benchmarks.window_round [NODES]``: a large project in the real window, as JSON.

``open`` is the time from the file to the first picture of it, ``edit`` that from an act on one
node to the picture of it on the canvas; both in milliseconds.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from itertools import count
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication

from core.design import edits
from core.design.document import End
from core.project.file import save
from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.benchmarks.canvas_stage import SIZE, Screen
from tests.benchmarks.large_project import residual_network
from widgets.fonts import load_fonts

NODES = 5000
EDITS = 15


def measured(window: MainWindow, file: Path) -> dict[str, float]:
    """Open a project in a window and edit it; the window has to be shown and complete."""
    screen = Screen(window.canvas.viewport())
    opening = screen.frame(lambda: window.files.read(file))
    session, canvas = window.session, window.canvas
    assert not session.analysis.problems
    design = session.design
    layers = [key for key, node in design.nodes.items() if node.block == "Activation"]
    node = design.wires[End(layers[len(layers) // 2], "input")].node
    canvas.reset_zoom()
    canvas.reveal(node)
    QApplication.processEvents()
    units = count(65)

    def edit() -> None:
        session.act("Edit", lambda design: edits.set_params(design, node, units=next(units)))

    return {"open": opening, "edit": median(screen.frames(EDITS, edit))}


def main(nodes: int) -> None:
    """Make a project of ``nodes`` nodes, measure and print."""
    app = QApplication(sys.argv[:1])
    load_fonts(app)
    with tempfile.TemporaryDirectory() as folder:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        file = Path(folder) / "large.loom"
        save(residual_network(nodes), file)
        window = MainWindow(Preferences(), Path(folder) / "unsaved")
        loop = QEventLoop()
        window.complete.connect(loop.quit)
        window.resize(*SIZE)
        window.show()
        loop.exec()
        # While it warms up, the worker would take one of the cores.
        window.trainer.process.shut_down()
        found = measured(window, file)
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NODES)
