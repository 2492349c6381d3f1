"""What an import could not turn into blocks, as a list that leads to the nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from widgets.labels import wrapped_label

_NODE = Qt.ItemDataRole.UserRole


class ImportReport(QDialog):
    """The report of an import; it stays beside the canvas while its nodes are looked at."""

    node_wanted = Signal(str)

    def __init__(self, answer: Mapping[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.setWindowTitle("Imported with gaps" if answer["unsupported"] else "Imported")
        self.resize(640, 320)
        self.summary = wrapped_label("")
        self.summary.setText(_summary(answer))
        self.list = QTreeWidget()
        self.list.setAccessibleName("Operators that no block computes")
        self.list.setHeaderLabels(["Operator", "Node", "Why"])
        self.list.setRootIsDecorated(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for unread in answer["unsupported"]:
            operator = f"{unread['domain']}.{unread['op']}" if unread["domain"] else unread["op"]
            item = QTreeWidgetItem([operator, unread["name"], unread["reason"]])
            item.setData(0, _NODE, unread["node"])
            item.setToolTip(0, f"{unread['place']} in the file; click to select it")
            item.setToolTip(2, unread["reason"])
            self.list.addTopLevelItem(item)
        self.list.setVisible(bool(answer["unsupported"]))
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        notes = wrapped_label("muted")
        notes.setText("\n".join(answer["notes"]))
        notes.setVisible(bool(answer["notes"]))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for part in (self.summary, self.list, notes, buttons):
            column.addWidget(part)

    def _choose(self, item: QTreeWidgetItem) -> None:
        self.node_wanted.emit(str(item.data(0, _NODE)))


def _summary(answer: Mapping[str, Any]) -> str:
    count = len(answer["unsupported"])
    if not count:
        return f"{answer['nodes']} nodes were imported."
    what = "1 operator" if count == 1 else f"{count} operators"
    return (
        f"{answer['nodes']} nodes were imported, but no block computes {what}. They are kept as "
        "unknown blocks with their wires: choose one to see where it stands, and put blocks that "
        "do the same in its place."
    )
