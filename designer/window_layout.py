"""Builds what surrounds the canvas: docks, menus, toolbar and status line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QToolBar, QVBoxLayout, QWidget

from designer.actions import ARRANGE, GROUPS
from designer.device_menu import DeviceMenu
from designer.docks import BOTTOM, LEFT, RIGHT, Docks
from designer.theme_menu import ThemeMenu
from widgets.canvas.empty_state import Way

if TYPE_CHECKING:
    from designer.main_window import MainWindow

WITH_TEXT = ("train", "resume")
WAYS_TO_BEGIN = (
    Way("drag", "Drag a block from the list of blocks on the left."),
    Way("keyboard", "Press Tab, or double-click, to search for a block."),
    Way("open", "Open an example and change it, or choose your data first."),
)


def build(window: MainWindow) -> Docks:
    """Put the canvas into the middle and the panels around it."""
    window.setMinimumSize(900, 600)
    window.resize(1480, 920)
    window.setCentralWidget(_center(window))
    docks = _docks(window)
    QWidget.setTabOrder(window.palette_panel.list, window.canvas)
    return docks


def add_bars(window: MainWindow) -> QLabel:
    """Add menus, toolbar and status line. Returns the label that counts nodes and parameters."""
    _fill_menus(window)
    _add_toolbar(window)
    counts = QLabel()
    window.statusBar().addPermanentWidget(counts)
    return counts


def tell_how_to_begin(window: MainWindow) -> None:
    """Give the empty canvas its words and buttons."""
    window.canvas.empty_state.offer(
        "Begin a network",
        WAYS_TO_BEGIN,
        [("Open an example", window.examples), ("Choose data …", window.actions_by_name["data"])],
    )


def restore(window: MainWindow) -> None:
    """Put the window and its panels as the user left them last."""
    layout = window.preferences.layout()
    if layout:
        window.restoreGeometry(layout[0])
        window.restoreState(layout[1])


def _center(window: MainWindow) -> QWidget:
    center = QWidget()
    column = QVBoxLayout(center)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(window.banner)
    column.addWidget(window.groups.breadcrumb)
    column.addWidget(window.canvas, 1)
    return center


def _docks(window: MainWindow) -> Docks:
    docks = Docks(window)
    docks.add("palette", "Blocks", LEFT, window.palette_panel)
    docks.add("inspector", "Node", RIGHT, window.inspector)
    docks.add("recipe", "Recipe", RIGHT, window.recipe, behind="inspector")
    docks.add("data", "Data", RIGHT, window.data, behind="inspector")
    docks.add("history", "History", RIGHT, window.history, behind="inspector")
    docks.add("training", "Training", BOTTOM)
    docks.add("activations", "Activations", BOTTOM, beside="training")
    docks.add("saliency", "Saliency", BOTTOM, beside="activations")
    docks.add("layers", "Layers", BOTTOM, behind="training")
    docks.add("runs", "Runs", BOTTOM, window.runs.panel, behind="layers")
    docks.add("problems", "Problems", BOTTOM, window.problems, behind="runs")
    docks.add("code", "Code", BOTTOM, window.code, behind="problems")
    docks.show("inspector")
    docks.show("training")
    docks.arrange()
    return docks


def _fill_menus(window: MainWindow) -> None:
    arrange = QMenu("A&rrange", window)
    window.actions_by_name.fill(arrange, ARRANGE, {})
    groups = QMenu("&Groups", window)
    window.actions_by_name.fill(groups, GROUPS, {})
    panels = QMenu("&Panels", window)
    for dock in window.docks.all():
        panels.addAction(dock.toggleViewAction())
    themes = ThemeMenu(window.appearance, window.actions_by_name["theme"], window)
    submenus = {
        "recent": window.recent,
        "examples": window.examples,
        "arrange": arrange,
        "groups": groups,
        "themes": themes,
        "devices": DeviceMenu(window.trainer, window.preferences, window),
        "panels": panels,
        "explain": window.late_panels.menu,
    }
    window.actions_by_name.fill_menus(window, submenus)


def _add_toolbar(window: MainWindow) -> None:
    bar = QToolBar("Tools", window)
    bar.setObjectName("tools")
    bar.setMovable(False)
    window.addToolBar(bar)
    window.actions_by_name.fill_toolbar(bar)
    for name in WITH_TEXT:
        button = bar.widgetForAction(window.actions_by_name[name])
        button.setProperty("toolButtonStyle", Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
