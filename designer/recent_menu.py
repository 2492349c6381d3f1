"""The sub-menu of recent files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from designer.preferences import Preferences


class RecentMenu(QMenu):
    """Lists the recent files when it is opened, and opens the chosen one."""

    def __init__(
        self, preferences: Preferences, open_file: Callable[[Path], object], parent: QWidget
    ) -> None:
        super().__init__("Open &recent", parent)
        self._preferences, self._open_file = preferences, open_file
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        files = self._preferences.recent_files()
        for path in files:
            self.addAction(str(path), partial(self._open_file, path))
        if not files:
            self.addAction("No recent files").setEnabled(False)
