"""The panel that lists what is wrong with the design and mends what it can."""

from __future__ import annotations

from PySide6.QtCore import Signal

from core.design.analysis import Analysis
from core.design.problems import Problem
from designer.fixing import mend
from designer.session import Session
from widgets.problem_list import ProblemList, ProblemRow


class Problems(ProblemList):
    """The problems of the whole design. ``node_wanted`` carries the unfolded node to go to."""

    node_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.activated.connect(self._go)
        self.fix_requested.connect(self._fix)
        session.changed.connect(self._show)
        self._show()

    def _show(self, *_: object) -> None:
        whole = self.session.analysis_of_whole
        self.set_problems([_row(whole, p) for p in whole.problems])

    def _go(self, node: str) -> None:
        if node:
            self.node_wanted.emit(node)

    def _fix(self, index: int) -> None:
        mend(self.session, self.session.analysis_of_whole.problems[index])


def _row(whole: Analysis, problem: Problem) -> ProblemRow:
    name = whole.name_of(problem.node) if problem.node else ""
    return ProblemRow(
        problem.severity,
        problem.node or "",
        name,
        problem.message.removeprefix(f"{name}: ") if name else problem.message,
        problem.remedy,
        problem.fix.label if problem.fix else "",
    )
