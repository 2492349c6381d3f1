"""A choice of one of the network's nodes, or of whichever is meant without one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.blocks.losses import Loss
from designer.session import Session
from widgets.inputs import ComboBox


class NodeChoice(QObject):
    """Offers the nodes of a design that have an output, in computing order.

    ``chosen`` carries the id of an unfolded node, ``""`` for the first entry.
    """

    chosen = Signal(str)

    def __init__(self, session: Session, otherwise: str, tooltip: str) -> None:
        super().__init__()
        self._session = session
        self._otherwise = otherwise
        self.box = ComboBox()
        self.box.setAccessibleName("Node")
        self.box.setToolTip(tooltip)
        self.box.setMinimumContentsLength(12)
        self.box.activated.connect(lambda _: self.chosen.emit(self.node))
        session.changed.connect(self._fill)
        self._fill()

    @property
    def node(self) -> str:
        """The id of the chosen node, ``""`` for the first entry."""
        return self.box.currentData() or ""

    def _fill(self, *_: object) -> None:
        whole = self._session.analysis_of_whole
        entries = [(self._otherwise, "")]
        for node in whole.order:
            block = whole.nodes[node].block
            if block is None or isinstance(block, Loss) or block.passes_on:
                continue
            if block.role != "target":
                entries.append((whole.name_of(node), node))
        present = [(self.box.itemText(i), self.box.itemData(i)) for i in range(self.box.count())]
        if entries == present:
            return
        node = self.node
        self.box.clear()
        for name, key in entries:
            self.box.addItem(name, key)
        self.box.setCurrentIndex(max(self.box.findData(node), 0))
