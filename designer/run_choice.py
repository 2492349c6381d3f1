"""The fields that choose which run, and which step of it, a compared map is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QWidget

from core.design.analysis import Analysis, analyse
from core.errors import LayerloomError
from core.explain.attribution.ask import Attribute
from core.explain.attribution.of_run import AttributeOfRun
from core.project.file import from_text
from core.project.moments import Moment, moments
from core.project.runs import IMPORTED, Run, RunStore
from core.train.asks import Ask
from core.train.other_runs import RunPlace
from designer.background import Background
from designer.map_chooser import offer
from widgets.inputs import ComboBox

THIS_RUN = ""
_RUN_HELP = "The run whose network makes the second map, of the same sample"
_STEP_HELP = "The weights of which step of that run"


@dataclass(frozen=True)
class RunFacts:
    """What was read of a run: its design, None where it cannot be used, and its moments."""

    run: str
    analysis: Analysis | None
    moments: tuple[Moment, ...]


class RunChoice(QWidget):
    """``run`` is the id of another run, or ``THIS_RUN``; ``step`` one of its steps, or None.

    ``changed`` comes when a person has chosen, ``learned`` when more is known of the chosen run.
    """

    changed = Signal()
    learned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: dict[str, Run] = {}
        self._own: tuple[Moment, ...] = ()
        self._facts: RunFacts | None = None
        self._reading = Background()
        self._reading.answered.connect(self._learn)
        self.destroyed.connect(self._reading.close)
        self.box, self.steps = ComboBox(), ComboBox()
        self.box.setAccessibleName("Run to compare with")
        self.box.setToolTip(_RUN_HELP)
        self.steps.setAccessibleName("Step to compare with")
        self.steps.setToolTip(_STEP_HELP)
        self.box.activated.connect(self._choose)
        self.steps.activated.connect(self.changed)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(6)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        # A name with a moment needs all the width there is.
        self._form.addRow(self.box)
        self._form.addRow("Step", self.steps)
        self.show_runs((), None)

    @property
    def run(self) -> str:
        """The id of the chosen run, ``THIS_RUN`` for the one that is looked at."""
        return self.box.currentData() or THIS_RUN

    @property
    def step(self) -> int | None:
        """The chosen step; None for the one that is looked at, or the last of another run."""
        found = self.steps.currentData()
        return int(found) if found is not None else None

    @property
    def is_fixed(self) -> bool:
        """Whether the weights stay the same while the present run goes on."""
        return bool(self.run) or self.step is not None

    @property
    def analysis(self) -> Analysis | None:
        """The design of the chosen run, None of the present one, or while it is not known."""
        return self._facts.analysis if self._facts is not None else None

    def show_runs(
        self, runs: Sequence[Run], present: Run | None, moments: Sequence[Moment] = ()
    ) -> None:
        """Offer the present run with its moments, and all others that have weights."""
        self._own = tuple(moments)
        others = [r for r in runs if (present is None or r.id != present.id) and r.has_weights]
        before, self._runs = self.run, {r.id: r for r in others}
        offer(self.box, [("This run", THIS_RUN), *((_label(r), r.id) for r in others)])
        for at, run in enumerate(others, 1):
            self.box.setItemData(at, _tip(run), Qt.ItemDataRole.ToolTipRole)
        if self.run != before:
            self._read()
        else:
            self._offer_steps()

    def question(self, asked: Attribute, store: Path, folder: Path) -> Ask:
        """The question, of the chosen run."""
        if self.run == THIS_RUN:
            return asked
        return AttributeOfRun(asked, RunPlace(self.run, str(store), str(folder), self.step))

    def _choose(self) -> None:
        self._read()
        self.changed.emit()

    def _read(self) -> None:
        self._facts = None
        self._reading.forget()
        run = self._runs.get(self.run)
        told = _tip(run) if run is not None else ""
        self.box.setAccessibleDescription(told)
        self.box.setToolTip(told or _RUN_HELP)
        if run is not None:
            self._reading.work_out(partial(_facts_of, run))
        self._offer_steps()

    def _learn(self, found: RunFacts) -> None:
        if found.run == self.run:
            self._facts = found
            self._offer_steps()
            self.learned.emit()

    def _offer_steps(self) -> None:
        known = self._facts.moments if self._facts is not None else ()
        found = known if self.run else self._own
        first: tuple[str, Any] = ("At its end" if self.run else "The step that is shown", None)
        kept = self.steps.currentData()
        entries = [(f"{m.step:,} (epoch {m.epoch:.4g})", m.step) for m in reversed(found)]
        offer(self.steps, [first, *entries])
        if kept not in [step for _, step in entries]:
            self.steps.setCurrentIndex(0)
        self._form.setRowVisible(self.steps, bool(found))


def runs_of(store: RunStore, project: str) -> list[Run]:
    """The runs of a project, newest first; none where the store cannot be read."""
    try:
        return store.runs(project)
    except LayerloomError:
        # The panel of runs tells why.
        return []


def _facts_of(run: Run) -> RunFacts:
    """What is asked of another thread."""
    analysis = None
    if run.status != IMPORTED:
        try:
            analysis = analyse(from_text(run.snapshot, run.id))
        except LayerloomError:
            # Who asks the run for a map is told why there is none.
            analysis = None
    return RunFacts(run.id, analysis, moments(run.directory).found)


def _label(run: Run) -> str:
    made = datetime.fromisoformat(run.created).astimezone()
    # An id is a moment, too.
    return f"{run.name}, {made:%d %b %H:%M}" if run.name else f"{made:%d %b %H:%M:%S}"


def _tip(run: Run) -> str:
    made = datetime.fromisoformat(run.created).astimezone()
    return f"{run.title}\nRun {run.id}, {made:%A, %d %B %Y, %H:%M:%S}"
