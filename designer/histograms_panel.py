"""The panel of histograms: the weights of a node and its outputs, as they move."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.explain.histograms import OUTPUTS, AskHistograms, Histogram, Histograms
from core.train.asks import Ask
from designer.late_panels import Surroundings
from designer.live_panel import LivePanel
from designer.node_choice import NodeChoice
from widgets.inputs import ComboBox
from widgets.labels import label_for
from widgets.plots.ridge import MOST, Ridge, RidgePlot
from widgets.theme import Theme, dark

_ALL = ""
# What is shown side by side: the largest arrays of weights, and the outputs.
_ARRAYS = 2
_WEIGHTS_COLOR, _OUTPUTS_COLOR = 0, 1


class HistogramsPanel(LivePanel):
    """Follows the selected node, or stays with a chosen one."""

    topic = "histograms"

    def __init__(self, around: Surroundings) -> None:
        self._plots = [RidgePlot() for _ in range(_ARRAYS + 1)]
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(10, 2, 10, 2)
        row.setSpacing(14)
        for plot in self._plots:
            row.addWidget(plot, 1)
        super().__init__(around, content)
        self._theme = dark()
        self._node = ""
        # By the name of what is counted, oldest first.
        self._kept: dict[str, list[Ridge]] = {}
        self._steps: list[int] = []
        self._arrays: tuple[Histogram, ...] = ()
        self.node = NodeChoice(
            around.session, "Selected node", "Whose weights and outputs are counted"
        )
        self.node.chosen.connect(lambda _: self._ask_anew())
        self.what = ComboBox()
        self.what.setAccessibleName("Values")
        self.what.setToolTip("Which values are shown; all: the largest weights and the outputs")
        self.what.setMinimumContentsLength(7)
        self.what.addItem("All values", _ALL)
        self.what.activated.connect(lambda _: self._draw())
        self.controls.addWidget(label_for("Node", self.node.box))
        self.controls.addWidget(self.node.box, 2)
        self.controls.addWidget(self.what, 1)
        self.finish_controls()
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(0)
        self._follow.timeout.connect(self._selected)
        around.canvas.selection_changed.connect(self._follow.start)

    def question(self) -> Ask | None:
        """About the chosen or the selected node."""
        node = self.node.node or self._around.trainer.watched.node
        if not node:
            self.say("Select a node to see its weights and outputs.")
            return None
        return AskHistograms(node)

    def show(self, answer: Any, step: int) -> None:
        """Put the new ones in front of those that are there."""
        assert isinstance(answer, Histograms)
        if answer.node != self._node or (self._steps and step < self._steps[-1]):
            self.forget()
        self._node = answer.node
        again = bool(self._steps) and self._steps[-1] == step
        self._steps = [*self._steps[: -1 if again else None], step][-MOST:]
        for part in answer.parts:
            kept = self._kept.setdefault(part.name, [])
            ridge = Ridge(part.counts, part.edges, f"step {step:,}", words(part))
            self._kept[part.name] = [*kept[: -1 if again else None], ridge][-MOST:]
        self._arrays = answer.parts
        self._offer(answer)
        self._draw()
        several = f", {len(self._steps)} moments" if len(self._steps) > 1 else ""
        self.tell(f"{answer.title}: outputs of {answer.samples} samples, step {step:,}{several}")

    def forget(self) -> None:
        """Begin a new row of ridges."""
        self._kept, self._steps, self._node = {}, [], ""

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        for plot in self._plots:
            plot.set_theme(theme)

    def plots(self) -> list[RidgePlot]:
        """Those that are shown."""
        return [plot for plot in self._plots if not plot.isHidden()]

    def _ask_anew(self) -> None:
        self.forget()
        self.ask()

    def _selected(self) -> None:
        if not self.node.node and self._around.trainer.watched.node != self._node:
            self._ask_anew()

    def _offer(self, answer: Histograms) -> None:
        names = [part.name for part in answer.parts]
        present = [self.what.itemData(i) for i in range(1, self.what.count())]
        if names == present:
            return
        wanted = self.what.currentData()
        self.what.clear()
        self.what.addItem("All values", _ALL)
        for name in names:
            self.what.addItem(name, name)
        self.what.setCurrentIndex(max(self.what.findData(wanted), 0))

    def _draw(self) -> None:
        wanted = self.what.currentData()
        weights = [part for part in self._arrays if part.name != OUTPUTS]
        outputs = [part for part in self._arrays if part.name == OUTPUTS]
        largest = sorted(weights, key=lambda part: -part.size)[:_ARRAYS]
        shown = [*largest, *outputs]
        if wanted:
            shown = [part for part in self._arrays if part.name == wanted]
        for plot, part in zip(self._plots, shown, strict=False):
            color = _OUTPUTS_COLOR if part.name == OUTPUTS else _WEIGHTS_COLOR
            title = part.name if part.trained or part.name == OUTPUTS else f"{part.name}, frozen"
            plot.show_ridges(title, self._kept[part.name], color)
        for number, plot in enumerate(self._plots):
            plot.setVisible(number < len(shown))


def words(part: Histogram) -> str:
    """Mean, deviation and what is special about some values."""
    told = f"{part.mean:.3g} ± {part.deviation:.3g}"
    if part.zeros > 0:
        told += f", {part.zeros:.0%} zeros" if part.zeros >= 0.01 else ", <1% zeros"
    if part.not_finite:
        told += f", {part.not_finite:,} not finite"
    if part.stride > 1:
        told += f", every {part.stride}th value"
    return told
