"""The panel that goes through one training step, moment by moment, with the canvas lit up."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from core.design.document import Design
from core.design.flat import place_of
from core.explain.walkthrough.moments import BACKWARD, Moment, Walked
from core.explain.walkthrough.walk import Walk
from core.project.file import to_text
from core.project.gallery import examples
from core.train.asks import Answered, NotAnswered
from core.train.events import Event, Loaded, Progress
from designer import moment_texts
from designer.late_panels import Surroundings
from designer.training import IDLE, PAUSED
from widgets.canvas.annotations import Annotations
from widgets.canvas.graph import End
from widgets.step_walk import StepWalk
from widgets.theme import Theme

TOPIC = "walkthrough"
# Its steps are worked out by hand.
EXAMPLE = "two_relus_by_hand"
WAITING = "Working out the step ..."
TRAINING = "The network trains. Pause or stop it to walk through a step with its weights."
# Milliseconds that the design must stay as it is before a step is worked out again.
_REST = 250


class WalkthroughPanel(QObject):
    """Asks for a step while it can be seen, and shows it; the design and the training stay as
    they are.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        widget = StepWalk()
        super().__init__(widget)
        self.widget = widget
        self.session, self.trainer = surroundings.session, surroundings.trainer
        self.canvas, self.asking = surroundings.canvas, surroundings.asking
        self._open_copy = surroundings.open_copy
        self.walked: Walked | None = None
        self._before: tuple[tuple[int, ...], ...] = ()
        self._losses: list[float] = []
        self._weights = ""
        self._is_seen = self._is_due = False
        self._file = self.session.file
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._ask)
        self.widget.moment_shown.connect(self._show)
        self.widget.sample_chosen.connect(self._ask)
        self.widget.step_wanted.connect(self._do_step)
        self.widget.restart_wanted.connect(self.begin)
        self.widget.example_wanted.connect(self._open_example)
        self.session.changed.connect(self._follow_design)
        self.trainer.state_changed.connect(self.begin)
        self.trainer.heard.connect(self._hear)
        self.begin()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.widget.set_theme(theme)

    def be_seen(self, seen: bool) -> None:
        """Ask and light up the canvas only while the panel can be seen."""
        self._is_seen = seen
        if not seen:
            self.widget.stop()
            self.canvas.annotate(None)
        elif self._is_due:
            self._ask()
        else:
            self._show(self.widget.moment)

    def begin(self) -> None:
        """Take back all steps that were done here, and work out the first one."""
        self._before, self._losses, self.walked = (), [], None
        self.canvas.annotate(None)
        self.asking.forget(TOPIC)
        self.widget.say(WAITING if self._may_ask else TRAINING)
        self._is_due = True
        self._rest.start()

    @property
    def _may_ask(self) -> bool:
        """Whether the network stands still."""
        return self.trainer.state in (IDLE, PAUSED)

    def _ask(self) -> None:
        """Ask for the step, unless nobody sees it."""
        self._is_due = True
        if not (self._is_seen and self._may_ask):
            return
        self._is_due = False
        self._rest.stop()
        first, count = self.widget.sample.value() - 1, self.widget.batch.value()
        question = Walk(
            to_text(self.session.whole),
            str(self.session.folder),
            str(self.trainer.store.root),
            tuple(range(first, first + count)),
            self._before,
            self.trainer.device,
        )
        self.asking.ask(TOPIC, question, self._take, self._refuse)

    def _do_step(self) -> None:
        if self.walked is not None and not self.asking.is_waiting(TOPIC):
            first, count = self.widget.sample.value() - 1, self.widget.batch.value()
            self._before = (*self._before, tuple(range(first, first + count)))
            self._ask()

    def _take(self, answered: Answered) -> None:
        walked: Walked = answered.answer
        done = len(self._before)
        at = self.widget.moment if self.walked is not None else 0
        # Of the same step with another sample there is another loss.
        self._losses = [*self._losses[:done], walked.loss]
        self.walked = walked
        weights = f"Weights of step {answered.step}" if walked.trained else "Initial weights"
        self._weights = f"{weights}, and {done} more." if done else f"{weights}."
        self.widget.losses.setText(moment_texts.loss_line(self._losses))
        self.widget.losses.setToolTip("The loss before each step that was done here")
        self.widget.restart.setEnabled(done > 0)
        titles = [moment_texts.title(m, walked.turns) for m in walked.moments]
        self.widget.set_moments(titles, at, walked.samples)

    def _refuse(self, refused: NotAnswered) -> None:
        self.walked = None
        self.canvas.annotate(None)
        message = refused.message[:1].upper() + refused.message[1:]
        self.widget.say(f"{message.rstrip('.')}.\n{refused.hint}".strip(), with_example=True)

    def _open_example(self) -> None:
        self._open_copy(examples()[EXAMPLE])

    def _show(self, number: int) -> None:
        if self.walked is None or not 0 <= number < len(self.walked.moments):
            return
        moment = self.walked.moments[number]
        self.widget.text.set_paragraphs(
            moment_texts.headline(moment),
            f"{moment_texts.note(moment)} {self._weights}",
            list(moment_texts.paragraphs(moment)),
        )
        if self._is_seen:
            self._light_up(moment)

    def _light_up(self, moment: Moment) -> None:
        """Show the numbers on the node, or on the group of this level that it stands in."""
        path, last = place_of(moment.node)
        depth = len(self.session.path)
        inside = path[:depth] == self.session.path
        node = (*path, last)[depth] if inside else ""
        if node not in self.canvas.graph_scene.nodes:
            self.canvas.annotate(None)
            return
        wires = moment_texts.on_wires(moment) if len(path) == depth else {}
        annotations = Annotations(
            node,
            moment_texts.on_node(moment),
            {End(node, port): lines for port, lines in wires.items()},
            moment.stage == BACKWARD,
        )
        self.canvas.annotate(annotations)
        self.canvas.uncover(self.canvas.node_rect(node))

    def _follow_design(self, before: Design, after: Design) -> None:
        moved, self._file = self.session.file != self._file, self.session.file
        if moved or _learnt(before) != _learnt(after):
            self.begin()
        elif self.walked is not None:
            # The user is at another level of the design, or moved something.
            self.canvas.annotate(None)
            self._show(self.widget.moment)

    def _hear(self, event: Event) -> None:
        """Other weights are there: those of a run, or after a single step of a paused training."""
        stepped = isinstance(event, Progress) and self.trainer.state == PAUSED
        if stepped or isinstance(event, Loaded):
            self.begin()


def _learnt(design: Design) -> tuple[object, ...]:
    """What a training step depends on."""
    return design.nodes, design.wires, design.groups, design.data, design.recipe
