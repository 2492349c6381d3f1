"""Imports run one way, and what the window loads stays light."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAVY = ("jax", "jaxlib", "flax", "optax", "orbax", "sklearn", "scipy", "pandas")
QT = ("PySide6", "pyqtgraph")
# What an editor needs without ever training.
LIGHT = (
    "core.compile.source",
    "core.data",
    "core.design.analysis",
    "core.design.history",
    "core.explain.inside.ask",
    "core.explain.probe_samples",
    "core.project.exported",
    "core.project.facts",
    "core.project.file",
    "core.project.gallery",
    "core.project.runs",
    "core.train.events",
    "core.train.recipe",
    "designer.cli.main",
)
# Modules of the core that train, compile and explain; they may import JAX, and no Qt.
CORE = (
    "core.compile.model",
    "core.explain.report",
    "core.explain.view",
    "core.train.job",
    "core.train.loop",
    "core.train.start",
    "core.train.worker",
)


def imported_by(module: str) -> set[str]:
    """Top-level packages that are loaded once ``module`` is, in a fresh interpreter."""
    code = f"import sys, {module}; print('\\n'.join({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_import_contracts_hold() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_what_an_editor_needs_imports_no_jax_and_no_qt() -> None:
    loaded = imported_by(", ".join(LIGHT))
    assert not loaded & {*HEAVY, *QT}


def test_the_core_imports_no_qt() -> None:
    assert not imported_by(", ".join((*LIGHT, *CORE))) & set(QT)


def test_the_window_imports_no_jax() -> None:
    modules = sorted(
        f"designer.{p.stem}" for p in (ROOT / "designer").glob("*.py") if not p.stem.startswith("_")
    )
    assert "designer.session" in modules
    assert not imported_by(", ".join(modules)) & set(HEAVY)


RUN_A_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from core.project.file import save
from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.designs import iris_mlp

def main():
    folder = Path(sys.argv[1])
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    app = QApplication([])
    window = MainWindow(Preferences(), folder)
    save(iris_mlp(), folder / "iris.loom")
    window.files.read(folder / "iris.loom")
    window.complete.connect(window.acts.train)
    window.trainer.finished.connect(lambda end: (print(end.stopped_by), window.close()))
    window.show()
    app.exec()
    print(sorted({m.split(".")[0] for m in sys.modules}))

if __name__ == "__main__":
    main()
"""


def test_a_whole_training_in_the_window_imports_no_jax(tmp_path: Path) -> None:
    script = tmp_path / "window.py"
    script.write_text(RUN_A_WINDOW)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    stopped_by, modules = done.stdout.splitlines()
    assert stopped_by == "epochs"
    assert not set(ast.literal_eval(modules)) & set(HEAVY)


DRAW_A_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from designer.main_window import MainWindow
from designer.preferences import Preferences

folder = Path(sys.argv[1])
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
app = QApplication([])
window = MainWindow(Preferences(), folder)
window.complete.connect(window.close)
window.painted.connect(lambda: print(" ".join(sys.modules)))
window.show()
app.exec()
"""
# What only data, a training, a dialog or an item of a menu needs. Numpy alone takes a tenth of the
# time until an empty window is seen.
LATER = (
    "core.compile.plan",
    "core.compile.source",
    "core.data.binding",
    "core.design.layout",
    "core.project.tensorboard",
    "core.train.worker",
    "designer.cross_validation_dialog",
    "designer.data_dialog",
    "designer.data_standing",
    "designer.help",
    "designer.import_report",
    "designer.key_map",
    "designer.rate_dialog",
    "designer.run_comparison",
    "designer.transfer_dialog",
    "designer.watching",
    "multiprocessing",
    "numpy",
    "pyqtgraph",
)


def test_the_window_is_drawn_before_what_is_needed_later_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DRAW_A_WINDOW, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "designer.main_window" in loaded
    assert not loaded & set(LATER)
