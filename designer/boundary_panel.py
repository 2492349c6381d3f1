"""The panel of the decision boundary: what the network says over two features."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.explain.boundary import AskBoundary, Boundary
from core.train.asks import Ask
from designer.class_scene import fill_legend, truths, verdict_words, with_side, wrong_words
from designer.late_panels import Surroundings
from designer.live_panel import LivePanel
from widgets.inputs import ComboBox
from widgets.labels import label_for
from widgets.pictures.colormaps import span
from widgets.plots.class_legend import ClassLegend
from widgets.plots.regions import class_regions, value_regions
from widgets.plots.scatter import ScatterPlot, Scene
from widgets.theme import Theme, dark

_NOTES = (("filled", "training"), ("hollow", "validation"))


class BoundaryPanel(LivePanel):
    """Two features are chosen, the others held at their mean."""

    topic = "boundary"

    def __init__(self, around: Surroundings) -> None:
        self.plot, self.legend = ScatterPlot("Decision boundary"), ClassLegend()
        super().__init__(around, with_side(self.plot, self.legend))
        self._theme = dark()
        self._shown: Boundary | None = None
        self.across, self.up = self._axis("Across", 0), self._axis("Up", 1)
        self.finish_controls()
        self.plot.teller = self._tell_place
        self._show_choices(False)

    def question(self) -> Ask | None:
        """The chosen features; the first two before any are known."""
        known = self.across.count() > 1
        across, up = self.across.currentIndex(), self.up.currentIndex()
        return AskBoundary(across, up) if known else AskBoundary()

    def show(self, answer: Any, step: int) -> None:
        """Draw regions and points."""
        assert isinstance(answer, Boundary)
        self._shown = answer
        self._offer(answer)
        self._draw()
        fill_legend(self.legend, answer.verdicts, _NOTES if len(answer.points) else ())
        held = len(answer.features) - 2
        told = [
            f"{held} other feature{'s' if held != 1 else ''} held at the mean" if held else "",
            wrong_words(answer.verdicts),
            f"step {step:,}",
        ]
        self.tell(", ".join(words for words in told if words))

    def forget(self) -> None:
        """Features may be others."""
        self._shown = None

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.plot.set_theme(theme)
        self.legend.set_theme(theme)
        self._draw()

    def _draw(self) -> None:
        told = self._shown
        if told is None:
            return
        if told.winner is not None:
            backdrop = class_regions(told.winner, told.sure, len(told.classes), self._theme)
        else:
            assert told.values is not None
            backdrop = value_regions(told.values, *self._range(told))
        wide, high = (axis[1] - axis[0] for axis in (told.xs, told.ys))
        limits = (
            float(told.xs[0] - wide / 2),
            float(told.xs[-1] + wide / 2),
            float(told.ys[0] - high / 2),
            float(told.ys[-1] + high / 2),
        )
        verdicts = told.verdicts
        self.plot.show_scene(
            Scene(
                told.points,
                *truths(verdicts),
                verdicts.wrong,
                ~told.training,
                limits,
                backdrop,
                (told.features[told.x], told.features[told.y]),
            )
        )

    def _range(self, told: Boundary) -> tuple[float, float]:
        """The values that colours stand for: those of the points, as in the legend."""
        truth = told.verdicts.truth
        assert told.values is not None
        return span(told.values if truth is None else truth)

    def _tell_place(self, x: float, y: float, point: int) -> str:
        told = self._shown
        if told is None:
            return ""
        if point >= 0:
            where = "Training" if told.training[point] else "Validation"
            across, up = told.points[point]
            text = f"{where} sample: {told.features[told.x]} {across:.3g}"
            text += f", {told.features[told.y]} {up:.3g}"
            return f"{text}\n{verdict_words(told.verdicts, point)}".strip()
        column = int(np.abs(told.xs - x).argmin())
        row = int(np.abs(told.ys - y).argmin())
        text = f"{told.features[told.x]} {x:.3g}, {told.features[told.y]} {y:.3g}\n"
        if told.winner is None:
            assert told.values is not None
            return f"{text}{told.title} {told.values[row, column]:.4g}"
        sure = "" if told.sure is None else f", {told.sure[row, column]:.0%} sure"
        return f"{text}{told.classes[told.winner[row, column]]}{sure}"

    def _axis(self, name: str, default: int) -> ComboBox:
        box = ComboBox()
        box.setAccessibleName(f"Feature {name.lower()}")
        box.setToolTip(f"The feature that runs {name.lower()}; all others are held at their mean")
        box.activated.connect(lambda _: self.ask())
        label = label_for(name, box)
        self.controls.addWidget(label)
        self.controls.addWidget(box, 1)
        box.setProperty("label", label)
        return box

    def _offer(self, told: Boundary) -> None:
        present = [self.across.itemText(i) for i in range(self.across.count())]
        if present != list(told.features):
            for box, at in ((self.across, told.x), (self.up, told.y)):
                box.clear()
                box.addItems(told.features)
                box.setCurrentIndex(at)
        self._show_choices(len(told.features) > 2)

    def _show_choices(self, shown: bool) -> None:
        for box in (self.across, self.up):
            box.setVisible(shown)
            box.property("label").setVisible(shown)
