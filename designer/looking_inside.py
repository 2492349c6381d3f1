"""Asks what is inside of the watched node, for the chosen sample or one of the user's own."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from core.explain.inside.ask import Inside
from core.explain.inside.seen import Insides
from core.explain.probe_samples import ProbeSamples, Samples
from core.train.asks import Answered, NotAnswered
from core.train.events import Event, Finished, Loaded, Started, View
from designer.asking import Asking
from designer.choosing_samples import OwnSamples, offer_orders
from designer.training import TRAINING
from designer.watching import Watching, is_of
from widgets.pictures.sample_chooser import SampleChooser

_INSIDE, _ORDER = "inside", "probe order"


class LookingInside(QObject):
    """Asks while the dock of activations can be seen, each time that the node was looked at."""

    def __init__(self, watching: Watching, asking: Asking) -> None:
        super().__init__(watching)
        self._watching, self._asking = watching, asking
        self._trainer = watching.trainer
        self._views, self._inside = watching.views, watching.views.inside
        self._own = OwnSamples(self._inside.chooser, lambda: watching.session.folder)
        self._view: View | None = None
        self._asked: tuple[Inside, int | None] | None = None
        self._knows_order = False
        self._trainer.heard.connect(self._hear)
        self._inside.became_seen.connect(self._be_seen)
        self._views.sample_changed.connect(self._leave_own)
        for chooser in self._views.choosers:
            chooser.order_wanted.connect(partial(self._ask_order, chooser))
        self._own.changed.connect(self._look_again)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Started | Loaded | Finished):
            self._knows_order = False
        if isinstance(event, Started | Loaded):
            self._view = None
            self._own.show(None)
        if not isinstance(event, View) or not is_of(event, self._trainer.watched):
            return
        before, self._view = self._view, event
        if before is None or before.node != event.node:
            self._inside.forget()
        self._inside.chooser.text.setEnabled(bool(event.tokens))
        self._be_seen()

    def _be_seen(self) -> None:
        """Ask for what is not known yet of what can be seen."""
        self._ask()
        seen = any(chooser.isVisible() for chooser in self._views.choosers)
        if not self._knows_order and self._view is not None and seen:
            self._knows_order = True
            self._ask_order()

    def _ask(self) -> None:
        view = self._view
        if view is None or not self._inside.isVisible():
            return
        # What trains is looked at again soon; an answer that is on its way is not overtaken.
        patient = self._trainer.state == TRAINING
        question = Inside(view.node, view.row, self._own.sample)
        asked = (question, self._asking.moment)
        if patient and self._asking.is_waiting(_INSIDE) and asked == self._asked:
            return
        self._asked = asked
        self._asking.ask(_INSIDE, question, self._take, self._refuse, patient)

    def _take(self, answered: Answered) -> None:
        found: Insides = answered.answer
        if self._view is None or found.node != self._view.node:
            return
        self._inside.show_insides(found)
        if self._own.sample is not None and found.output is not None:
            name = self._watching.session.analysis_of_whole.name_of(found.node)
            shape = str(list(found.output.shape)) if found.output.ndim else "one number"
            said = f"; predicted {found.predicted}" if found.predicted else ""
            caption = f"{shape}, own sample, step {answered.step:,}{said}"
            self._views.value.show_value(found.output, name, caption, found.labels)

    def _refuse(self, refused: NotAnswered) -> None:
        self._inside.forget()
        if self._own.sample is not None:
            self._own.show(None)
            self._trainer.trouble.emit(refused.message, refused.hint, False)
            self._ask()

    def _ask_order(self, chooser: SampleChooser | None = None) -> None:
        """Ask for the order of the probe; a chooser that wants it goes to its first sample then."""

        def take(answered: Answered) -> None:
            samples: ProbeSamples = answered.answer
            for one in self._views.choosers:
                offer_orders(one, samples)
            if chooser is not None:
                chooser.choose_first()

        def refuse(_: NotAnswered) -> None:
            self._knows_order = False

        patient = self._trainer.state == TRAINING and chooser is None
        self._asking.ask(_ORDER, Samples(), take, refuse, patient)

    def _leave_own(self, *_: object) -> None:
        if self._own.sample is not None:
            self._own.show(None)
            self._look_again()

    def _look_again(self) -> None:
        """Look at a sample of the user's own, or at the chosen one of the data again."""
        self._ask()
        if self._own.sample is None and self._view is not None:
            name = self._watching.session.analysis_of_whole.name_of(self._view.node)
            self._views.show_view(self._view, name)
