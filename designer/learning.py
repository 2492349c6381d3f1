"""Shows in the nodes what they learn and compute while a design is trained."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.design.analysis import Analysis
from core.design.document import Design
from core.train.commands import Survey
from core.train.events import Event, Surveyed
from designer.findings import Findings, pictured
from designer.gradients import SCALE
from designer.preferences import Preferences
from designer.session import Session
from designer.training import STARTING, Trainer
from widgets.canvas.live import Live
from widgets.canvas.view import Canvas

# Seconds between two surveys, at least.
INTERVAL = 1.0
# Up to so many nodes all outputs are asked for; of a larger design only those in view.
MOST_PICTURES = 128


class Learning(QObject):
    """Hands the canvas what the worker's surveys find.

    It shows the last run of this session as long as the design is the one that was trained, at
    whichever level of it the user is.
    """

    def __init__(
        self, session: Session, trainer: Trainer, canvas: Canvas, preferences: Preferences
    ) -> None:
        super().__init__(canvas)
        self.session, self.trainer, self.canvas = session, trainer, canvas
        self._preferences = preferences
        self._trained: Analysis | None = None
        self._found: Surveyed | None = None
        self._path = session.path
        trainer.state_changed.connect(self._follow_run)
        trainer.heard.connect(self._hear)
        trainer.trouble.connect(self._give_room_back)
        session.changed.connect(self._follow_design)
        if self.shown:
            trainer.survey(Survey(INTERVAL))

    @property
    def shown(self) -> bool:
        """Whether nodes show anything; the worker computes nothing for it otherwise."""
        return self._preferences.learning_in_nodes

    def show(self, shown: bool) -> None:
        """Begin or end showing, and remember it."""
        self._preferences.learning_in_nodes = shown
        self._found = None
        if not shown:
            self.trainer.survey(Survey(0.0))
        else:
            self._ask()
        self._display()

    def _follow_run(self) -> None:
        """A run begins: what an earlier one showed is taken away, the room is kept."""
        if self.trainer.state == STARTING:
            self._trained, self._found = self.session.analysis_of_whole, None
            if self.shown:
                self._ask()
            self._display()

    def _follow_design(self, *_: Design) -> None:
        moved, self._path = self.session.path != self._path, self.session.path
        if self._trained is None:
            return
        if not same_network(self._trained, self.session.analysis_of_whole):
            self._trained = self._found = None
            self._display()
        elif moved:
            if self.shown:
                self._ask()
            self._display()

    def _give_room_back(self, *_: object) -> None:
        """A run that failed before there was anything to show leaves no empty room behind."""
        if self._found is None:
            self._trained = None
            self._display()

    def _ask(self) -> None:
        """Ask for surveys with pictures of the nodes that can be seen."""
        outputs = pictured(self.session)
        if len(outputs) > MOST_PICTURES:
            seen = (outputs[node] for node in self.canvas.visible_nodes() if node in outputs)
            self.trainer.survey(Survey(INTERVAL, tuple(seen)[:MOST_PICTURES]))
        else:
            self.trainer.survey(Survey(INTERVAL, tuple(outputs.values())))

    def _hear(self, event: Event) -> None:
        if not isinstance(event, Surveyed) or not self.shown or self._trained is None:
            return
        if self.trainer.state == STARTING:
            # It was asked of the run before.
            return
        self._found = event
        self._display()
        if len(self.session.design.nodes) > MOST_PICTURES:
            self._ask()

    def _display(self) -> None:
        """Let the canvas show what is known, nothing or empty room."""
        if self._trained is None or not self.shown:
            self.canvas.set_live({})
        elif self._found is None:
            reports = self.session.analysis.nodes.items()
            outputs = pictured(self.session)
            self.canvas.set_live({i: Live() for i, r in reports if i in outputs or r.parameters})
        else:
            self.canvas.set_live(Findings(self.session, self._found).lives(), SCALE)


def same_network(first: Analysis, second: Analysis) -> bool:
    """Whether two designs train alike, whatever their nodes are called and wherever they stand."""
    one, other = first.design, second.design
    if one is other:
        return True
    kinds = [{i: (n.block, n.params) for i, n in d.nodes.items()} for d in (one, other)]
    same_data = one.wires == other.wires and one.data == other.data
    return kinds[0] == kinds[1] and same_data and first.flat.ties == second.flat.ties
