"""Pictures of two attributions stand at one height, whatever is said of each."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from core.explain.attribution.map import IMAGE, Attribution
from widgets.pictures.attribution_view import LEAST_PICTURE, AttributionView
from widgets.pictures.level_views import LevelViews

SHORT, LONG = "Gradient", "The first run of all: Integrated gradients for the ninth class"


def picture_rows(whole: LevelViews, views: list[AttributionView]) -> list[tuple[int, int]]:
    """The top and height of each view's overlay."""
    panes = [view.overlay_pane for view in views]
    return [(pane.mapTo(whole, QPoint()).y(), pane.height()) for pane in panes]


def test_beside_each_other_pictures_are_level_and_below_each_other_close(qtbot: QtBot) -> None:
    views = [AttributionView(), AttributionView()]
    whole = LevelViews(views, LEAST_PICTURE, 14)
    qtbot.addWidget(whole)
    whole.resize(340, 300)
    whole.show()
    values = np.arange(64.0).reshape(8, 8)
    found = Attribution("gradient", "image", 0, 0, IMAGE, values[..., None], values)
    views[0].show_map(found, (0, 63), SHORT, LONG)
    views[1].show_map(found, (0, 63), LONG, SHORT)
    qtbot.waitUntil(lambda: len(set(picture_rows(whole, views))) == 1)
    assert not whole.is_column
    level = picture_rows(whole, views)[0][0]
    # Now the words of both are short, and the pictures go up.
    views[0].show_map(found, (0, 63), SHORT, SHORT)
    views[1].show_map(found, (0, 63), SHORT, SHORT)
    qtbot.waitUntil(lambda: picture_rows(whole, views)[1][0] < level)
    assert len(set(picture_rows(whole, views))) == 1
    views[1].show_map(found, (0, 63), LONG, LONG)
    whole.resize(200, 600)
    qtbot.waitUntil(lambda: whole.is_column)
    qtbot.waitUntil(lambda: picture_rows(whole, views)[0][0] < level)
