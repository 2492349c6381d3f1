"""In a narrow window no panel covers another."""

from itertools import combinations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from designer.main_window import MainWindow


def shown(window: MainWindow) -> list[QDockWidget]:
    """The panels that are not behind another."""
    return [d for d in window.docks.all() if not d.visibleRegion().isEmpty()]


def overlaps(window: MainWindow) -> list[tuple[str, str]]:
    return [
        (a.objectName(), b.objectName())
        for a, b in combinations(shown(window), 2)
        if QRect(a.geometry()).intersects(b.geometry())
    ]


@pytest.mark.parametrize("width", [1480, 1100, 1000, 900])
def test_no_panel_covers_another(qtbot: QtBot, cnn: MainWindow, width: int) -> None:
    cnn.resize(width, 700)
    qtbot.waitUntil(lambda: overlaps(cnn) == [])
    assert cnn.width() == width
    qtbot.waitUntil(lambda: cnn.minimumSizeHint().width() <= width)
    front = {"palette", "training", "inspector"}
    qtbot.waitUntil(lambda: front <= {d.objectName() for d in shown(cnn)})
    qtbot.waitUntil(lambda: (cnn.docks["saliency"] in shown(cnn)) == (width == 1480))
