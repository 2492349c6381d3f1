"""The strip on which the sample is chosen that is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from widgets.elided_label import ElidedLabel
from widgets.inputs import ComboBox, SpinBox

IN_TURN, WORST = "in turn", "worst"


class SampleChooser(QWidget):
    """``Sample 3 of 8``. People count from 1, ``sample_changed`` and ``index`` from 0.

    With an order, samples are gone through by class or the worst predicted first; ``order_wanted``
    says that the worst are wanted, which may be others than before. A chooser that takes ``own``
    samples tells by ``file_wanted`` and ``text_wanted`` that the user has one, and by ``own_left``
    that it is done with.
    """

    sample_changed = Signal(int)
    order_wanted = Signal()
    file_wanted = Signal()
    text_wanted = Signal()
    own_left = Signal()

    def __init__(self, parent: QWidget | None = None, own: bool = False) -> None:
        super().__init__(parent)
        self._index = self._count = 0
        self._classes: Sequence[tuple[str, Sequence[int]]] = ()
        self._worst: Sequence[int] = ()
        self._spin = SpinBox()
        self._spin.setAccessibleName("Sample")
        self._spin.setMinimumWidth(64)
        self._spin.valueChanged.connect(self._on_value)
        self._of = QLabel()
        self._of.setProperty("role", "muted")
        self.order = ComboBox()
        self.order.setAccessibleName("Which samples")
        self.order.setToolTip("Which samples are gone through, and in which order")
        self.order.activated.connect(self._on_order)
        self._own_name = ElidedLabel("muted")
        self.own = self._make_own_button()
        self.leave = QToolButton()
        self.leave.setText("Back")
        self.leave.setToolTip("Look at the samples of the data again")
        self.leave.clicked.connect(self.own_left)
        self._label = QLabel("Sample")
        self._label.setBuddy(self._spin)
        self._takes_own = own
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        for part in (self._label, self._spin, self._of, self.order):
            line.addWidget(part)
        line.addWidget(self._own_name, 1)
        line.addStretch(1)
        line.addWidget(self.leave)
        line.addWidget(self.own)
        self._offer_orders()
        self.set_samples(0)
        self.show_own("")

    @property
    def index(self) -> int:
        """The sample chosen, counted from 0."""
        return self._index

    @property
    def shows_own(self) -> bool:
        """Whether a sample of the user's own is looked at."""
        return bool(self._own_name.text())

    def set_samples(self, count: int, index: int = 0) -> None:
        """Offer ``count`` samples and choose one, without emitting."""
        self._count = count
        self._index = min(max(index, 0), max(count - 1, 0))
        if count and self._index not in self._places():
            self.order.setCurrentIndex(0)
        self._show_place()
        self.own.setEnabled(count > 0)

    def set_order(
        self, classes: Sequence[tuple[str, Sequence[int]]], worst: Sequence[int]
    ) -> None:
        """Offer to go through the samples of each class, by name, and the worst predicted first.

        Both are numbers of samples; the one chosen stays.
        """
        self._classes = [(name, samples) for name, samples in classes if len(samples)]
        self._worst = worst
        self._offer_orders()
        if self._index not in self._places():
            self.order.setCurrentIndex(0)
        self._show_place()

    def choose_first(self) -> None:
        """Choose the first sample of the present order."""
        places = self._places()
        if len(places):
            self._go_to(places[0])

    def show_own(self, name: str, reads_text: bool = False) -> None:
        """Say that a sample of the user's own is looked at; with no name, that there is none."""
        self._own_name.write(name)
        self._own_name.setVisible(bool(name))
        self.leave.setVisible(bool(name))
        for part in (self._label, self._spin, self._of, self.order):
            part.setVisible(not name)
        self.order.setVisible(not name and self.order.count() > 1)
        self.own.setVisible(self._takes_own)
        self.text.setEnabled(reads_text)

    def _places(self) -> Sequence[int]:
        """The samples that are gone through, in their order."""
        chosen = self.order.currentData()
        if chosen == WORST:
            return self._worst
        if isinstance(chosen, int):
            return self._classes[chosen][1]
        return range(self._count)

    def _offer_orders(self) -> None:
        before = self.order.currentText()
        self.order.clear()
        self.order.addItem("All in turn", IN_TURN)
        if len(self._worst):
            self.order.addItem("Worst predicted first", WORST)
        for number, (name, _) in enumerate(self._classes):
            self.order.addItem(f"Only {name}", number)
        self.order.setCurrentIndex(max(self.order.findText(before), 0))
        self.order.setVisible(self.order.count() > 1 and not self.shows_own)

    def _on_order(self) -> None:
        if self.order.currentData() == WORST:
            # The weights may be others than those that the order was made with.
            self.order_wanted.emit()
        self.choose_first()

    def _show_place(self) -> None:
        places = self._places()
        at = places.index(self._index) if self._count and self._index in places else 0
        # The range may clamp the old value on the way; it is set wide, then right.
        self._spin.setRange(1, max(len(places), self._spin.maximum()))
        self._spin.setValue(at + 1)
        self._spin.setRange(1, max(len(places), 1))
        self._spin.setEnabled(self._count > 0)
        self._of.setText(f"of {len(places):,}")

    def _on_value(self, value: int) -> None:
        places = self._places()
        if value - 1 < len(places):
            self._go_to(places[value - 1])

    def _go_to(self, index: int) -> None:
        changed = index != self._index
        self._index = index
        self._show_place()
        if changed:
            self.sample_changed.emit(index)

    def _make_own_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("Own…")
        button.setToolTip("Look at a sample of your own, scaled as in training")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        file = menu.addAction("File …", self.file_wanted.emit)
        file.setToolTip("A picture, a table with the columns of the data, or a NumPy archive")
        self.text = menu.addAction("Line of text …", self.text_wanted.emit)
        self.text.setToolTip("Characters that the network knows")
        button.setMenu(menu)
        return button
