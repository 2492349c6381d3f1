"""The designer's main window: puts canvas, panels, actions, files and training together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from core.design.document import Design
from designer.actions import ARRANGE, Actions
from designer.appearance import Appearance
from designer.arranging import Arranging
from designer.clipboard import Clipboard
from designer.data_panel import DataPanel
from designer.docks import BOTTOM, LEFT, RIGHT, Docks
from designer.editor import Editor
from designer.files import Files
from designer.find_node import FindNode
from designer.history_panel import HistoryPanel
from designer.inspector import Inspector
from designer.preferences import Preferences
from designer.problems import Problems
from designer.recent_menu import RecentMenu
from designer.recipe_panel import RecipePanel
from designer.recovery import Recovery
from designer.session import Session
from designer.standing import refresh
from designer.training import Trainer
from widgets.banner import Banner
from widgets.canvas.view import Canvas
from widgets.palette import Palette

if TYPE_CHECKING:
    from designer.watching import Watching

NODE_MENU = ("cut", "copy", "paste", "duplicate", "delete", "bridge", "group", "ungroup")
CANVAS_MENU = ("add_block", "paste", "data", "train", "fit")


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
        self.appearance = Appearance(preferences)
        self.canvas = Canvas(self.appearance.theme)
        self.palette_panel = Palette(self.appearance.theme)
        self.banner = Banner()
        self.editor = Editor(self.session, self.canvas, self.palette_panel)
        self.clipboard = Clipboard(self.session, self.canvas)
        self.arranging = Arranging(self.session, self.canvas)
        self.find_node = FindNode(self.session, self.canvas)
        self.history = HistoryPanel(self.session)
        self.inspector = Inspector(self.session)
        self.recipe = RecipePanel(self.session)
        self.data = DataPanel(self.session)
        self.problems = Problems(self.session)
        self.files = Files(self.session, preferences, self)
        self.recovery = Recovery(self.session, unsaved_store)
        self.trainer = Trainer(self.session, unsaved_store)
        self.watching: Watching | None = None
        self._drawn = False
        self._build()
        self._connect()
        self._refresh()

    def _build(self) -> None:
        self.setMinimumSize(900, 600)
        self.resize(1480, 920)
        center = QWidget()
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(center)
        self.docks = Docks(self)
        self.docks.add("palette", "Blocks", LEFT, self.palette_panel)
        self.docks.add("inspector", "Node", RIGHT, self.inspector)
        self.docks.add("recipe", "Recipe", RIGHT, self.recipe, behind="inspector")
        self.docks.add("data", "Data", RIGHT, self.data, behind="inspector")
        self.docks.add("history", "History", RIGHT, self.history, behind="inspector")
        self.docks.add("training", "Training", BOTTOM)
        self.docks.add("activations", "Activations", BOTTOM, beside="training")
        self.docks.add("saliency", "Saliency", BOTTOM, beside="activations")
        self.docks.add("problems", "Problems", BOTTOM, self.problems, behind="training")
        self.docks.show("inspector")
        self.docks.show("training")
        self.docks.arrange()
        self._build_actions()
        self.counts = QLabel()
        self.statusBar().addPermanentWidget(self.counts)
        layout = self.preferences.layout()
        if layout:
            self.restoreGeometry(layout[0])
            self.restoreState(layout[1])

    def _build_actions(self) -> None:
        slots: dict[str, Callable[[], object]] = {
            "new": self.files.new,
            "open": self.files.open,
            "save": self.files.save,
            "save_as": self.files.save_as,
            "picture": self.export_picture,
            "quit": self.close,
            "undo": self.session.undo,
            "redo": self.session.redo,
            "cut": self.clipboard.cut,
            "copy": self.clipboard.copy,
            "paste": self.clipboard.paste,
            "duplicate": self.editor.duplicate_selection,
            "delete": self.editor.delete_selection,
            "bridge": self.editor.bridge_selection,
            "group": self.editor.group_selection,
            "ungroup": self.editor.ungroup_selection,
            "add_block": self.canvas.request_add,
            "find_block": self.find_block,
            "find_node": self.find_node.open,
            **self.arranging.slots(),
            "zoom_in": self.canvas.zoom_in,
            "zoom_out": self.canvas.zoom_out,
            "fit": self.canvas.fit_all,
            "theme": self.appearance.switch,
            "data": self.choose_data,
            "train": self.train,
            "pause": self.trainer.pause_or_continue,
            "stop": self.trainer.stop,
            "resume": partial(self.trainer.train, True),
            "help": self.show_help,
        }
        self.actions_by_name = Actions(self, slots)
        self.recent = RecentMenu(self.preferences, self.files.open_recent, self)
        arrange = QMenu("A&rrange", self)
        self.actions_by_name.fill(arrange, ARRANGE, {})
        panels = QMenu("&Panels", self)
        for dock in self.docks.all():
            panels.addAction(dock.toggleViewAction())
        self.actions_by_name.fill_menus(
            self, {"recent": self.recent, "arrange": arrange, "panels": panels}
        )
        bar = QToolBar("Tools", self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        self.addToolBar(bar)
        self.actions_by_name.fill_toolbar(bar)
        for name in ("train", "resume"):
            button = bar.widgetForAction(self.actions_by_name[name])
            button.setProperty("toolButtonStyle", Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _connect(self) -> None:
        self.session.changed.connect(self._refresh)
        self.canvas.selection_changed.connect(self._select)
        self.canvas.context_menu_requested.connect(self._context_menu)
        self.editor.rename_wanted.connect(self._rename)
        self.problems.node_wanted.connect(self._go_to)
        self.data.choose_requested.connect(self.choose_data)
        self.banner.closed.connect(self.recovery.release)
        self.files.opened.connect(self._opened)
        self.files.saved.connect(self._saved)
        for source in (self.files, self.clipboard):
            source.trouble.connect(lambda text, hint: self._tell(text, hint, False))
        self.clipboard.available_changed.connect(self._refresh)
        self.files.may_leave_training = self._may_leave_training
        self.trainer.state_changed.connect(self._refresh)
        self.trainer.trouble.connect(self._tell)
        self.trainer.noted.connect(lambda text: self.statusBar().showMessage(text, 8000))
        self.canvas.viewport().installEventFilter(self)
        panels = (
            *(self.actions_by_name, self.canvas, self.palette_panel, self.banner),
            *(self.problems, self.find_node, self.history),
        )
        for panel in panels:
            self.appearance.follow(panel.set_theme)

    def changeEvent(self, event: QEvent) -> None:
        """Look at the data again when the user comes back from another program."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self._drawn:
            self.session.reread_data()

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
        QTimer.singleShot(0, self.canvas.fit_all)

    def _load_the_rest(self) -> None:
        self.painted.emit()
        self.trainer.process.start()
        from designer.watching import Watching

        self.watching = Watching(self.session, self.trainer, self.canvas)
        for name in ("training", "activations", "saliency"):
            self.docks.fill(name, getattr(self.watching.views, name))
        if self.preferences.layout() is None:
            self.docks.arrange()
        self.appearance.follow(self.watching.views.set_theme)
        self.watching.show_last_run()
        self._offer_recovery()
        self._refresh()
        self.complete.emit()

    def train(self) -> None:
        """Train the design, or say why it cannot be trained."""
        errors = self.session.analysis.errors
        if errors:
            self.docks.show("problems")
            count = f"{len(errors)} error{'s' if len(errors) > 1 else ''}"
            self._tell(f"The design has {count}: {errors[0].message}.", errors[0].remedy, False)
            return
        self.banner.clear()
        self.docks.show("training")
        self.trainer.train()

    def choose_data(self) -> None:
        """Open the dialog that chooses data."""
        from designer.data_dialog import DataDialog

        dialog = DataDialog(self.session, self)
        dialog.exec()
        dialog.deleteLater()

    def show_help(self) -> None:
        """Open the help page."""
        from designer.help import HelpDialog

        dialog = HelpDialog(self)
        dialog.exec()
        dialog.deleteLater()

    def find_block(self) -> None:
        """Put the cursor into the palette's search."""
        self.docks.show("palette")
        self.palette_panel.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.palette_panel.search.selectAll()

    def export_picture(self) -> None:
        """Save the canvas as a picture."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Export picture", f"{self.session.design.name}.svg", "Pictures (*.svg *.png)"
        )
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.svg")
        try:
            self.canvas.render_to(path)
        except (OSError, ValueError) as error:
            self._tell(f"{path} could not be written: {error}", "Choose another place.", False)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before work is lost, then end the worker."""
        if not self.files.may_leave():
            event.ignore()
            return
        self.preferences.save_layout(self.saveGeometry(), self.saveState())
        self.recovery.discard()
        self.trainer.close()
        event.accept()

    def _refresh(self, *_: object) -> None:
        refresh(self)

    def _select(self, ids: list[str]) -> None:
        self.inspector.show_node(ids[0] if len(ids) == 1 else None)
        if len(ids) == 1:
            self.docks.show("inspector")
        self._refresh()

    def _rename(self, node: str) -> None:
        self.docks.show("inspector")
        self.inspector.focus_name(node)

    def _go_to(self, node: str) -> None:
        self.canvas.select([node])
        self.canvas.reveal(node)

    def _context_menu(self, place: object, node: str) -> None:
        menu = QMenu(self)
        names = NODE_MENU if node else CANVAS_MENU
        for name in names:
            menu.addAction(self.actions_by_name[name])
        menu.exec(place)  # type: ignore[call-overload]

    def _opened(self) -> None:
        self.banner.clear()
        self.trainer.forget()
        self.canvas.fit_all()
        if self.watching:
            self.watching.show_last_run()
            self._offer_recovery()
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
        self.session.act("Restore changes", lambda _: found)

    def _saved(self) -> None:
        self.recovery.discard()
        self.trainer.keep_run_with_project()
        self.statusBar().showMessage(f"Saved {self.files.title()}", 5000)
        self._refresh()

    def _tell(self, text: str, hint: str, resumable: bool) -> None:
        actions = [("Resume", partial(self.trainer.train, True))] if resumable else []
        self.banner.show_message("error", text, hint, actions)

    def _may_leave_training(self) -> bool:
        if not self.trainer.busy:
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            "Training is going on",
            "Stop the training? What it has learnt up to its last whole epoch is saved.",
            buttons.Yes | buttons.Cancel,
            buttons.Cancel,
        )
        return answer == buttons.Yes
