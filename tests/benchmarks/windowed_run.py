"""Trains a project in the window, views live, and prints its samples a second."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main(file: Path) -> None:
    """Open, train, print, close."""
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from core.train.summary import Summary
    from designer.main_window import MainWindow
    from designer.preferences import Preferences
    from widgets.fonts import load_fonts

    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(file.parent))
    app = QApplication(sys.argv[:1])
    load_fonts(app)
    window = MainWindow(Preferences(), file.parent / "unsaved")
    assert window.files.read(file)
    shown: list[object] = []

    def ended(summary: Summary) -> None:
        print(summary.samples_per_second, len(shown))
        window.close()
        app.quit()

    window.trainer.finished.connect(ended)
    window.trainer.heard.connect(shown.append)
    window.complete.connect(window.acts.train)
    window.show()
    app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
