"""Keeps what is made later at its place in the order in which Tab goes through a window."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def keep_tab_order(owner: QWidget, made: Iterable[QWidget]) -> None:
    """Let Tab go through the widgets that ``owner`` has just made at the place of ``owner``.

    Qt itself puts new widgets behind all others of the window.
    """
    before = owner.previousInFocusChain()
    while before and before is not owner and (owner.isAncestorOf(before) or not takes_tab(before)):
        before = before.previousInFocusChain()
    order = iter(made)
    if before is None or before is owner:
        before = next(order, None)
    if before is None:
        return
    for widget in order:
        QWidget.setTabOrder(before, widget)
        before = widget


def takes_tab(widget: QWidget) -> bool:
    """Whether Tab may stop at a widget, were it visible."""
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
