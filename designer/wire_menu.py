"""The menu of a wire."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QMenu

from designer.adding import Adding
from designer.wiring import Wiring
from widgets.canvas.graph import End
from widgets.canvas.view import Canvas


class WireMenu:
    """Offers what can be done with the wire that one canvas asks the menu for."""

    def __init__(self, canvas: Canvas, wiring: Wiring, adding: Adding) -> None:
        self._canvas, self._wiring, self._adding = canvas, wiring, adding
        canvas.wire_menu_requested.connect(self.open)

    def open(self, place: QPoint, target: End) -> None:
        """Open the menu of the wire that ends at ``target`` at a place on the screen."""
        canvas = self._canvas
        point = canvas.scene_point(QPointF(canvas.viewport().mapFromGlobal(place)))
        at = point.x(), point.y()
        menu = QMenu(canvas)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        acts = (
            (
                "Add &reroute dot",
                "Lay the wire through a dot, as a double-click on it does",
                lambda: self._wiring.reroute(target, *at),
            ),
            (
                "&Insert block ...",
                "Search the blocks that fit into the wire, and put one there",
                lambda: self._adding.search_between(target, *at),
            ),
            ("&Disconnect", "Take the wire away", lambda: self._wiring.cut_one(target)),
        )
        for text, tip, slot in acts:
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.setStatusTip(tip)
            action.triggered.connect(slot)
        menu.popup(place)
