"""Lets the window's title, actions and status line say how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from designer.actions import ARRANGE, SEPARATOR, SPECS

if TYPE_CHECKING:
    from designer.main_window import MainWindow

# What arranges all nodes where none are selected.
ALWAYS = ("arrange_right", "arrange_down", "arrange_rows", "snap")
# What needs at least one selected node.
ON_NODES = ("bridge", "mute", "frame", "group")
# What needs at least one selected node or note.
ON_ITEMS = ("cut", "copy", "duplicate")
# What needs a selected node that uses a group.
ON_GROUPS = ("expand", "enter", "keep_group", "save_group")


def refresh(window: MainWindow) -> None:
    """Bring everything that depends on the design, the selection or the training up to date."""
    window.setWindowTitle(f"{window.files.title()}[*] - Layerloom")
    window.setWindowModified(window.session.dirty)
    _history(window)
    _training(window)
    _selection(window)
    _export(window)
    window.actions_by_name["learning"].setChecked(window.learning.shown)
    window.actions_by_name["paste"].setEnabled(window.clipboard.available)
    analysis = window.session.analysis_of_whole
    count = len(analysis.problems)
    window.docks["problems"].setWindowTitle(f"Problems ({count})" if count else "Problems")
    count = len(window.session.design.nodes)
    window.counts.setText(f"{count} nodes   {analysis.parameters:,} parameters   ")


def _selection(window: MainWindow) -> None:
    nodes, notes = window.canvas.selected_nodes(), window.canvas.selected_notes()
    for name in ON_NODES:
        window.actions_by_name[name].setEnabled(bool(nodes))
    for name in ON_ITEMS:
        window.actions_by_name[name].setEnabled(bool(nodes or notes))
    rename = window.actions_by_name["rename"]
    rename.setEnabled(window.canvas.in_place.can_edit)
    rename.setText("&Edit note\tF2" if notes and not nodes else SPECS["rename"].text)
    freezable = window.editor.freezable()
    freeze = window.actions_by_name["freeze"]
    freeze.setEnabled(bool(freezable))
    all_frozen = freezable and window.editor.all_frozen(freezable)
    freeze.setText("Unfree&ze" if all_frozen else SPECS["freeze"].text)
    framed = any(window.marking.frame_of(node) for node in nodes)
    window.actions_by_name["unframe"].setEnabled(framed)
    on_group = window.groups.is_on_group
    for name in ON_GROUPS:
        window.actions_by_name[name].setEnabled(on_group)
    within = bool(window.session.path)
    window.actions_by_name["leave"].setEnabled(within)
    window.actions_by_name["rename_group"].setEnabled(on_group or within)
    window.actions_by_name["expose"].setEnabled(within and bool(nodes))
    window.actions_by_name["make_single"].setEnabled(window.groups.can_make_single)
    for name in ARRANGE:
        if name == SEPARATOR:
            continue
        enough = (
            window.arranging.can_distribute
            if name.startswith("distribute")
            else window.arranging.can_align or name in ALWAYS
        )
        window.actions_by_name[name].setEnabled(enough)
    for name in ("minimap", "animation"):
        window.actions_by_name[name].setChecked(getattr(window.canvas_options, name))


def _history(window: MainWindow) -> None:
    labels = {"undo": window.session.undo_label, "redo": window.session.redo_label}
    for name, label in labels.items():
        action = window.actions_by_name[name]
        action.setEnabled(bool(label))
        action.setText(f"&{name.capitalize()} {label.lower()}".rstrip())


def _export(window: MainWindow) -> None:
    """Let the action say why a design cannot be exported."""
    action, spec = window.actions_by_name["onnx"], SPECS["onnx"]
    errors = [p for p in window.session.analysis_of_whole.errors if not p.only_training]
    why = f"Correct this first: {errors[0].message}" if errors else spec.tooltip
    action.setEnabled(not errors)
    action.setToolTip(why)
    action.setStatusTip(why)


def _training(window: MainWindow) -> None:
    actions, trainer = window.actions_by_name, window.trainer
    active = trainer.state in ("training", "paused")
    actions["train"].setEnabled(not trainer.busy)
    actions["find_rate"].setEnabled(not trainer.busy)
    actions["cross_validate"].setEnabled(not trainer.busy)
    actions["pause"].setEnabled(active)
    actions["pause"].setText("Co&ntinue" if trainer.state == "paused" else "&Pause")
    actions["step"].setEnabled(trainer.state == "paused")
    for name in ("halve_rate", "double_rate"):
        actions[name].setEnabled(active)
    actions["stop"].setEnabled(active or trainer.state == "starting")
    actions["export_weights"].setEnabled(trainer.run is not None and not trainer.busy)
    actions["resume"].setEnabled(trainer.resumable)
