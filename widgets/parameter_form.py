"""The form that edits the parameters of one thing (a block, an optimizer, a data source)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from core.params import Param
from widgets.data_fields import NamesField
from widgets.field import Field, Shown
from widgets.parameter_fields import field_type
from widgets.tab_order import keep_tab_order

_NONE: Mapping[str, str] = MappingProxyType({})
_NO_OPTIONS: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass
class _Row:
    field: Field
    message: QLabel
    fault: str = ""


class ParameterForm(QWidget):
    """A label, an editor and room for a message for each parameter.

    ``changed`` carries the parameter's name and its new, valid value, once for each edit of a
    person and never when values are set from outside.
    """

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: dict[str, _Row] = {}
        self._built_for: object = None
        self._subject: object = None
        self._build((), {}, frozenset())

    def set_values(
        self,
        params: Sequence[Param],
        values: Mapping[str, Shown],
        faults: Mapping[str, str] = _NONE,
        options: Mapping[str, Sequence[str]] = _NO_OPTIONS,
        subject: object = None,
    ) -> None:
        """Show ``values`` (the default stands in for a missing one, ``SEVERAL`` for many).

        ``faults`` are messages by parameter name, ``options`` the columns or names to choose from.
        While ``subject`` (whatever the values belong to) and the parameters stay the same, the
        focus and the text being typed stay too; with another subject, uncommitted text is dropped.
        """
        shown = {p.name: values.get(p.name, p.default) for p in params}
        with_options = frozenset(n for n, names in options.items() if names)
        fresh = subject != self._subject
        self._subject = subject
        if not self._fits(tuple(params), shown, with_options):
            self._build(tuple(params), shown, with_options)
            fresh = True
        for name, row in self._rows.items():
            row.field.set_options(options.get(name, ()))
            row.field.show_value(shown[name], fresh)
            row.fault = faults.get(name, "")
            self._show_message(row)

    def field(self, name: str) -> Field:
        """The editor of the parameter called ``name``. Raises KeyError if there is none."""
        return self._rows[name].field

    def first_editor(self) -> QWidget | None:
        """The editor of the first parameter, None without parameters."""
        return next((row.field.editor for row in self._rows.values()), None)

    def message(self, name: str) -> str:
        """The message shown under the parameter, ``""`` if there is none."""
        label = self._rows[name].message
        return "" if label.isHidden() else label.text()

    def _fits(
        self, params: tuple[Param, ...], values: Mapping[str, Shown], with_options: frozenset[str]
    ) -> bool:
        """Whether the fields that are there can show these values."""
        same = (params, with_options) == self._built_for
        return same and all(row.field.can_show(values[n]) for n, row in self._rows.items())

    def _build(
        self, params: tuple[Param, ...], values: Mapping[str, Shown], with_options: frozenset[str]
    ) -> None:
        while item := self._grid.takeAt(0):
            if old := item.widget():
                old.hide()
                old.deleteLater()
        self._rows = {}
        self._built_for = (params, with_options)
        for param in params:
            kind = field_type(param, values[param.name], param.name in with_options)
            self._add(param, kind(param))
        keep_tab_order(self, [w for row in self._rows.values() for w in row.field.stops()])
        if not params:
            nothing = QLabel("Nothing to set here.")
            nothing.setProperty("role", "muted")
            self._grid.addWidget(nothing, 0, 0, 1, 2)
        self._grid.setRowStretch(self._grid.rowCount(), 0)

    def _add(self, param: Param, field: Field) -> None:
        at = 2 * len(self._rows)
        label = QLabel(param.label.replace("&", "&&"))
        label.setBuddy(field.editor)
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for widget in (label, field.editor):
            widget.setToolTip(param.help)
        field.editor.setAccessibleName(param.label)
        message = QLabel()
        message.setProperty("role", "error")
        message.setWordWrap(True)
        message.hide()
        tall = isinstance(field, NamesField)
        side = Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(label, at, 0, side)
        self._grid.addWidget(field, at, 1)
        self._grid.addWidget(message, at + 1, 1)
        row = _Row(field, message)
        self._rows[param.name] = row
        field.edited.connect(lambda value, name=param.name: self.changed.emit(name, value))
        field.refused.connect(lambda _message, row=row: self._show_message(row))

    def _show_message(self, row: _Row) -> None:
        text = row.field.problem or row.fault
        row.message.setText(text)
        row.message.setVisible(bool(text))
        editor = row.field.editor
        editor.setAccessibleDescription(text or row.field.param.help)
        if editor.property("invalid") is not bool(text):
            editor.setProperty("invalid", bool(text))
            editor.style().unpolish(editor)
            editor.style().polish(editor)
