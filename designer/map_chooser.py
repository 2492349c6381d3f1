"""The fields that choose an attribution method, its parameters, the class and the layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from core.explain.attribution.method import Method
from core.params import Value
from core.visible import visible
from designer.map_choice import PREDICTED, TRUE, MapChoice, usual_method
from widgets.disclosure import Disclosure
from widgets.inputs import ComboBox
from widgets.labels import label_for
from widgets.parameter_form import ParameterForm

_CLASS_HELP = "The class whose score is explained"
_LAYER_HELP = "The layer whose outputs are looked at"
_INPUT_HELP = "The input whose parts are explained"


class MapChooser(QWidget):
    """Chooses one map; ``changed`` comes when a person has chosen something else."""

    changed = Signal()

    def __init__(
        self, kinds: Mapping[str, type[Method]], which: str = "", parent: QWidget | None = None
    ) -> None:
        """``which`` tells two choosers apart in the accessible names."""
        super().__init__(parent)
        self._kinds, self._which = kinds, which
        self._params: dict[str, dict[str, Value]] = {}
        self.method = self._combo("Method", "How the map is worked out")
        for kind, method in kinds.items():
            self.method.addItem(method.label, kind)
            tip = f"{method.summary()}\n{method.source}"
            self.method.setItemData(self.method.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.target = self._combo("Class", _CLASS_HELP)
        self.node = self._combo("Layer", _LAYER_HELP)
        self.fold = Disclosure("Settings", "the parameters of the method")
        self.form = ParameterForm()
        self.fold.turned.connect(self.form.setVisible)
        self.form.changed.connect(self._set)
        self.form.hide()
        self.method.activated.connect(self._choose_method)
        self.target.activated.connect(self._tell)
        self.node.activated.connect(self._tell)
        self._lay_out()
        self.choose(usual_method(kinds))
        self.set_classes(())
        self.set_nodes({})

    @property
    def kind(self) -> type[Method] | None:
        """The method chosen; None if there is none."""
        return self._kinds.get(self.method.currentData() or "")

    def choice(self) -> MapChoice:
        """What is chosen."""
        method = self.method.currentData() or ""
        target = self.target.currentData()
        params = tuple(sorted(self._params.get(method, {}).items()))
        chosen = PREDICTED if target is None else target
        return MapChoice(method, params, chosen, self.node.currentData() or "")

    def choose(self, method: str) -> None:
        """Choose a method, without emitting."""
        self.method.setCurrentIndex(self.method.findData(method))
        self._show_method()

    def set_classes(self, classes: Sequence[str], has_truth: bool = True) -> None:
        """Offer the predicted class, the true one where it is known, and each of ``classes``."""
        wanted: list[tuple[str, Any]] = [("Predicted class", PREDICTED)]
        wanted += [("True class", TRUE)] if has_truth else []
        wanted += [(visible(name), number) for number, name in enumerate(classes)]
        offer(self.target, wanted)
        self._form.setRowVisible(self.target, bool(classes))

    def set_nodes(self, nodes: Mapping[str, str]) -> None:
        """Offer the nodes, names by id, that the method can look at."""
        at_layer = self.kind is not None and self.kind.at_layer
        usual = "Last that will do" if self.kind and self.kind.needs else "The class itself"
        first = [(usual, "")] if at_layer else []
        if not at_layer and len(nodes) < 2:
            # The only Input is the one that is explained, whatever it was called in a run.
            nodes = {}
        offer(self.node, [*first, *((name, node) for node, name in nodes.items())])
        self._form.setRowVisible(self.node, at_layer or bool(nodes))
        self._node_label.setText("Layer" if at_layer else "Input")
        self.node.setToolTip(_LAYER_HELP if at_layer else _INPUT_HELP)

    def _choose_method(self) -> None:
        self._show_method()
        self.changed.emit()

    def _show_method(self) -> None:
        kind = self.kind
        if kind is None:
            return
        self.method.setToolTip(f"{kind.summary()}\n{kind.source}")
        self.method.setAccessibleDescription(kind.summary())
        self._show_params(kind)

    def _show_params(self, kind: type[Method]) -> None:
        values = self._params.get(kind.kind, {})
        self.form.set_values(kind.params(), values, subject=kind.kind)
        self.fold.setVisible(bool(kind.params()))
        self.form.setVisible(self.fold.isChecked() and bool(kind.params()))
        self.fold.show_state(self.fold.isChecked(), len(values))

    def _set(self, name: str, value: Value) -> None:
        assert self.kind is not None
        kept = self._params.setdefault(self.kind.kind, {})
        if value == self.kind.defaults()[name]:
            kept.pop(name, None)
        else:
            kept[name] = value
        self._show_params(self.kind)
        self.changed.emit()

    def _tell(self) -> None:
        self.changed.emit()

    def _combo(self, name: str, help: str) -> ComboBox:
        made = ComboBox()
        made.setAccessibleName(f"{name} {self._which}".strip())
        made.setToolTip(help)
        return made

    def _lay_out(self) -> None:
        fields = QWidget()
        self._form = QFormLayout(fields)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(6)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow(self.method)
        self._form.addRow("Class", self.target)
        self._node_label = label_for("Layer", self.node)
        self._form.addRow(self._node_label, self.node)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (fields, self.fold, self.form):
            column.addWidget(part)


def offer(combo: ComboBox, entries: Sequence[tuple[str, Any]]) -> None:
    """Offer entries and keep what is chosen, else choose the first."""
    present = [(combo.itemText(i), combo.itemData(i)) for i in range(combo.count())]
    if present == list(entries):
        return
    kept = combo.currentData()
    combo.clear()
    for text, data in entries:
        combo.addItem(text, data)
    combo.setCurrentIndex(max(combo.findData(kept), 0) if kept is not None else 0)
