"""The form that edits the parameters of one thing (a block, an optimizer, a data source)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from core.params import Param
from widgets.data_fields import NamesField
from widgets.disclosure import Disclosure
from widgets.field import Field, Shown
from widgets.parameter_fields import field_type
from widgets.tab_order import keep_tab_order

_NONE: Mapping[str, str] = MappingProxyType({})
_NO_OPTIONS: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass
class _Row:
    label: QLabel
    field: Field
    message: QLabel
    fault: str = ""
    is_folded: bool = False

    @property
    def text(self) -> str:
        """What is wrong with the value, or with what is being typed."""
        return self.field.problem or self.fault


class ParameterForm(QWidget):
    """A label, an editor and room for a message for each parameter.

    ``changed`` carries the parameter's name and its new, valid value, once for each edit of a
    person and never when values are set from outside. Advanced parameters are folded away until a
    person unfolds them, which holds for whatever is shown next, or one of them is not at its
    default or is faulty.
    """

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None, fold: Disclosure | None = None) -> None:
        """``fold`` is what unfolds the advanced parameters, where it is to be called otherwise."""
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: dict[str, _Row] = {}
        self._built_for: object = None
        self._subject: object = None
        self.disclosure = fold or Disclosure("Advanced", "parameters that few need")
        self.disclosure.setParent(self)
        self.disclosure.turned.connect(self._turn)
        self._is_open = self._wants_open = False
        self._set: frozenset[str] = frozenset()
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
        params = sorted(params, key=lambda p: p.advanced)
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
        self._unfold_if_set(shown, fresh)

    def field(self, name: str) -> Field:
        """The editor of the parameter called ``name``. Raises KeyError if there is none."""
        return self._rows[name].field

    def first_editor(self) -> QWidget | None:
        """The editor of the first parameter, or what unfolds it; None without parameters."""
        first = next(iter(self._rows.values()), None)
        if first is None:
            return None
        return self.disclosure if first.is_folded else first.field.editor

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
            old = item.widget()
            if old and old is not self.disclosure:
                old.hide()
                old.deleteLater()
        self._rows = {}
        self._built_for = (params, with_options)
        stops: list[QWidget] = []
        has_advanced = False
        for param in params:
            if param.advanced and not has_advanced:
                has_advanced = True
                self._grid.addWidget(self.disclosure, 2 * len(self._rows), 0, 1, 2)
                stops.append(self.disclosure)
            kind = field_type(param, values[param.name], param.name in with_options)
            row = self._add(param, kind(param), 2 * len(self._rows) + has_advanced)
            stops += row.field.stops()
        self.disclosure.setVisible(has_advanced)
        keep_tab_order(self, stops)
        if not params:
            nothing = QLabel("Nothing to set here.")
            nothing.setProperty("role", "muted")
            self._grid.addWidget(nothing, 0, 0, 1, 2)
        self._grid.setRowStretch(self._grid.rowCount(), 0)

    def _add(self, param: Param, field: Field, at: int) -> _Row:
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
        row = _Row(label, field, message)
        self._rows[param.name] = row
        field.edited.connect(lambda value, name=param.name: self.changed.emit(name, value))
        field.refused.connect(lambda _message, row=row: self._show_message(row))
        return row

    def _unfold_if_set(self, shown: Mapping[str, Shown], fresh: bool) -> None:
        """Fold or unfold what is advanced for a fresh subject; else unfold what is newly set."""
        advanced = {n: row for n, row in self._rows.items() if row.field.param.advanced}
        is_set = frozenset(
            name
            for name, row in advanced.items()
            if row.text or shown[name] != row.field.param.default
        )
        if fresh:
            self._is_open = self._wants_open or bool(is_set)
        elif is_set - self._set:
            self._is_open = True
        self._set = is_set
        self._show_fold()

    def _turn(self, is_open: bool) -> None:
        self._is_open = self._wants_open = is_open
        self._show_fold()

    def _show_fold(self) -> None:
        for row in self._rows.values():
            if row.field.param.advanced:
                row.is_folded = not self._is_open
                row.label.setVisible(self._is_open)
                row.field.setVisible(self._is_open)
                row.message.setVisible(self._is_open and bool(row.text))
        self.disclosure.show_state(self._is_open, len(self._set))

    def _show_message(self, row: _Row) -> None:
        text = row.text
        row.message.setText(text)
        row.message.setVisible(bool(text) and not row.is_folded)
        editor = row.field.editor
        editor.setAccessibleDescription(text or row.field.param.help)
        if editor.property("invalid") is not bool(text):
            editor.setProperty("invalid", bool(text))
            editor.style().unpolish(editor)
            editor.style().polish(editor)
