"""The panel that shows which parts of a sample a prediction rests on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from core.errors import LayerloomError
from core.explain.attribution.ask import Attribute
from core.explain.attribution.map import IMAGE
from core.explain.probe_samples import ProbeSamples, Samples
from core.train.asks import Answered, Ask, NotAnswered
from core.train.events import Event, Finished, Loaded, Started
from designer.attribution_pane import ANOTHER, KEPT, NOTHING, AttributionPane
from designer.choosing_samples import OwnSamples, offer_orders
from designer.computing import Computing
from designer.late_panels import Surroundings
from designer.map_choice import method_kinds, nodes_for
from designer.map_meaning import MapMeaning
from designer.map_saving import ask_and_save
from designer.map_words import (
    LIVE_HINT,
    NOTHING_TRAINED,
    UNKNOWN_TRUTH,
    refusal_text,
    with_labels,
)
from designer.nearest_samples import NearestSamples
from designer.run_choice import runs_of
from designer.shown_maps import Known, ShownMap, draw, overlays, scale_hint
from designer.training import TRAINING
from widgets.pictures.attribution_view import LEAST_PICTURE, LEAST_ROW
from widgets.theme import Theme

TOPICS = ("attribution.first", "attribution.second")
SAMPLES = "attribution.samples"


class AttributionPanel(QObject):
    """Asks for maps of what is chosen in ``pane``, and shows the answers."""

    def __init__(self, around: Surroundings) -> None:
        self.kinds = method_kinds()
        self.pane = AttributionPane(self.kinds)
        super().__init__(self.pane)
        self.widget: QWidget = self.pane
        self._around, self._asking, self._trainer = around, around.asking, around.trainer
        self._seen, self._stale = False, True
        self.known = Known()
        self._shown: list[ShownMap | None] = [None, None]
        self._questions: list[Attribute | None] = [None, None]
        self._own = OwnSamples(self.pane.chooser, lambda: around.session.folder)
        self._choosers = (self.pane.first, self.pane.second)
        self.pane.below.addWidget(Computing(around.asking, TOPICS))
        self.meaning = MapMeaning(around.asking)
        self.nearest = NearestSamples(around.asking)
        self.pane.add_tab(
            self.meaning,
            "Meaningful?",
            "Whether the map depends on what was learned, and the score on what the map marks",
        )
        self.pane.add_tab(
            self.nearest, "Nearest", "The training samples that the network finds most alike"
        )
        self._connect()
        around.asking.moment_changed.connect(self.refresh)
        self._show_nothing_trained()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.meaning.set_theme(theme)

    def be_seen(self, seen: bool) -> None:
        """Ask for what is stale when the panel can be seen, and for nothing while it cannot."""
        self._seen = seen
        if seen and self._stale:
            self.refresh()
        elif seen:
            self._follow()

    def refresh(self) -> None:
        """Ask for everything anew: there is another network, or it has other weights."""
        self._stale = not self._seen
        if self._stale:
            return
        self._offer_runs()
        self._offer_nodes()
        if not self._has_network:
            self._show_nothing_trained()
            return
        self._ask_samples()
        self._ask_maps()

    def _connect(self) -> None:
        self._trainer.heard.connect(self._hear)
        self._trainer.state_changed.connect(self._stand)
        self._around.session.changed.connect(self._look_again)
        self.pane.chooser.sample_changed.connect(self._ask_maps)
        self.pane.chooser.order_wanted.connect(partial(self._ask_samples, True))
        self._own.changed.connect(self._ask_maps)
        self.pane.live.toggled.connect(self._stand)
        self.pane.compare.activated.connect(self._compare)
        self.pane.run.changed.connect(partial(self._choose, 1))
        self.pane.run.learned.connect(self._learn_of_run)
        self._trainer.moments.known_changed.connect(self._offer_runs)
        self.pane.same_scale.toggled.connect(self._draw)
        for number, chooser in enumerate(self._choosers):
            chooser.changed.connect(partial(self._choose, number))
        for view in self.pane.views:
            view.save_wanted.connect(partial(self._save, view))

    @property
    def _has_network(self) -> bool:
        return self._trainer.run is not None or self._trainer.busy

    @property
    def _follows(self) -> bool:
        """Whether maps are asked for again and again."""
        return self._seen and self.pane.live.isChecked() and self._trainer.state == TRAINING

    def _hear(self, event: Event) -> None:
        if isinstance(event, Loaded | Started):
            # The samples, and what is known of them, may be those of other data.
            self.known = Known()
            self._own.show(None)
        if isinstance(event, Loaded | Finished):
            self.refresh()
        elif isinstance(event, Started):
            self._ask_samples()

    def _stand(self, *_: object) -> None:
        """The state of the training, or the wish to follow it, has changed."""
        self._tell_status()
        self._follow()

    def _follow(self) -> None:
        for number in self._asked():
            waits = self._asking.is_waiting(TOPICS[number])
            if self._follows and not waits and not self._is_fixed(number):
                self._ask_map(number, patient=True)

    def _look_again(self, *_: object) -> None:
        # Another design lets go of its predecessor's run only after it was opened.
        QTimer.singleShot(0, self, self._leave_if_nothing)

    def _leave_if_nothing(self) -> None:
        if not self._has_network:
            self._show_nothing_trained()
        if self._seen:
            self._offer_nodes()

    def _show_nothing_trained(self) -> None:
        for topic in (SAMPLES, *TOPICS):
            self._asking.forget(topic)
        self.known, self._shown = Known(), [None, None]
        self._offer_samples(None)
        self._own.show(None)
        self.meaning.show_question(None)
        self.nearest.show_sample(None)
        for view in self.pane.views:
            view.clear(NOTHING_TRAINED)
        self._stale = True
        self._tell_status()

    def _offer_nodes(self) -> None:
        present = self._around.session.analysis_of_whole
        analyses = (present, self.pane.run.analysis or present)
        for chooser, analysis in zip(self._choosers, analyses, strict=True):
            if chooser.kind is not None:
                chooser.set_nodes(nodes_for(chooser.kind, analysis))

    def _offer_runs(self) -> None:
        """Offer the runs that there are, if another map is to be compared with."""
        if self._seen and self.pane.comparison == ANOTHER:
            runs, trainer = runs_of(self._trainer.store, self._trainer.project), self._trainer
            self.pane.run.show_runs(runs, trainer.run, trainer.moments.known)

    def _learn_of_run(self) -> None:
        """The other run's layers are known; what was asked of one that it has not is asked anew."""
        self._offer_nodes()
        if self.pane.comparison == ANOTHER and self.question(1) != self._questions[1]:
            self._ask_map(1)

    def _is_fixed(self, number: int) -> bool:
        """Whether a map is of weights that do not go on with the training."""
        return number == 1 and self.pane.run.is_fixed

    def _asked(self) -> tuple[int, ...]:
        """The numbers of the maps that are asked for."""
        return (0, 1) if self.pane.comparison == ANOTHER else (0,)

    def _choose(self, number: int) -> None:
        self._offer_nodes()
        if self._has_network:
            self._ask_map(number)

    def _compare(self) -> None:
        comparison = self.pane.comparison
        self._asking.forget(TOPICS[1])
        first = self._shown[0]
        if comparison == KEPT and first is not None:
            self._shown[1] = ShownMap(first.map, first.step, f"Kept{self._run_name()}: ")
        elif comparison != ANOTHER:
            self._shown[1] = None
            self.pane.compare.setCurrentIndex(self.pane.compare.findData(NOTHING))
        self.pane.show_comparison()
        self._offer_runs()
        self._draw()
        if comparison == ANOTHER and self._has_network:
            self._shown[1] = None
            self._ask_map(1)

    def _run_name(self) -> str:
        run = self._trainer.run
        return f" from {run.title}" if run is not None else ""

    def _ask_samples(self, is_wanted: bool = False) -> None:
        """Ask which samples there are; where their order ``is_wanted``, go to the first of it."""
        if self._has_network and self._seen:
            patient = self._trainer.state == TRAINING and not is_wanted
            take, refuse = partial(self._take_samples, is_wanted), self._refuse_samples
            self._asking.ask(SAMPLES, Samples(), take, refuse, patient)

    def _offer_samples(self, samples: ProbeSamples | None) -> None:
        chooser = self.pane.chooser
        chooser.set_samples(samples.count if samples else 0, chooser.index)
        known = samples.features.values() if samples else ()
        chooser.text.setEnabled(any(features.tokens for features in known))
        if samples is not None:
            offer_orders(chooser, samples)

    def _take_samples(self, is_wanted: bool, answered: Answered) -> None:
        samples: ProbeSamples = answered.answer
        self.known = Known(samples)
        self._offer_samples(samples)
        if is_wanted:
            self.pane.chooser.choose_first()
        self._offer_classes()
        self.nearest.set_features(next(iter(samples.features.values()), None))
        self.meaning.labels_of = self.known.labels
        self._draw()
        for number in self._asked():
            # Another order, other classes or a known truth may make it another question.
            if self.question(number) != self._questions[number]:
                self._ask_map(number)

    def _refuse_samples(self, refused: NotAnswered) -> None:
        self.known = Known()
        self._offer_samples(None)

    def question(self, number: int = 0) -> Attribute | None:
        """What is asked for one of the maps; None while the class is not known."""
        sample, own = self.pane.chooser.index, self._own.sample
        truth = self.known.truth(sample) if own is None else None
        return self._choosers[number].choice().question(sample, truth, own)

    def _of_run(self, number: int, question: Attribute) -> tuple[Ask, int | None]:
        """The question of the run that is chosen for a map, and the step to ask it of."""
        run = self.pane.run
        if number == 0:
            return question, None
        asked = run.question(question, self._trainer.store.root, self._around.session.folder)
        return asked, None if run.run else run.step

    def _ask_maps(self, *_: object) -> None:
        for number in self._asked():
            self._ask_map(number)

    def _ask_map(self, number: int, patient: bool = False) -> None:
        if not self._seen:
            self._stale = True
            return
        question = self._questions[number] = self.question(number)
        if question is None:
            self._shown[number] = None
            self._asking.forget(TOPICS[number])
            self.pane.views[number].clear(UNKNOWN_TRUTH)
            self._tell_status()
            return
        take, refuse = partial(self._take, number), partial(self._refuse, number)
        asked, at = self._of_run(number, question)
        self._asking.ask(TOPICS[number], asked, take, refuse, patient, at)
        if number == 0 and not patient:
            self.meaning.show_question(question)
            self.nearest.show_sample(question.number, question.own)
        self._tell_status()

    def _take(self, number: int, answered: Answered) -> None:
        fixed = self._is_fixed(number)
        self._shown[number] = ShownMap.of(answered, fixed)
        self._offer_classes()
        self._draw()
        if self._follows and not fixed:
            self._ask_map(number, patient=True)

    def _refuse(self, number: int, refused: NotAnswered) -> None:
        self._shown[number] = None
        text = refusal_text(refused.message, refused.hint)
        self.pane.views[number].clear(with_labels(text, self.kinds))
        self._draw()

    def _offer_classes(self) -> None:
        told = next((s.map.classes for s in self._shown if s), ())
        for chooser in self._choosers:
            chooser.set_classes(self.known.classes or told, self.known.has_truth)

    def _draw(self, *_: object) -> None:
        pane = self.pane
        draw(pane.views, self._shown, pane.same_scale.isChecked(), self.kinds, self.known)
        pictured = any(s.map.kind == IMAGE for s in self._shown if s)
        pane.opacity.setEnabled(any(overlays(s.map, self.kinds) for s in self._shown if s))
        pane.maps.set_least(LEAST_PICTURE if pictured else LEAST_ROW)
        self._tell_status()

    def _tell_status(self) -> None:
        pane = self.pane
        waiting = any(self._asking.is_waiting(topic) for topic in TOPICS)
        if waiting and not self._follows:
            pane.status.write("Calculating …")
        elif self._trainer.state == TRAINING and not pane.live.isChecked():
            pane.status.write(LIVE_HINT)
        else:
            pane.status.write(scale_hint(self._shown) if pane.same_scale.isChecked() else "")
        pane.status.setVisible(bool(pane.status.text()))
        kinds = [self._choosers[number].kind for number in self._asked()]
        sources = dict.fromkeys(kind.source for kind in kinds if kind is not None)
        pane.source.write("Source: " + "; ".join(sources) if sources else "")

    def _save(self, view: object, kind: str) -> None:
        chosen = next(v for v in self.pane.views if v is view)
        try:
            told = ask_and_save(chosen, kind, self._around.session.folder, self.pane)
        except LayerloomError as error:
            told = f"{error.message} {error.hint}"
        if told:
            self._around.tell(told)
