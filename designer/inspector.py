"""The panel that edits what is selected: one node's name, parameters and shapes, or several."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QScrollArea, QVBoxLayout, QWidget

from core.blocks.losses import Loss
from core.design import edits
from core.design.analysis import NodeReport
from core.design.ports import block_of
from core.design.stage_names import trained_names
from core.params import Value
from designer import use_params
from designer.session import Session
from designer.several_nodes import SeveralNodes
from designer.shared_parameters import with_value
from widgets.inputs import LineEdit
from widgets.labels import wrapped_label
from widgets.parameter_form import ParameterForm

NOTHING = "Select a node on the canvas to see and change its parameters."


class Inspector(QScrollArea):
    """Shows the chosen nodes of the session's design.

    ``left`` comes when Escape leads out of it.
    """

    left = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._node: str | None = None
        self._chosen: tuple[str, ...] = ()
        self.setWidgetResizable(True)
        self.setAccessibleName("Inspector")
        self._title = wrapped_label("title")
        self._summary = wrapped_label("muted")
        self.name = LineEdit()
        self.name.setAccessibleName("Name")
        self.name.editingFinished.connect(self._rename)
        self.form = ParameterForm()
        self.form.changed.connect(self._set)
        self._facts = wrapped_label("")
        self._problems = wrapped_label("error")
        self._help = wrapped_label("muted")
        self.several = SeveralNodes(session)
        self._name_row = QWidget()
        row = QFormLayout(self._name_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addRow("Name", self.name)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(10)
        for part in (
            self._title,
            self._summary,
            self._name_row,
            self.form,
            self._problems,
            self._facts,
            self._help,
            self.several,
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(body)
        session.changed.connect(lambda *_: self.show_nodes(self._chosen))
        self.show_nodes(())

    def show_nodes(self, nodes: Sequence[str]) -> None:
        """Show nodes by id, those that are gone left out; none shows the hint to select one."""
        known = self.session.analysis.nodes
        self._chosen = tuple(i for i in nodes if i in known)
        many = len(self._chosen) > 1
        self.several.setVisible(many)
        for part in (self._title, self._summary):
            part.setVisible(not many)
        self._show_node(self._chosen[0] if len(self._chosen) == 1 else None)
        if many:
            self.several.show_nodes(self._chosen)

    def _show_node(self, node: str | None) -> None:
        report = self.session.analysis.nodes.get(node) if node else None
        self._node = node if report else None
        for part in (self._name_row, self.form, self._facts, self._help):
            part.setVisible(report is not None)
        if report is None:
            self._title.setText("No node selected")
            self._summary.setText(NOTHING)
            self._problems.hide()
            return
        block = report.block
        self._title.setText(block.label if block else report.node.block)
        self._summary.setText(block.summary() if block else "This version does not know the block.")
        if not self.name.hasFocus() or not self.name.isModified():
            self.name.setText(report.node.name)
        self._show_form(report)
        self._facts.setText(_facts(report))
        prefix = f"{report.node.name}: "
        texts = [
            f"{p.message.removeprefix(prefix)}. {p.remedy}"
            for p in self.session.analysis.problems
            if p.node == node
        ]
        self._problems.setText("\n".join(texts))
        self._problems.setVisible(bool(texts))
        self._help.setText(_further_help(type(block)) if block else "")

    def focus_form(self, node: str) -> None:
        """Show a node and put the cursor into its first parameter, or its name without any."""
        self.show_nodes([node])
        first = self.form.first_editor() or self.name
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.ensureWidgetVisible(first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where no field has a use for it, leads out."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _show_form(self, report: NodeReport) -> None:
        found = block_of(self.session.design, report.node)
        if found is None:
            self.form.set_values((), {})
            return
        block, faults = found
        if "weights_of" in block.values():
            declared, shown_values = use_params.shown(self.session.design, report.node, block)
            messages = {f.name: f.message for f in faults}
            self.form.set_values(declared, shown_values, messages, subject=report.node.id)
            return
        facts = self.session.analysis.facts
        offered = {"column": tuple(facts.columns) if facts else ()}
        if isinstance(block, Loss):
            whole = self.session.analysis_of_whole
            offered["names"] = tuple(trained_names(whole.nodes, whole.flat))
        values = {**block.values(), **dict(report.node.params)}
        self.form.set_values(
            block.params(),
            {p.name: values[p.name] for p in block.params()},
            {f.name: f.message for f in faults},
            {p.name: offered[p.kind] for p in block.params() if p.kind in offered},
            subject=report.node.id,
        )

    def _set(self, name: str, value: Value) -> None:
        node = self._node
        if node is None:
            return
        report = self.session.analysis.nodes[node]
        if name == "weights_of":
            value = use_params.stored(self.session.design, report.node, name, value)
        edit = with_value(self.session.analysis, [node], name, value)
        label = f"Change {name.replace('_', ' ')} of {report.node.name}"
        self.session.act(label, edit, merge=f"{node}.{name}")

    def _rename(self) -> None:
        node, name = self._node, self.name.text().strip()
        if node is None:
            return
        old = self.session.design.nodes[node].name
        self.name.setModified(False)
        if not name:
            self.name.setText(old)
        elif name != old:
            self.session.act(f"Rename {old}", lambda d: edits.rename(d, node, name))


def _facts(report: NodeReport) -> str:
    lines = [f"{port}: {tensor}" for port, tensor in report.inputs.items()]
    lines += [f"{port}: {tensor}" for port, tensor in report.outputs.items()]
    lines.append(f"{report.parameters:,} parameters")
    lines.append(f"{report.flops:,} operations per sample")
    return "\n".join(lines)


def _further_help(block: type) -> str:
    """The docstring after its first paragraph, without the markup of code."""
    parts = inspect.getdoc(block) or ""
    rest = parts.split("\n\n")[1:]
    return "\n\n".join(" ".join(p.split()) for p in rest).replace("``", "")
