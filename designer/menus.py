"""The menus that a right click on the canvas opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from designer.actions import SEPARATOR, Actions
from designer.fixing import Fixing
from designer.kinds import file_of_kind, group_of_kind
from designer.marking import Marking
from widgets.color_menu import color_menu

NODE_MENU = (
    *("cut", "copy", "paste", "duplicate", SEPARATOR),
    *("delete", "bridge", "mute", "freeze", SEPARATOR),
    *("rename", "frame", "group"),
)
USE_MENU = ("enter", "expand", "rename_group", "make_single", "keep_group", "save_group")
NOTE_MENU = ("rename", "color", SEPARATOR, "cut", "copy", "duplicate", "delete")
CANVAS_MENU = ("add_block", "add_note", "paste", SEPARATOR, "data", "train", "fit")


class ContextMenus:
    """Offers the window's actions at the pointer, and what concerns the thing there alone."""

    def __init__(self, actions: Actions, marking: Marking, fixing: Fixing, parent: QWidget) -> None:
        self._actions, self._marking, self._parent = actions, marking, parent
        self._fixing = fixing

    def open_for_kind(self, kind: str, place: QPoint, remove: Callable[[str], object]) -> None:
        """Open the menu of a group in the palette; other blocks have none."""
        is_mine = file_of_kind(kind) is not None
        if is_mine or group_of_kind(kind) is not None:
            menu = QMenu(self._parent)
            what = "my blocks" if is_mine else "this design"
            menu.addAction(f"&Remove from {what}").triggered.connect(lambda: remove(kind))
            menu.exec(place)

    def open(self, place: QPoint, item: str) -> None:
        """Open the menu of a node, note or frame, or of the empty canvas, at a screen point."""
        menu = QMenu(self._parent)
        design = self._marking.session.design
        if item in design.frames:
            self._add_frame_acts(menu, item)
        elif item in design.notes:
            self._actions.fill(menu, NOTE_MENU, {"color": self._colors(item, menu)})
        elif item:
            self._fill_node_menu(menu, item)
        else:
            self._actions.fill(menu, CANVAS_MENU, {})
        menu.exec(place)
        menu.deleteLater()

    def _fill_node_menu(self, menu: QMenu, node: str) -> None:
        menu.addActions(self._fixing.actions(node, menu))
        menu.addSeparator()
        self._actions.fill(menu, NODE_MENU, {})
        frame = self._marking.frame_of(node)
        if frame is not None:
            name = self._marking.session.design.frames[frame].name.replace("&", "&&")
            self._add_frame_acts(menu.addMenu(f"Frame “{name}”"), frame)
        if self._actions["expose"].isEnabled():
            menu.addAction(self._actions["expose"])
        if self._actions["enter"].isEnabled():
            menu.addSeparator()
            self._actions.fill(menu, USE_MENU, {})

    def _add_frame_acts(self, menu: QMenu, frame: str) -> None:
        marking = self._marking
        menu.addAction("&Rename\tF2", partial(marking.canvas.in_place.rename, frame))
        menu.addMenu(self._colors(frame, menu))
        menu.addAction("Select its &nodes", partial(marking.select_nodes_of, frame))
        menu.addSeparator()
        menu.addAction("Re&move frame", partial(marking.unframe, frame))

    def _colors(self, item: str, parent: QMenu) -> QMenu:
        marking = self._marking
        theme = marking.canvas.graph_scene.look.theme
        return color_menu(theme, marking.color_of(item), partial(marking.set_color, item), parent)
