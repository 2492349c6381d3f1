"""Goes from panel to panel of the window by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from designer.docks import Docks
from widgets.tab_order import takes_tab


class PanelCycle:
    """The canvas and the docks that can be seen, in the order blocks, canvas, sides, bottom."""

    def __init__(self, docks: Docks, canvas: QWidget) -> None:
        self._docks, self._canvas = docks, canvas

    def next(self) -> None:
        """Put the cursor into the next panel."""
        self._go(1)

    def previous(self) -> None:
        """Put the cursor into the panel before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        panels = self._panels()
        at = next((i for i, (panel, _) in enumerate(panels) if _has_cursor(panel)), None)
        if at is None:
            at = 0 if step < 0 else -1
        panel, first = panels[(at + step) % len(panels)]
        panel.window().activateWindow()
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _panels(self) -> list[tuple[QWidget, QWidget]]:
        """Each panel with the widget that takes the cursor; those without one are left out."""
        palette, *others = self._docks.all()
        shown = {dock for dock in (palette, *others) if _can_be_seen(dock)}
        order = [p for p in (palette, self._canvas, *others) if p is self._canvas or p in shown]
        found = [(panel, _first(panel)) for panel in order]
        return [(panel, first) for panel, first in found if first is not None]


def _can_be_seen(dock: QWidget) -> bool:
    """Whether a dock is shown and no other tab covers it."""
    return dock.isVisible() and not dock.visibleRegion().isEmpty()


def _has_cursor(panel: QWidget) -> bool:
    focused = panel.window().focusWidget()
    return focused is not None and (panel is focused or panel.isAncestorOf(focused))


def _first(panel: QWidget) -> QWidget | None:
    """Where Tab would stop first in a panel."""
    if takes_tab(panel):
        return panel
    widget = panel.nextInFocusChain()
    while widget is not None and widget is not panel:
        there = panel.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled()
        if there and takes_tab(widget):
            return widget
        widget = widget.nextInFocusChain()
    return None
