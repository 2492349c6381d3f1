"""Feeds the views: what the worker tells, the selected node, the chosen sample, the last run."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from core.design.outlook import watched_output
from core.errors import LayerloomError
from core.project.runs import IMPORTED, RUNNING, Point, Run, RunStore
from core.train.commands import Watch
from core.train.events import (
    EpochEnd,
    Event,
    Failed,
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
from designer.layer_history import LayerRecord
from designer.layer_rows import layer_rows
from designer.session import Session
from designer.training import FOLDING, IDLE, PAUSED, STARTING, TRAINING, Trainer
from designer.training_words import how_it_ended
from designer.views import Views
from widgets.canvas.view import Canvas
from widgets.plots.moment_slider import NONE_KEPT

# A menu of more runs would not fit the screen.
MOST_OFFERED = 25


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
        self._steps_per_epoch = 1
        self._overlaid = Background()
        self._overlaid.answered.connect(self._take_overlay)
        panel = self.views.training
        panel.options.offer = self._other_runs
        panel.options.overlay_wanted.connect(self.overlay)
        panel.moments.chosen.connect(trainer.moments.choose)
        trainer.moments.known_changed.connect(self._offer_moments)
        trainer.moments.changed.connect(self._show_moment)
        trainer.layers.changed.connect(self._show_recorded)
        self._follow([])

    def show_last_run(self) -> None:
        """Draw the last run of the open design and have its weights loaded."""
        self.views.clear()
        self.overlay("")
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
        self._overlaid.close()

    def overlay(self, key: str) -> None:
        """Draw the curves of another run of this store beside those that are shown; none of "".

        It stays until another one or none is chosen, or another design is opened.
        """
        self.views.training.options.overlay = key
        store = self.trainer.store
        if key:
            self._overlaid.work_out(lambda: outcome(lambda: _titled(store, key)))
        else:
            self._overlaid.forget()
            self.views.show_overlay("", ())

    def _take_overlay(self, answer: tuple[str, list[Point]] | LayerloomError) -> None:
        if isinstance(answer, LayerloomError):
            self.views.training.options.overlay = ""
            self.trainer.trouble.emit(answer.message, answer.hint, False)
        else:
            self.views.show_overlay(*answer)

    def _other_runs(self) -> list[tuple[str, str]]:
        """The runs that may be drawn beside the present one, the newest first."""
        found = outcome(lambda: self.trainer.store.runs(self.trainer.project))
        if isinstance(found, LayerloomError):
            return []
        present = self.trainer.run.id if self.trainer.run else ""
        return [(run.id, run.title) for run in found if run.id != present][:MOST_OFFERED]

    def _offer_moments(self) -> None:
        known = self.trainer.moments
        moments = [(m.step, m.epoch) for m in known.known]
        self.views.training.moments.set_moments(moments, known.note or NONE_KEPT)

    def _show_moment(self) -> None:
        """Another step is looked at: the slider, the curves and the table of layers follow."""
        step = self.trainer.moments.at
        self.views.training.moments.show_step(step)
        known = {m.step: m.epoch for m in self.trainer.moments.known}
        self.views.show_moment(None if step is None else (step, known.get(step, 0.0)))
        self._show_recorded()

    def _show_recorded(self) -> None:
        """The layers as they were recorded last, or at the step that is looked at."""
        step = self.trainer.moments.at
        record = self.trainer.layers.at(step)
        if record is not None or step is not None:
            self.views.replays(record, step is not None)
        elif self.trainer.state == IDLE:
            self.views.layers.set_waiting(False)

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
            self.trainer.layers.show_points(found)
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
            case Layers():
                named = self._named(event.layers)
                epoch = event.step / self._steps_per_epoch
                self.trainer.layers.add(LayerRecord(event.step, epoch, named))
            case Surveyed() if self.trainer.moments.at is None:
                self.views.layers.set_layers(layer_rows(self._named(event.layers)))
            case Failed():
                self.views.training.moments.arrived()
            case Finished():
                self.views.training.set_progress(*self.trainer.progress)
            case View():
                # What was asked of another step may still be on its way.
                if event.at == self.trainer.moments.at:
                    self.views.training.moments.arrived()
                if is_of(event, self.trainer.watched):
                    name = self.session.analysis_of_whole.name_of(event.node)
                    self.views.show_view(event, name)

    def _named(self, layers: Mapping[str, LayerFigures]) -> dict[str, LayerFigures]:
        """What was found of the layers of the open design, by their names."""
        whole = self.session.analysis_of_whole
        return {whole.name_of(n): figures for n, figures in layers.items() if n in whole.nodes}

    def _begin(self, event: Started) -> None:
        self._steps_per_epoch = max(event.steps_per_epoch, 1)
        if event.step == 0 or self.trainer.run is None:
            self.views.clear_curves()
            self.views.layers.clear()
            self.trainer.layers.clear()
        else:
            points = self.trainer.store.points(self.trainer.run)
            before = [p for p in points if p.step <= event.step]
            self.views.show_points(before)
            self.trainer.layers.show_points(before)
        self.views.training.set_progress(None, "compiling")


def _titled(store: RunStore, key: str) -> tuple[str, list[Point]]:
    """A run's title and figures. Raises InputError."""
    run = store.get(key)
    return run.title, store.points(run)


def is_of(view: View, watched: Watch) -> bool:
    """Whether a look is at what is watched now, and not at what was watched before."""
    same = (view.node, view.at) == (watched.node, watched.at)
    return same and view.row == watched.row % view.rows


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
