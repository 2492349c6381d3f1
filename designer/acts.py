"""What the window does itself when an action is chosen: training, dialogs and pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from core.errors import InputError
from core.project.file import to_text
from core.project.runs import Run
from designer.recipe_panel import with_rate

if TYPE_CHECKING:
    from designer.main_window import MainWindow
    from designer.onnx_export import OnnxExport


class Acts:
    """The acts of one window that need more than one of its parts."""

    def _show_training(self) -> None:
        """Bring the curves to the front, unless what is watched there is live, too."""
        if not self._window.late_panels.is_one_before("training"):
            self._window.docks.show("training")

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._onnx: OnnxExport | None = None

    def train(self) -> None:
        """Train the design, or say why it cannot be trained."""
        window = self._window
        if self._has_errors():
            return
        window.banner.clear()
        self._show_training()
        window.trainer.train()

    def show_run(self, run: Run) -> None:
        """Show the curves of a run, and its weights in the views."""
        window = self._window
        if window.watching:
            window.watching.show_run(run)
            self._show_training()
            window.actions_by_name["resume"].setEnabled(window.trainer.resumable)
            window.statusBar().showMessage(f"The views show run {run.title}", 5000)

    def resume_run(self, run: Run) -> None:
        """Go on with a run, whichever was the last."""
        self._window.trainer.run = run
        self.resume()

    def show_runs(self) -> None:
        """Bring the list of runs to the front."""
        panel = self._window.runs.panel
        self._window.docks.show("runs")
        panel.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resume(self) -> None:
        """Go on with the last run."""
        self._window.banner.clear()
        self._show_training()
        self._window.trainer.train(True)

    def offer_resume(self) -> None:
        """Say in the banner that the last run was broken off, if it was."""
        trainer = self._window.trainer
        if trainer.is_broken_off:
            self._window.banner.show_message(
                "warning",
                "The last training was broken off.",
                "Resume goes on from its last checkpoint, as if nothing had happened.",
                [("Resume", self.resume)],
            )

    def choose_data(self) -> None:
        """Open the dialog that chooses data."""
        from designer.data_dialog import DataDialog

        dialog = DataDialog(self._window.session, self._window)
        dialog.exec()
        dialog.deleteLater()

    def show_help(self) -> None:
        """Open the help, at the page of the selected node's block."""
        from designer.help import HelpDialog

        window = self._window
        chosen = [window.session.design.nodes.get(i) for i in window.canvas.selected_nodes()]
        kinds = {node.block for node in chosen if node}
        dialog = HelpDialog(window, next(iter(kinds)) if len(kinds) == 1 else "")
        dialog.exec()
        dialog.deleteLater()

    def choose_weights(self) -> None:
        """Open the dialog that says which weights a training starts from."""
        from core.train.freezing import starting_from
        from designer.transfer_dialog import TransferDialog

        window = self._window
        session = window.session
        current = session.analysis_of_whole.recipe.initial_weights
        dialog = TransferDialog(window.trainer, to_text(session.whole), current, window)
        if dialog.exec() == TransferDialog.DialogCode.Accepted:
            layers = dialog.layers if dialog.freeze.isChecked() else ()
            edit = partial(starting_from, weights=dialog.chosen, freeze=layers)
            session.act("Start from weights" if dialog.chosen else "Draw anew", edit, whole=True)
        dialog.deleteLater()

    def find_rate(self) -> None:
        """Search a learning rate, and set the one that is chosen in the recipe."""
        from designer.rate_dialog import RateDialog

        window = self._window
        if window.trainer.busy or self._has_errors():
            return
        session = window.session
        dialog = RateDialog(window.trainer, to_text(session.whole), window)
        dialog.set_theme(window.appearance.theme)
        if dialog.exec() == RateDialog.DialogCode.Accepted:
            session.act("Set learning rate", partial(with_rate, rate=dialog.rate), whole=True)
        dialog.deleteLater()

    def cross_validate(self) -> None:
        """Open the dialog that trains the design once for each fold."""
        if self._has_errors():
            return
        from designer.cross_validation_dialog import CrossValidationDialog

        dialog = CrossValidationDialog(self._window.trainer, self._window)
        dialog.exec()
        dialog.deleteLater()

    def choose_plugins(self) -> None:
        """Open the dialog that enables plugins."""
        from designer.plugins_dialog import PluginsDialog

        dialog = PluginsDialog(self._window)
        dialog.exec()
        dialog.deleteLater()

    def show_keys(self) -> None:
        """Show every key and mouse gesture over the window."""
        from designer.key_map import key_map
        from widgets.key_overlay import KeyOverlay

        KeyOverlay(self._window, "Keyboard map", key_map())

    def find_block(self) -> None:
        """Put the cursor into the palette's search."""
        self._window.docks.show("palette")
        search = self._window.palette_panel.search
        search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        search.selectAll()

    def switch_learning(self) -> None:
        """Show in the nodes what they learn, or do not."""
        self._window.learning.show(self._window.actions_by_name["learning"].isChecked())

    def export_picture(self) -> None:
        """Save the canvas as a picture."""
        from designer.picture_dialog import PictureDialog

        window = self._window
        dialog = PictureDialog(
            window.canvas.graph_scene, window.preferences, window.files.beside, window
        )
        dialog.set_theme(window.appearance.theme)
        dialog.exec()
        if dialog.written is not None:
            window.statusBar().showMessage(f"Exported {dialog.written.name}", 5000)
        dialog.deleteLater()

    def export_onnx(self) -> None:
        """Save the network as an ONNX model."""
        from designer.onnx_export import OnnxExport

        self._onnx = self._onnx or OnnxExport(self._window)
        self._onnx.begin()

    def close(self) -> None:
        """End what runs beside the window."""
        if self._onnx is not None:
            self._onnx.close()

    def show_code(self) -> None:
        """Bring the panel with the code to the front."""
        self._window.docks.show("code")
        self._window.code.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def export_code(self) -> None:
        """Write the design as a Python file."""
        from designer.code_export import export_code

        window = self._window
        analysis = window.session.analysis_of_whole
        self._export(lambda: export_code(analysis, window.files.beside, window))

    def export_weights(self) -> None:
        """Write the weights of the last run."""
        from designer.code_export import export_weights

        window, run = self._window, self._window.trainer.run
        if run is not None:
            self._export(lambda: export_weights(run, window.files.beside, window))

    def _export(self, write: Callable[[], Path | None]) -> None:
        try:
            path = write()
        except InputError as error:
            self.tell(error.message, error.hint)
            return
        if path is not None:
            self._window.statusBar().showMessage(f"Exported {path.name}", 5000)

    def _has_errors(self) -> bool:
        """Whether the design has errors, of which the first is then told."""
        errors = self._window.session.analysis_of_whole.errors
        if errors:
            self._window.docks.show("problems")
            count = f"{len(errors)} error{'s' if len(errors) > 1 else ''}"
            self.tell(f"The design has {count}: {errors[0].message}.", errors[0].remedy)
        return bool(errors)

    def tell(self, text: str, hint: str, resumable: bool = False) -> None:
        """Say in the banner what went wrong, with a button to resume training if it can be."""
        resume = [("Resume", self.resume)] if resumable else []
        self._window.banner.show_message("error", text, hint, resume)

    def may_leave_training(self) -> bool:
        """Ask before a running training is ended; False means stay."""
        if not self._window.trainer.busy:
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Training is going on",
            "Stop the training? What it has learnt up to its last checkpoint is saved.",
            buttons.Yes | buttons.Cancel,
            buttons.Cancel,
        )
        return answer == buttons.Yes


