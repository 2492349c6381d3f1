"""The part of the recipe's panel that edits the stages of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.params import Value
from core.train.stage import Stage
from widgets.entry_list import EntryList
from widgets.labels import wrapped_label
from widgets.parameter_form import ParameterForm
from widgets.theme import Theme

NONE = "Without stages, all losses train everything for the epochs above."


class StagesEditor(QWidget):
    """The stages as a list, and a form for the chosen one.

    ``changed`` carries what was done, the new stages, and a key under which acts in a row are one.
    """

    changed = Signal(str, object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages: tuple[Stage, ...] = ()
        self._row = 0
        self._shown: tuple[Any, ...] = ((), {}, (), ())
        self.entries = EntryList("stage")
        self.entries.add_wanted.connect(self._add)
        self.entries.remove_wanted.connect(self._remove)
        self.entries.move_wanted.connect(self._move)
        self.entries.chosen.connect(self._choose)
        self._note = wrapped_label("muted")
        self.form = ParameterForm()
        self.form.changed.connect(self._set)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._note, self.entries, self.form):
            column.addWidget(part)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of a theme."""
        self.entries.set_theme(theme)

    def set_stages(
        self,
        stages: Sequence[Stage],
        faults: Mapping[str, str],
        losses: Sequence[str],
        trained: Sequence[str],
    ) -> None:
        """Show these stages; ``faults`` by ``NUMBER.PARAMETER``, and the names to choose from."""
        self._stages = tuple(stages)
        self._shown = (faults, losses, trained)
        self._row = max(0, min(self._row, len(stages) - 1))
        self.entries.set_entries([_title(n, s) for n, s in enumerate(stages, 1)], self._row)
        total = sum(stage.epochs for stage in stages)
        self._note.setText(
            f"{total} epochs in all; the epochs above do not count." if stages else NONE
        )
        self._show_chosen()

    def text(self) -> str:
        """What is said of the stages, above the list."""
        return self._note.text()

    def _show_chosen(self) -> None:
        if not self._stages:
            self.form.hide()
            return
        faults, losses, trained = self._shown
        number = f"{self._row + 1}."
        self.form.set_values(
            Stage.params(),
            self._stages[self._row].values(),
            {n.removeprefix(number): text for n, text in faults.items() if n.startswith(number)},
            {"losses": losses, "trains": trained},
            subject=self._row,
        )
        self.form.show()

    def _choose(self, row: int) -> None:
        if row >= 0:
            self._row = row
            self._show_chosen()

    def _add(self, at: int) -> None:
        self._row = at
        stages = (*self._stages[:at], Stage(), *self._stages[at:])
        self.changed.emit("Add stage", stages, "")
        first = self.form.first_editor()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, at: int) -> None:
        stages = (*self._stages[:at], *self._stages[at + 1 :])
        self.changed.emit("Remove stage", stages, "")

    def _move(self, at: int, to: int) -> None:
        stages = list(self._stages)
        stages.insert(to, stages.pop(at))
        self._row = to
        self.changed.emit("Move stage", tuple(stages), "")

    def _set(self, name: str, value: Value) -> None:
        stages = list(self._stages)
        stages[self._row] = replace(stages[self._row], **{name: value})  # type: ignore[arg-type]
        label = f"Change {name} of stage {self._row + 1}"
        self.changed.emit(label, tuple(stages), f"recipe.stages.{self._row}.{name}")


def _title(number: int, stage: Stage) -> str:
    name = stage.name or f"Stage {number}"
    return f"{number}.  {name}, {stage.epochs} {'epoch' if stage.epochs == 1 else 'epochs'}"
