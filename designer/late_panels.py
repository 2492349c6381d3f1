"""Panels that show more of a network than everybody wants: made when they are first seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDockWidget, QMenu, QWidget

from designer.asking import Asking
from designer.docks import BOTTOM, Docks
from designer.session import Session
from designer.training import Trainer
from widgets.canvas.view import Canvas
from widgets.theme import Theme

if TYPE_CHECKING:
    from designer.appearance import Appearance


# Between two imports while nobody waits for them.
_PRELOAD_MS = 200


@dataclass(frozen=True)
class Surroundings:
    """What a panel may know of its window.

    ``tell`` shows one line in the status bar, ``open_copy`` opens what is in a project file.
    """

    session: Session
    trainer: Trainer
    canvas: Canvas
    asking: Asking
    tell: Callable[[str], object]
    open_copy: Callable[[Path], object]


class Panel(Protocol):
    """What a class of the table below makes of ``Surroundings``."""

    widget: QWidget

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""

    def be_seen(self, seen: bool) -> None:
        """Whether the panel can be seen now; one that cannot must ask for nothing."""


@dataclass(frozen=True)
class Late:
    """A panel: the dock's name and title, where its class is, and what the menu says of it."""

    name: str
    title: str
    module: str
    made: str
    help: str


LATE: tuple[Late, ...] = (
    Late(
        "attribution",
        "Attribution",
        "designer.attribution_panel",
        "AttributionPanel",
        "Which parts of a sample a prediction rests on, by the method of your choice",
    ),
    Late(
        "evaluation",
        "Evaluation",
        "designer.evaluation_panel",
        "EvaluationPanel",
        "How good the network is: confusion, curves, calibration, groups, robustness",
    ),
    Late(
        "layer_map",
        "Layers over time",
        "designer.layers_over_time",
        "LayersOverTime",
        "Gradients, updates, weights and outputs of each layer at each recorded step",
    ),
    Late(
        "histograms",
        "Histograms",
        "designer.histograms_panel",
        "HistogramsPanel",
        "How the weights and outputs of a node are spread, and how that moves while it learns",
    ),
    Late(
        "projection",
        "Projection",
        "designer.projection_panel",
        "ProjectionPanel",
        "Samples as points in a plane, by what a node makes of them",
    ),
    Late(
        "boundary",
        "Decision boundary",
        "designer.boundary_panel",
        "BoundaryPanel",
        "What the network says at every place of a plane of two features",
    ),
    Late(
        "generated",
        "Generated samples",
        "designer.generated_panel",
        "GeneratedPanel",
        "Samples or texts that the network makes itself, as they get better",
    ),
    Late(
        "walkthrough",
        "Walk-through",
        "designer.walkthrough_panel",
        "WalkthroughPanel",
        "Go through one training step, forward, backward and update, with all its numbers",
    ),
)


class LatePanels(QObject):
    """Adds a hidden dock for each late panel, and the menu that shows them."""

    def __init__(
        self, docks: Docks, surroundings: Surroundings, appearance: Appearance, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._docks, self._surroundings, self._appearance = docks, surroundings, appearance
        self._made: dict[str, Panel] = {}
        self._watched: set[str] = set()
        self.menu = QMenu("E&xplain", parent)
        self.menu.setToolTipsVisible(True)
        for late in LATE:
            docks.add(late.name, late.title, BOTTOM, behind="training")
            dock = docks[late.name]
            dock.hide()
            dock.visibilityChanged.connect(partial(self._be_seen, late))
            action = self.menu.addAction(f"{late.title} …")
            action.setToolTip(late.help)
            action.setStatusTip(late.help)
            action.triggered.connect(partial(self._show, dock))
        # A dock that is put on others comes to the front; when it hides, any other does.
        docks.show("training")
        self._preloading = QTimer(self)
        self._preloading.setInterval(_PRELOAD_MS)
        self._preloading.timeout.connect(partial(self._preload, iter(LATE)))

    def preload(self) -> None:
        """Import what the panels need, one at a time, so that none comes with a stall."""
        self._preloading.start()

    def panel(self, name: str) -> Panel | None:
        """The panel of a dock, None before it was first seen."""
        return self._made.get(name)

    def is_one_before(self, name: str) -> bool:
        """Whether one of these panels is seen in front of another dock, as a tab beside it."""
        docks = [self._docks[late.name] for late in LATE if late.name in self._watched]
        return any(dock in docks for dock in self._docks.beside(name))

    def _show(self, dock: QDockWidget) -> None:
        dock.show()
        dock.raise_()

    def _preload(self, rest: Iterator[Late]) -> None:
        late = next(rest, None)
        if late is None:
            self._preloading.stop()
        else:
            import_module(late.module)

    def _be_seen(self, late: Late, seen: bool) -> None:
        if seen and late.name not in self._made:
            made: Panel = getattr(import_module(late.module), late.made)(self._surroundings)
            self._made[late.name] = made
            self._docks.fill(late.name, made.widget)
            self._appearance.follow(made.set_theme)
        (self._watched.add if seen else self._watched.discard)(late.name)
        if late.name in self._made:
            self._made[late.name].be_seen(seen)