def slots(window: MainWindow) -> dict[str, Callable[[], object]]:
    """What each action of ``designer.actions.SPECS`` calls, by the action's name."""
    acts = window.acts
    return {
        "new": window.files.new,
        "open": window.files.open,
        "save": window.files.save,
        "save_as": window.files.save_as,
        "import": window.importing.choose,
        "picture": acts.export_picture,
        "onnx": acts.export_onnx,
        "export_code": acts.export_code,
        "export_weights": acts.export_weights,
        "code": acts.show_code,
        "quit": window.close,
        "undo": window.session.undo,
        "redo": window.session.redo,
        "cut": window.clipboard.cut,
        "copy": window.clipboard.copy,
        "paste": window.clipboard.paste,
        "duplicate": window.editor.duplicate_selection,
        "delete": window.editor.delete_selection,
        "bridge": window.editor.bridge_selection,
        "rename": window.canvas.in_place.edit_selected,
        "frame": window.marking.frame_selection,
        "unframe": window.marking.unframe_selection,
        "mute": window.editor.mute_selection,
        "freeze": window.editor.freeze_selection,
        **window.groups.slots(),
        "add_note": window.canvas.add_note,
        "add_block": window.canvas.request_add,
        "find_block": acts.find_block,
        "find_node": window.find_node.open,
        **window.arranging.slots(),
        "zoom_in": window.canvas.zoom_in,
        "zoom_out": window.canvas.zoom_out,
        "zoom_full": window.canvas.reset_zoom,
        "fit": window.canvas.fit_all,
        "fit_selection": window.canvas.fit_selection,
        "minimap": window.canvas_options.switch_minimap,
        "animation": window.canvas_options.switch_animation,
        "learning": acts.switch_learning,
        "next_panel": window.panel_cycle.next,
        "previous_panel": window.panel_cycle.previous,
        "theme": window.appearance.switch,
        "data": acts.choose_data,
        "train": acts.train,
        "pause": window.trainer.pause_or_continue,
        "stop": window.trainer.stop,
        "runs": acts.show_runs,
        "step": window.trainer.step,
        "halve_rate": partial(window.trainer.scale_rate, 0.5),
        "double_rate": partial(window.trainer.scale_rate, 2.0),
        "resume": acts.resume,
        "transfer": acts.choose_weights,
        "find_rate": acts.find_rate,
        "cross_validate": acts.cross_validate,
        "plugins": acts.choose_plugins,
        "help": acts.show_help,
        "keys": acts.show_keys,
    }
