"""The menu of the examples that come with Layerloom."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from core.errors import LayerloomError
from core.project.file import load
from core.project.gallery import examples


class ExamplesMenu(QMenu):
    """Lists the examples by their titles when it is opened, and opens a copy of the chosen one."""

    def __init__(self, open_copy: Callable[[Path], object], parent: QWidget) -> None:
        super().__init__("E&xamples", parent)
        self._open_copy = open_copy
        self.setToolTip("Open a copy of an example")
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in examples().values():
            self.addAction(_title(path), partial(self._open_copy, path))


def _title(path: Path) -> str:
    try:
        return load(path).name.replace("&", "&&")
    except LayerloomError:
        return path.stem
