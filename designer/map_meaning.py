"""The page that checks a map: against random weights, and against what the score really needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.explain.attribution.ask import Attribute
from core.explain.attribution.curves import Curves, DeletionInsertion
from core.explain.attribution.map import IMAGE, Attribution
from core.explain.attribution.sanity import Sanity, SanityCheck
from core.train.asks import Answered, NotAnswered
from designer.asking import Asking
from designer.computing import Computing
from designer.map_choice import method_kinds
from designer.map_words import (
    areas_text,
    depths_text,
    measure_text,
    refusal_text,
    sentence,
    with_labels,
)
from widgets.labels import wrapped_label
from widgets.pictures.attribution_view import LEAST_PICTURE, LEAST_ROW, AttributionView, flat_map
from widgets.pictures.value_range import limits_of
from widgets.plots.curves import CurvePlot
from widgets.plots.look import Look
from widgets.shrinkable import Shrinkable
from widgets.side_by_side import SideBySide
from widgets.theme import Theme

LEARNED, RANDOM = "attribution.learned", "attribution.random"
SANITY, CURVES = "attribution.sanity", "attribution.curves"
TOPICS = (LEARNED, RANDOM, SANITY, CURVES)
IDLE_TEXT = (
    "Draws the weights anew and looks whether the map changes, then takes the marked parts away "
    "and looks whether the score falls."
)
NO_MAP_TEXT = "This method makes up a sample and no map, so there is nothing to check."
# The six colours of a theme come again with dashes: the same colour, for orders by chance.
_DASHED = 6
# From so many pixels on for each, maps and curves stand beside each other.
_HALF = 300


class MapMeaning(QScrollArea):
    """Asks the checks of one question when ``check`` is pressed, and shows what they say."""

    def __init__(self, asking: Asking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asking = asking
        self._question: Attribute | None = None
        self._maps: dict[str, Attribution] = {}
        self.labels_of: Callable[[Attribution], Sequence[str]] = lambda _: ()
        self.check = QPushButton("Check this map")
        self.check.setToolTip(IDLE_TEXT)
        self.check.clicked.connect(self._ask)
        self.note = wrapped_label("muted")
        self.learned = AttributionView("Map of the learned weights")
        self.random = AttributionView("Map of random weights")
        self.sanity_words, self.sanity_facts = wrapped_label("title"), wrapped_label("muted")
        self.plot = CurvePlot("Parts taken away and put in", x_label="Share of parts", y_label="")
        self.plot.set_empty_text("")
        self.curve_words, self.curve_facts = wrapped_label("title"), wrapped_label("muted")
        self._lay_out()
        self.show_question(None)

    def show_question(self, question: Attribute | None) -> None:
        """Be ready to check another map; what was found of the last one goes."""
        self._question = question
        kind = method_kinds().get(question.method) if question is not None else None
        is_map = kind is not None and not kind.makes_sample
        for topic in TOPICS:
            self._asking.forget(topic)
        self.check.setEnabled(is_map)
        self.note.setText(NO_MAP_TEXT if kind is not None and not is_map else IDLE_TEXT)
        self.note.show()
        self.results.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.plot.set_theme(theme)

    def _ask(self) -> None:
        question = self._question
        if question is None:
            return
        self._maps = {}
        for view in (self.learned, self.random):
            view.clear("")
        for label in (self.sanity_facts, self.curve_facts):
            label.setText("")
        self.sanity_words.setText("")
        self.curve_words.setText("")
        self.plot.clear()
        self.results.show()
        asked = {
            LEARNED: (question, self._take_map),
            RANDOM: (replace(question, randomised=True), self._take_map),
            SANITY: (Sanity(question), self._take_sanity),
            CURVES: (Curves(question), self._take_curves),
        }
        for topic, (ask, take) in asked.items():
            self._asking.ask(topic, ask, take, self._refuse)
        self._tell()

    def _take_map(self, answered: Answered) -> None:
        self._maps[answered.topic] = answered.answer
        limits = limits_of([flat_map(shown.values) for shown in self._maps.values()])
        pairs = ((LEARNED, self.learned, "Learned"), (RANDOM, self.random, "Random weights"))
        for topic, view, title in pairs:
            if topic in self._maps:
                shown = self._maps[topic]
                view.show_map(shown, limits, title, labels=self.labels_of(shown))
                self._maps_line.set_least(LEAST_PICTURE if shown.kind == IMAGE else LEAST_ROW)
        self._tell()

    def _take_sanity(self, answered: Answered) -> None:
        found: SanityCheck = answered.answer
        self.sanity_words.setText(sentence(found.verdict))
        self.sanity_facts.setText(depths_text(found))
        self._tell()

    def _take_curves(self, answered: Answered) -> None:
        found: DeletionInsertion = answered.answer
        self.plot.set_title(f"{measure_text(found)} as parts go and come", "")
        drawn = (
            ("taken away", found.deletion, Look(0)),
            ("put in", found.insertion, Look(1)),
            ("away by chance", found.random_deletion.mean(axis=0), Look(_DASHED)),
            ("in by chance", found.random_insertion.mean(axis=0), Look(_DASHED + 1)),
        )
        for name, values, look in drawn:
            self.plot.set_series(name, list(found.shares), list(values))
            self.plot.set_look(name, look)
        self.plot.redraw()
        self.curve_words.setText(sentence(found.verdict))
        self.curve_facts.setText(areas_text(found))
        self._tell()

    def _refuse(self, refused: NotAnswered) -> None:
        if self.results.isHidden():
            # It was told already why there is nothing, as when the worker dies with all questions.
            return
        text = with_labels(refusal_text(refused.message, refused.hint), method_kinds())
        if refused.topic == LEARNED:
            # Without a map there is nothing to check, for the same reason.
            for topic in TOPICS:
                self._asking.forget(topic)
            self.results.hide()
            self.note.setText(text)
            self.note.show()
            return
        if refused.topic == CURVES:
            self.curve_words.setText(text)
        elif refused.topic == SANITY:
            self.sanity_words.setText(text)
        else:
            self.random.clear(text)
        self._tell()

    def _tell(self) -> None:
        waits = any(self._asking.is_waiting(topic) for topic in TOPICS)
        self.note.setText("Calculating …" if waits else "")
        self.note.setVisible(waits)

    def _lay_out(self) -> None:
        for view in (self.learned, self.random):
            view.show_sample(False)
            view.setMinimumHeight(130)
        self.plot.setMinimumHeight(190)
        maps = SideBySide((self.learned, self.random), LEAST_ROW, 12)
        halves = []
        for part, facts in ((maps, self.sanity_facts), (self.plot, self.curve_facts)):
            half = Shrinkable()
            column = QVBoxLayout(half)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(6)
            column.addWidget(part, 1)
            column.addWidget(facts)
            halves.append(half)
        self._maps_line = maps
        self.results = Shrinkable()
        inner = QVBoxLayout(self.results)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        inner.addWidget(self.sanity_words)
        inner.addWidget(self.curve_words)
        inner.addSpacing(4)
        inner.addWidget(SideBySide(halves, _HALF, 16), 1)
        body = Shrinkable()
        column = QVBoxLayout(body)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(8)
        column.addWidget(self.check, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.note)
        column.addWidget(Computing(self._asking, TOPICS))
        column.addWidget(self.results, 1)
        column.addStretch(0)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Does this map mean anything?")
        self.setWidget(body)
