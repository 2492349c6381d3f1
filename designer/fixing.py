"""Mends problems with one click: from the list, from a node's badge, or from its menu."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from core.design.problems import Problem
from designer.session import Session
from widgets.canvas.view import Canvas


def mend(session: Session, problem: Problem) -> None:
    """Carry out a problem's fix as one step of undo; nothing for a problem that has none."""
    if problem.fix:
        session.act(problem.fix.label, problem.fix.edit, whole=True)


def fix_label(problems: Sequence[Problem]) -> str:
    """What a click on the badge of these problems would do, empty for nothing."""
    labels = [problem.fix.label for problem in problems if problem.fix]
    if len(labels) > 1:
        return f"Choose one of {len(labels)} fixes"
    return labels[0] if labels else ""


class Fixing(QObject):
    """Answers the canvas when a node's problems shall be mended.

    ``menu`` is the choice that is open, where a node has several fixes.
    """

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.session, self.canvas = session, canvas
        self.menu: QMenu | None = None
        canvas.fix_requested.connect(self.fix)

    def problems(self, node: str) -> list[Problem]:
        """The problems of a node that can be mended."""
        return [p for p in self.session.analysis.problems if p.node == node and p.fix]

    def fix(self, node: str) -> None:
        """Mend the node's problem, or let the user choose where there are several fixes."""
        found = self.problems(node)
        if len(found) == 1:
            mend(self.session, found[0])
        elif found:
            self._choose(node, found)

    def actions(self, node: str, parent: QObject) -> list[QAction]:
        """An action for each fix of a node, for its context menu."""
        return [self._action(problem, parent) for problem in self.problems(node)]

    def _choose(self, node: str, found: Sequence[Problem]) -> None:
        menu = QMenu(self.canvas)
        menu.setToolTipsVisible(True)
        menu.addActions([self._action(problem, menu) for problem in found])
        menu.aboutToHide.connect(self._closed)
        self.menu = menu
        place = self.canvas.mapFromScene(self.canvas.badge_rect(node).bottomLeft())
        menu.popup(self.canvas.viewport().mapToGlobal(place))

    def _closed(self) -> None:
        menu, self.menu = self.menu, None
        if menu is not None:
            menu.deleteLater()

    def _action(self, problem: Problem, parent: QObject) -> QAction:
        assert problem.fix is not None, "only problems that can be mended are offered"
        action = QAction(f"Fix: {problem.fix.label}", parent)
        action.setToolTip(problem.message)
        action.setStatusTip(problem.message)
        action.triggered.connect(partial(self._mend, problem))
        return action

    def _mend(self, problem: Problem, _checked: bool = False) -> None:
        mend(self.session, problem)
