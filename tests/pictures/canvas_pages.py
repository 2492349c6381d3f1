"""Draws the documentation's pictures of the canvas: groups, search, layout, overview, themes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget

from core.design import edits
from designer.main_window import MainWindow
from tests.designer.driving import node
from tests.pictures.window import closed, opened, settle
from widgets.canvas import End


def inside_a_block(file: Path, picture: Path) -> None:
    """A transformer block, entered and laid out, with its breadcrumb."""
    window = roomy(file, "dark")
    use = node(window, "blocks")
    window.session.enter(use)
    window.actions_by_name["arrange_rows"].trigger()
    window.canvas.fit_all()
    window.canvas.select([node(window, "attention")])
    keep(window, picture)


def residual_network(file: Path, picture: Path) -> None:
    """A residual network with one stage expanded, laid out."""
    window = roomy(file, "light")
    window.canvas.select([node(window, "stage_1")])
    window.groups.expand()
    window.canvas.select([])
    window.actions_by_name["arrange_rows"].trigger()
    window.canvas.fit_all()
    keep(window, picture)


def overview(file: Path, picture: Path) -> None:
    """Twelve transformer blocks written out: over a hundred nodes at once."""
    window = roomy(file, "dark")
    use = node(window, "blocks")
    window.session.act("Repeat", lambda d: edits.set_params(d, use, repeat=12))
    window.canvas.select([use])
    window.groups.expand()
    window.canvas.select([])
    window.actions_by_name["arrange_rows"].trigger()
    window.canvas.fit_all()
    keep(window, picture)


def search(file: Path, picture: Path) -> None:
    """The blocks that fit a wire which was dropped on empty canvas."""
    window = roomy(file, "light")
    canvas = window.canvas
    pool = node(window, "pool_2")
    corner = canvas.node_rect(pool).bottomLeft() + QPointF(-40, 90)
    canvas.wire_dropped.emit(End(pool, "output"), True, corner.x(), corner.y())
    settle(300)
    popup = window.editor.adding.popup
    QTest.keyClicks(popup.focusWidget() or popup, "d", Qt.KeyboardModifier.NoModifier)
    settle(300)
    shot = window.grab()
    # The screen of this platform is small, and a popup stays within the screen.
    place = canvas.mapTo(window, canvas.mapFromScene(corner)) + QPoint(-150, 8)
    painter = QPainter(shot)
    painter.drawPixmap(place, popup.grab())
    painter.end()
    shot.save(str(picture))
    popup.close()
    closed(window)


def themes(file: Path, picture: Path) -> None:
    """The same window, its left half dark and its right half light."""
    halves = []
    for theme in ("dark", "light"):
        window = roomy(file, theme)
        window.session.enter(node(window, "stage_1"))
        window.actions_by_name["arrange_rows"].trigger()
        window.canvas.fit_all()
        settle(300)
        halves.append(window.grab())
        closed(window)
    dark, light = halves
    both = QPixmap(dark)
    middle = both.width() // 2
    right = QRect(middle, 0, both.width() - middle, both.height())
    painter = QPainter(both)
    painter.drawPixmap(right, light, right)
    painter.end()
    both.save(str(picture))


def roomy(file: Path, theme: str) -> MainWindow:
    """A window on a file with the panels at the bottom closed."""
    window = opened(file, theme)
    for dock in window.findChildren(QDockWidget):
        if window.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea:
            dock.hide()
    settle(200)
    window.canvas.fit_all()
    return window


def keep(window: MainWindow, picture: Path) -> None:
    """Save a picture of the window, and close it."""
    QGuiApplication.processEvents()
    settle(400)
    window.grab().save(str(picture))
    closed(window)


# By picture: what draws it, and the example it shows.
PAGES = {
    "transformer_dark": (inside_a_block, "moby_dick_transformer"),
    "resnet_light": (residual_network, "digits_resnet"),
    "overview_dark": (overview, "moby_dick_transformer"),
    "search_light": (search, "digits_cnn"),
    "themes": (themes, "digits_resnet"),
}
