"""The panel that lists what is wrong with the design and mends what it can."""

from __future__ import annotations

from PySide6.QtCore import Signal

from core.design.problems import Problem
from designer.session import Session
from widgets.problem_list import ProblemList, ProblemRow


class Problems(ProblemList):
    """The problems of the session's design. ``node_wanted`` carries the node to go to."""

    node_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.activated.connect(self._go)
        self.fix_requested.connect(self._fix)
        session.changed.connect(self._show)
        self._show()

    def _show(self, *_: object) -> None:
        self.set_problems([self._row(p) for p in self.session.analysis.problems])

    def _row(self, problem: Problem) -> ProblemRow:
        node = self.session.design.nodes.get(problem.node or "")
        return ProblemRow(
            problem.severity,
            problem.node or "",
            node.name if node else "",
            problem.message.removeprefix(f"{node.name}: ") if node else problem.message,
            problem.remedy,
            problem.fix.label if problem.fix else "",
        )

    def _go(self, node: str) -> None:
        if node:
            self.node_wanted.emit(node)

    def _fix(self, index: int) -> None:
        fix = self.session.analysis.problems[index].fix
        if fix:
            self.session.act(fix.label, fix.edit)
