"""The designer's main window: puts canvas, panels, actions, files and training together."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow

from core.design.document import Design
from core.design.flat import place_of
from designer import window_layout
from designer.actions import Actions
from designer.acts import Acts, slots
from designer.announcing import Announcing
from designer.appearance import Appearance
from designer.arranging import Arranging
from designer.asking import Asking
from designer.canvas_options import CanvasOptions
from designer.clipboard import Clipboard
from designer.code_panel import CodePanel
from designer.data_panel import DataPanel
from designer.divergence import Divergence
from designer.editor import Editor
from designer.examples_menu import ExamplesMenu
from designer.files import Files
from designer.find_node import FindNode
from designer.groups import Groups
from designer.history_panel import HistoryPanel
from designer.importing import Importing
from designer.inspector import Inspector
from designer.late_panels import LatePanels, Surroundings
from designer.learning import Learning
from designer.library import Library
from designer.look_budget import LookBudget
from designer.marking import Marking
from designer.menus import ContextMenus
from designer.panel_cycle import PanelCycle
from designer.preferences import Preferences
from designer.problems import Problems
from designer.recent_menu import RecentMenu
from designer.recipe_panel import RecipePanel
from designer.recovery import Recovery
from designer.run_control import RunControl
from designer.session import Session
from designer.standing import refresh
from designer.training import Trainer
from widgets.banner import Banner
from widgets.canvas.view import Canvas
from widgets.palette import Palette

if TYPE_CHECKING:
    from designer.watching import Watching


class MainWindow(QMainWindow):
    """One window on one design.

    ``painted`` comes once, after the window was drawn for the first time; what is slow to load is
    loaded then, and ``complete`` comes when all of it is there.
    """

    painted = Signal()
    complete = Signal()

    def __init__(self, preferences: Preferences, unsaved_store: Path) -> None:
        super().__init__()
        self.preferences = preferences
        self.session = Session()
        self.appearance = Appearance(preferences, self)
        self.canvas = Canvas(self.appearance.theme)
        self.palette_panel = Palette(self.appearance.theme)
        self.canvas_options = CanvasOptions(preferences, self.canvas)
        self.banner = Banner()
        library = Library(unsaved_store.parent / "blocks")
        self.editor = Editor(self.session, self.canvas, self.palette_panel, library)
        self.marking = Marking(self.session, self.canvas)
        self.clipboard = Clipboard(self.session, self.canvas)
        self.arranging = Arranging(self.session, self.canvas)
        self.groups = Groups(self.session, self.canvas, library)
        self.find_node = FindNode(self.session, self.canvas)
        self.history = HistoryPanel(self.session)
        self.inspector = Inspector(self.session)
        self.recipe = RecipePanel(self.session)
        self.data = DataPanel(self.session)
        self.problems = Problems(self.session)
        self.code = CodePanel(self.session)
        self.files = Files(self.session, preferences, self)
        self.importing = Importing(self.files, self)
        self.recovery = Recovery(self.session, unsaved_store)
        self.trainer = Trainer(self.session, unsaved_store)
        self.learning = Learning(self.session, self.trainer, self.canvas, preferences)
        self.runs = RunControl(self.session, self.trainer, self)
        self.announcing = Announcing(self.session, self.canvas, self.trainer)
        self.watching: Watching | None = None
        self._drawn = False
        self.acts = Acts(self)
        self.docks = window_layout.build(self)
        self.asking = Asking(self.trainer)
        self.late_panels = LatePanels(
            self.docks,
            Surroundings(
                *(self.session, self.trainer, self.canvas, self.asking, self._note),
                self.files.open_copy,
            ),
            self.appearance,
            self,
        )
        self.look_budget = LookBudget(self.trainer, preferences, self)
        self.late_panels.menu.addSeparator()
        self.late_panels.menu.addMenu(self.look_budget.menu)
        self.panel_cycle = PanelCycle(self.docks, self.canvas)
        self.divergence = Divergence(
            self.session, self.trainer, self.banner, self.acts.train, self.acts.find_rate
        )
        self.actions_by_name = Actions(self, slots(self), self.canvas.in_place.finish)
        self.recipe.offer(self.actions_by_name["find_rate"])
        self.recent = RecentMenu(preferences, self.files.open_recent, self)
        self.examples = ExamplesMenu(self.files.open_copy, self)
        self.context_menus = ContextMenus(
            self.actions_by_name, self.marking, self.editor.fixing, self
        )
        self.counts = window_layout.add_bars(self)
        window_layout.tell_how_to_begin(self)
        window_layout.restore(self)
        self._connect()
        self._refresh()
        self.canvas.setFocus()

    def _connect(self) -> None:
        self.session.changed.connect(self._refresh)
        self.canvas.selection_changed.connect(self._select)
        self.canvas.context_menu_requested.connect(self.context_menus.open)
        self.session.refused.connect(self.acts.tell)
        self.groups.edit_wanted.connect(self._edit)
        self.problems.node_wanted.connect(self._go_to)
        self.code.node_wanted.connect(self._go_to)
        self.divergence.node_wanted.connect(self._go_to)
        self.docks["code"].visibilityChanged.connect(self.code.be_seen)
        self.code.save_wanted.connect(self.acts.export_code)
        self.inspector.left.connect(self._back_to_canvas)
        self.data.choose_requested.connect(self.acts.choose_data)
        self.banner.closed.connect(self.recovery.release)
        self.files.opened.connect(self._opened)
        self.files.saved.connect(self._saved)
        self.importing.node_wanted.connect(self._go_to)
        self.importing.noted.connect(self._note)
        for source in (self.files, self.clipboard, self.groups, self.importing):
            source.trouble.connect(self.acts.tell)
        self.clipboard.available_changed.connect(self._refresh)
        self.canvas_options.changed.connect(self._refresh)
        self.files.may_leave_training = self.acts.may_leave_training
        self._connect_runs()
        self.trainer.state_changed.connect(self._refresh)
        self.trainer.trouble.connect(self.acts.tell)
        self.trainer.noted.connect(self._note)
        self.groups.library_changed.connect(self.editor.offers.look_into_library)
        self.palette_panel.menu_requested.connect(
            partial(self.context_menus.open_for_kind, remove=self.groups.remove)
        )
        self.groups.noted.connect(lambda text: self.statusBar().showMessage(text, 5000))
        self.canvas.viewport().installEventFilter(self)
        panels = (
            *(self.actions_by_name, self.canvas, self.palette_panel, self.banner),
            *(self.problems, self.find_node, self.history, self.code, self.recipe, self.runs),
        )
        for panel in panels:
            self.appearance.follow(panel.set_theme)

    def _connect_runs(self) -> None:
        self.runs.show_wanted.connect(self.acts.show_run)
        self.runs.resume_wanted.connect(self.acts.resume_run)
        self.runs.open_wanted.connect(self.files.open_design)
        self.runs.restored.connect(self._show_all)
        self.runs.current_gone.connect(self._look_at_last_run)
        self.runs.noted.connect(self._note)
        self.runs.trouble.connect(self.acts.tell)

    def changeEvent(self, event: QEvent) -> None:
        """Look at the data again when the user comes back from another program."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self._drawn:
            self.session.reread_data()
            self.runs.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the first paint."""
        if event.type() == QEvent.Type.Paint and not self._drawn:
            self._drawn = True
            self.canvas.viewport().removeEventFilter(self)
            QTimer.singleShot(0, self._load_the_rest)
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the whole design at first."""
        super().showEvent(event)
        QTimer.singleShot(0, self._show_all)

    def _load_the_rest(self) -> None:
        self.painted.emit()
        self.trainer.process.warm_up()
        from designer.looking_inside import LookingInside
        from designer.watching import Watching

        self.watching = Watching(self.session, self.trainer, self.canvas)
        self.looking_inside = LookingInside(self.watching, self.asking)
        for name in ("training", "layers", "activations", "saliency"):
            self.docks.fill(name, getattr(self.watching.views, name))
        if self.preferences.layout() is None:
            self.docks.arrange()
        self.appearance.follow(self.watching.views.set_theme)
        options = self.watching.views.training.options
        options.restore(self.preferences.curves())
        options.changed.connect(lambda: self.preferences.save_curves(options.state()))
        self.look_budget.show_in(self.watching.views.training.look_share)
        rate = self.watching.views.training.rate
        rate.set_actions([self.actions_by_name[n] for n in ("halve_rate", "double_rate")])
        self.watching.show_last_run()
        self.acts.offer_resume()
        self._offer_recovery()
        self._refresh()
        self.complete.emit()
        self.late_panels.preload()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before work is lost, then end the worker."""
        self.canvas.in_place.finish()
        if not self.files.may_leave():
            event.ignore()
            return
        self.preferences.save_layout(self.saveGeometry(), self.saveState())
        self.importing.close()
        self.recovery.discard()
        self.acts.close()
        self.runs.close()
        if self.watching:
            self.watching.close()
        self.trainer.close()
        event.accept()

    def _note(self, text: str) -> None:
        self.statusBar().showMessage(text, 8000)

    def _refresh(self, *_: object) -> None:
        refresh(self)

    def _select(self, ids: list[str]) -> None:
        self.inspector.show_nodes(ids)
        self.code.show_nodes(ids)
        if ids:
            self.docks.show("inspector")
        self._refresh()

    def _edit(self, node: str) -> None:
        self.docks.show("inspector")
        self.inspector.focus_form(node)

    def _back_to_canvas(self) -> None:
        self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_to(self, node: str) -> None:
        path, last = place_of(node)
        self.session.go_to(path)
        self.canvas.select([last])
        self.canvas.reveal(last)

    def _show_all(self) -> None:
        """Show another design than before: there is no way from one to the other to be seen."""
        self.canvas.fit_all()
        self.canvas.glide.finish()

    def _opened(self) -> None:
        self.banner.clear()
        self.trainer.forget()
        self._show_all()
        if self.watching:
            self.watching.show_last_run()
            self.acts.offer_resume()
            self._offer_recovery()
        self.runs.refresh()
        self._refresh()

    def _look_at_last_run(self) -> None:
        self.trainer.forget()
        if self.watching:
            self.watching.show_last_run()
        self._refresh()

    def _offer_recovery(self) -> None:
        """Offer the unsaved work of a session that crashed."""
        found = self.recovery.leftover()
        if found is not None:
            self.banner.show_message(
                "warning",
                "There are changes that were not saved when Layerloom last ended.",
                actions=[
                    ("Restore", partial(self._restore, found)),
                    ("Discard", self.recovery.discard),
                ],
            )

    def _restore(self, found: Design) -> None:
        self.recovery.release()
        self.session.act("Restore changes", lambda _: found, whole=True)

    def _saved(self) -> None:
        self.recovery.discard()
        self.trainer.keep_run_with_project()
        self.runs.refresh()
        self.statusBar().showMessage(f"Saved {self.files.title()}", 5000)
        self._refresh()
