"""The panel of the projection: samples as points, by what a node makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtGui import QStandardItemModel

from core.explain.projection import (
    INSTALL,
    METHODS,
    PCA,
    AskProjection,
    Projection,
    is_installed,
)
from core.explain.sample import AskSample, Sample
from core.train.asks import Answered, Ask, NotAnswered
from designer.class_scene import fill_legend, truths, verdict_words, with_side, wrong_words
from designer.late_panels import Surroundings
from designer.live_panel import LivePanel
from designer.node_choice import NodeChoice
from widgets.inputs import ComboBox
from widgets.labels import label_for
from widgets.pictures.sample_card import SampleCard
from widgets.plots.class_legend import ClassLegend
from widgets.plots.scatter import ScatterPlot, Scene
from widgets.theme import Theme

_HINT = "Point at a sample, or use the arrow keys; click it to see it in all views."


class ProjectionPanel(LivePanel):
    """Asks for points, and for each sample that is pointed at."""

    topic = "projection"
    _sample_topic = "projection sample"

    def __init__(self, around: Surroundings) -> None:
        self.plot = ScatterPlot("Projection of samples")
        self.legend, self.card = ClassLegend(), SampleCard()
        super().__init__(around, with_side(self.plot, self.legend, self.card))
        self._shown: Projection | None = None
        self._samples: dict[int, Sample] = {}
        self.node = NodeChoice(
            around.session,
            "Before the logits",
            "Whose outputs are projected: without a choice the last ones before the logits,\n"
            "or the code of an autoencoder",
        )
        self.node.chosen.connect(lambda _: self.ask())
        self.method = ComboBox()
        self.method.setAccessibleName("Method")
        self.method.setMinimumContentsLength(5)
        self._offer_methods()
        self.method.activated.connect(lambda _: self.ask())
        self.controls.addWidget(label_for("Node", self.node.box))
        self.controls.addWidget(self.node.box, 2)
        self.controls.addWidget(self.method, 1)
        self.finish_controls()
        self.plot.looked_at.connect(self._look)
        self.plot.chosen.connect(self._choose)
        self.plot.teller = self._tell_point

    def question(self) -> Ask | None:
        """The chosen node by the chosen method."""
        return AskProjection(self.node.node, self.method.currentData() or PCA)

    def show(self, answer: Any, step: int) -> None:
        """Draw the points where they were, if axes only turned round."""
        assert isinstance(answer, Projection)
        points = answer.points
        before = self._shown
        if before is not None and before.method == answer.method == PCA:
            points = facing(points, before.points)
        self._shown = replace(answer, points=points)
        told = answer.verdicts
        self.plot.show_scene(Scene(points, *truths(told), told.wrong))
        fill_legend(self.legend, told)
        self._look(self.plot.current)
        self.tell(", ".join(self._words(answer, step)))

    def forget(self) -> None:
        """Samples may be others."""
        self._shown = None
        self._samples.clear()
        self.plot.show_scene(Scene(np.zeros((0, 2))))

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.plot.set_theme(theme)
        self.legend.set_theme(theme)

    def _words(self, answer: Projection, step: int) -> list[str]:
        explained = ""
        if answer.explained:
            first, second = answer.explained
            explained = f"{first + second:.0%} of the variance ({first:.0%} + {second:.0%})"
        told = [
            f"{answer.title}: {answer.reading}",
            explained,
            f"{len(answer.numbers)} samples",
            wrong_words(answer.verdicts),
            f"step {step:,}",
        ]
        return [words for words in told if words]

    def _look(self, point: int) -> None:
        """Show the sample under mouse or keys."""
        if self._shown is None or point < 0:
            self.card.show_words(_HINT)
            return
        number = int(self._shown.numbers[point])
        words = f"Sample {number + 1}\n{verdict_words(self._shown.verdicts, point)}"
        known = self._samples.get(number)
        self.card.show_words(words)
        if known is not None:
            self.card.show_sample(known.values, known.text)
        else:
            asking = self._around.asking
            asking.ask(self._sample_topic, AskSample(number), self._take_sample, self._no_sample)

    def _take_sample(self, answered: Answered) -> None:
        sample = answered.answer
        assert isinstance(sample, Sample)
        self._samples[sample.number] = sample
        point = self.plot.current
        if self._shown and point >= 0 and int(self._shown.numbers[point]) == sample.number:
            self.card.show_sample(sample.values, sample.text)

    def _no_sample(self, refused: NotAnswered) -> None:
        self.card.show_words(f"{self.card.words()}\n{refused.message}")

    def _choose(self, point: int) -> None:
        """Let all views show the sample."""
        if self._shown is None:
            return
        number = int(self._shown.numbers[point])
        self._around.trainer.watch(self._around.trainer.watched.node, number)
        self._around.tell(f"The views show sample {number + 1}")

    def _tell_point(self, x: float, y: float, point: int) -> str:
        if self._shown is None or point < 0:
            return ""
        number = int(self._shown.numbers[point])
        return f"Sample {number + 1}\n{verdict_words(self._shown.verdicts, point)}".strip()

    def _offer_methods(self) -> None:
        """All methods; those whose package is missing cannot be chosen, and say why."""
        model = self.method.model()
        assert isinstance(model, QStandardItemModel)
        for key, (name, _) in METHODS.items():
            there = is_installed(key)
            self.method.addItem(name if there else f"{name} (not installed)", key)
            item = model.item(self.method.count() - 1)
            item.setEnabled(there)
            item.setToolTip("" if there else f"{name} is not installed. Run: {INSTALL}")
        missing = [name for key, (name, _) in METHODS.items() if not is_installed(key)]
        tip = "How points are found: PCA keeps distances, t-SNE and UMAP neighbourhoods"
        if missing:
            tip += f"\nFor {' and '.join(missing)} run: {INSTALL}"
        self.method.setToolTip(tip)


def facing(points: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Points ``[N, 2]`` with each axis turned to the side where most were before."""
    if points.shape != before.shape:
        return points
    signs = np.sign((points * before).sum(axis=0))
    return points * np.where(signs == 0, 1, signs)
