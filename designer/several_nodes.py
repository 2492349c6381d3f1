"""The part of the inspector that edits several selected nodes at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.params import Value
from designer.session import Session
from designer.shared_parameters import shared, title, with_value
from widgets.labels import wrapped_label
from widgets.parameter_form import ParameterForm

MOST_PROBLEMS = 8


class SeveralNodes(QWidget):
    """Shows what the nodes share; a change goes to all of them in one step of undo."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._nodes: tuple[str, ...] = ()
        self._title = wrapped_label("title")
        self._summary = wrapped_label("muted")
        self.form = ParameterForm()
        self.form.changed.connect(self._set)
        self._problems = wrapped_label("error")
        self._facts = wrapped_label("")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self._title, self._summary, self.form, self._problems, self._facts):
            column.addWidget(part)

    def text(self) -> str:
        """Everything said of the nodes, apart from the form."""
        parts = (self._title, self._summary, self._problems, self._facts)
        return "\n".join(part.text() for part in parts if not part.isHidden())

    def show_nodes(self, nodes: Sequence[str]) -> None:
        """Show these nodes of the session's design; they must be there."""
        self._nodes = tuple(nodes)
        analysis = self.session.analysis
        reports = [analysis.nodes[i] for i in nodes]
        found = shared(analysis, reports)
        self._title.setText(title(reports))
        self._summary.setText(
            "A change goes to all of them."
            if found.params
            else "These nodes have no parameter in common."
        )
        self.form.setVisible(bool(found.params))
        self.form.set_values(
            found.params, found.values, found.faults, found.options, subject=self._nodes
        )
        chosen = set(nodes)
        texts = [f"{p.message}. {p.remedy}" for p in analysis.problems if p.node in chosen]
        if len(texts) > MOST_PROBLEMS:
            texts[MOST_PROBLEMS:] = [f"and {len(texts) - MOST_PROBLEMS} more problems"]
        self._problems.setText("\n".join(texts))
        self._problems.setVisible(bool(texts))
        self._facts.setText(
            f"{sum(r.parameters for r in reports):,} parameters together\n"
            f"{sum(r.flops for r in reports):,} operations per sample together"
        )

    def _set(self, name: str, value: Value) -> None:
        nodes = self._nodes
        label = f"Change {name.replace('_', ' ')} of {len(nodes)} nodes"
        edit = with_value(self.session.analysis, nodes, name, value)
        self.session.act(label, edit, merge=f"{' '.join(nodes)}.{name}")
