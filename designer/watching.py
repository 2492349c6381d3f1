"""Feeds the views: what the worker tells, the selected node, the chosen sample, the last run."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from core.design.outlook import watched_output
from core.errors import LayerloomError
from core.project.runs import IMPORTED, RUNNING, Point, Run
from core.train.events import (
    EpochEnd,
    Event,
    Finished,
    LayerFigures,
    Layers,
    Progress,
    RateChanged,
    Started,
    Surveyed,
    View,
)
from designer.background import Background, outcome
from designer.layer_rows import layer_rows, recorded_layers
from designer.session import Session
from designer.training import FOLDING, IDLE, PAUSED, STARTING, TRAINING, Trainer, how_it_ended
from designer.views import Views
from widgets.canvas.view import Canvas


class Watching(QObject):
    """Connects the trainer and the canvas to the views."""

    def __init__(self, session: Session, trainer: Trainer, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.session, self.trainer, self.canvas = session, trainer, canvas
        self.views = Views()
        self._was_on = False
        self._reading = Background()
        self._reading.answered.connect(self._take_points)
        self.views.sample_changed.connect(self._choose_sample)
        canvas.selection_changed.connect(self._follow)
        trainer.heard.connect(self._show)
        trainer.state_changed.connect(self._stand)
        self.views.training.rate.chosen.connect(trainer.set_rate)
        self._follow([])

    def show_last_run(self) -> None:
        """Draw the last run of the open design and have its weights loaded."""
        self.views.clear()
        self._follow(self.canvas.selected_nodes())
        run = self.trainer.adopt_last_run()
        if run is not None:
            self._draw(run)

    def show_run(self, run: Run) -> None:
        """Draw a run of the open design and have its weights loaded."""
        self.views.clear()
        self._follow(self.canvas.selected_nodes())
        self.trainer.adopt(run)
        self._draw(run)

    def close(self) -> None:
        """Wait for nothing that is being read."""
        self._reading.close()

    def _draw(self, run: Run) -> None:
        """Show how a run ended, and its curves as soon as they are read."""
        store = self.trainer.store
        self._reading.work_out(lambda: (run, outcome(lambda: store.points(run))))
        self._tell_how_far(run)

    def _tell_how_far(self, run: Run) -> None:
        self.views.training.set_progress(*_how_far(run, self.trainer.can_resume(run)))

    def _take_points(self, answer: tuple[Run, list[Point] | LayerloomError]) -> None:
        run, found = answer
        if isinstance(found, LayerloomError):
            self.trainer.trouble.emit(found.message, found.hint, False)
        elif self.trainer.run is run and not self.trainer.busy:
            self.views.show_points(found)
            self.views.layers.set_layers(layer_rows(recorded_layers(found)))
            self._tell_how_far(run)

    def _follow(self, ids: list[str]) -> None:
        """Watch the selected node; with none selected, go on with the last one."""
        whole = self.session.analysis_of_whole
        node = self.trainer.watched.node
        if ids and ids[-1] in self.session.design.nodes:
            node = watched_output(whole, self.session.path, ids[-1])
        if node not in whole.nodes:
            node = self._first_layer()
        self.trainer.watch(node, self.trainer.watched.row)

    def _first_layer(self) -> str:
        """The node to look at while nobody chose one: the first with parameters."""
        analysis = self.session.analysis_of_whole
        layers = [i for i in analysis.order if analysis.nodes[i].parameters]
        return layers[0] if layers else ""

    def _choose_sample(self, row: int) -> None:
        self.trainer.watch(self.trainer.watched.node, row)

    def _stand(self) -> None:
        """The learning rate can be changed, and layers come, while there is a run."""
        self.views.training.rate.set_live(self.trainer.state in (TRAINING, PAUSED))
        is_on = self.trainer.state in (STARTING, TRAINING, PAUSED)
        self.views.layers.set_waiting(is_on)
        self.views.training.set_waiting(is_on)
        run = self.trainer.run
        if self.trainer.state == IDLE and run is not None and self._was_on:
            # A run that does not come to its end leaves the line as it was; this says how far.
            self._tell_how_far(run)
        self._was_on = self.trainer.state not in (IDLE, FOLDING)

    def _show(self, event: Event) -> None:
        match event:
            case Started():
                self._begin(event)
            case Progress():
                self.views.show_progress(event)
                self.views.training.set_progress(*self.trainer.progress)
                self.views.training.rate.show_rate(event.learning_rate)
            case RateChanged():
                self.views.training.rate.show_rate(event.rate)
            case EpochEnd():
                self.views.show_epoch(event)
            case Surveyed() | Layers():
                self._show_layers(event.layers)
            case Finished():
                self.views.training.set_progress(*self.trainer.progress)
            case View():
                if event.node == self.trainer.watched.node:
                    name = self.session.analysis_of_whole.name_of(event.node)
                    self.views.show_view(event, name)

    def _show_layers(self, layers: Mapping[str, LayerFigures]) -> None:
        """Show what was found of the layers of the open design."""
        whole = self.session.analysis_of_whole
        named = {whole.name_of(n): figures for n, figures in layers.items() if n in whole.nodes}
        self.views.layers.set_layers(layer_rows(named))

    def _begin(self, event: Started) -> None:
        if event.step == 0 or self.trainer.run is None:
            self.views.clear_curves()
            self.views.layers.clear()
        else:
            points = self.trainer.store.points(self.trainer.run)
            self.views.show_points([p for p in points if p.step <= event.step])
        self.views.training.set_progress(None, "compiling")


def _how_far(run: Run, resumable: bool) -> tuple[float, str]:
    """How far a run came, as a fraction, and how it ended."""
    if run.status == IMPORTED:
        return 1.0, "Imported weights; Train starts from them."
    if run.status == RUNNING:
        return 0.0, "The run is being trained by another process."
    if run.summary:
        return 1.0, how_it_ended(run.status, run.summary["epochs"], run.summary["test"])
    what = "; Resume goes on" if resumable else " before anything was saved"
    return 0.0, f"The run was broken off{what}."
