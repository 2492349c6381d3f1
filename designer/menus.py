"""The menus that a right click on the canvas opens."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from designer.actions import SEPARATOR, Actions

NODE_MENU = (
    *("cut", "copy", "paste", "duplicate", SEPARATOR),
    *("delete", "bridge", "mute", SEPARATOR),
    *("frame", "unframe", "group"),
)
USE_MENU = ("enter", "expand", "rename_group", "make_single", "keep_group", "save_group")
CANVAS_MENU = ("add_block", "paste", "data", "train", "fit")


class ContextMenus:
    """Offers the window's actions at the pointer."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        self._actions, self._parent = actions, parent

    def open(self, place: QPoint, node: str) -> None:
        """Open the menu of a node, or that of the empty canvas, at a place on the screen."""
        menu = QMenu(self._parent)
        self._actions.fill(menu, NODE_MENU if node else CANVAS_MENU, {})
        if node and self._actions["enter"].isEnabled():
            menu.addSeparator()
            self._actions.fill(menu, USE_MENU, {})
        menu.exec(place)
