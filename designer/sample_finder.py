"""Finds the sample to explain: one after the other, by class, or the worst predicted first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from core.explain.probe_samples import ProbeSamples
from designer.map_chooser import offer
from widgets.inputs import ComboBox, SpinBox

ALL, WORST = "all", "worst"


class SampleFinder(QWidget):
    """``number`` is that of the chosen sample among the probe's, counted from 0.

    ``changed`` comes when a person has chosen another one, ``order_wanted`` when another order.
    """

    changed = Signal()
    order_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: ProbeSamples | None = None
        self._places: list[int] = [0]
        self.order = ComboBox()
        self.order.setAccessibleName("Which samples")
        self.order.setToolTip("Which samples are gone through, and in which order")
        self.order.activated.connect(self._reorder)
        self.spin = SpinBox()
        self.spin.setMinimumWidth(56)
        self.spin.setAccessibleName("Sample")
        self.spin.setToolTip("The sample that is explained")
        self.spin.valueChanged.connect(self._step)
        self.previous = self._button("Previous sample", Qt.ArrowType.LeftArrow, -1)
        self.next = self._button("Next sample", Qt.ArrowType.RightArrow, 1)
        self._shown = 0
        self._lay_out()
        self._offer_orders()
        self._show(0)

    @property
    def number(self) -> int:
        """The number of the chosen sample."""
        return self._places[self._shown]

    def set_samples(self, samples: ProbeSamples | None) -> None:
        """Go through these samples and stay at the present one, without emitting."""
        number = self.number
        self._samples = samples
        self._offer_orders()
        self._places = self._ordered()
        self._show(self._places.index(number) if number in self._places else 0)

    def go_to(self, number: int) -> None:
        """Choose a sample among all, without emitting."""
        if number not in self._places:
            self.order.setCurrentIndex(0)
            self._places = self._ordered()
        self._show(self._places.index(number) if number in self._places else 0)

    def _ordered(self) -> list[int]:
        if self._samples is None:
            return [0]
        order = self.order.currentData()
        if order == WORST:
            return self._samples.worst_first() or [0]
        if isinstance(order, int):
            return self._samples.of_class(order) or [0]
        return list(range(len(self._samples.rows))) or [0]

    def _offer_orders(self) -> None:
        known = self._samples
        entries: list[tuple[str, object]] = [("All in turn", ALL)]
        if known is not None:
            how = "All" if known.total == len(known.rows) else "First"
            entries = [(f"{how} {len(known.rows):,} in turn", ALL)]
            entries += [("Worst predicted first", WORST)] if len(known.losses) else []
            counts = [(len(known.of_class(i)), i, n) for i, n in enumerate(known.classes)]
            entries += [(f"Only {name} ({count:,})", i) for count, i, name in counts if count]
        offer(self.order, entries)

    def _reorder(self) -> None:
        self._places = self._ordered()
        self._show(0)
        self.order_wanted.emit()
        self.changed.emit()

    def _step(self, value: int) -> None:
        if value - 1 != self._shown:
            self._show(value - 1)
            self.changed.emit()

    def _show(self, at: int) -> None:
        self._shown = at
        count = len(self._places)
        self.spin.show_number(at + 1, 1, count)
        self.spin.setEnabled(count > 1)
        self.spin.setAccessibleDescription(f"of {count:,}")
        self.previous.setEnabled(at > 0)
        self.next.setEnabled(at < count - 1)

    def _button(self, name: str, arrow: Qt.ArrowType, by: int) -> QToolButton:
        made = QToolButton()
        made.setArrowType(arrow)
        made.setToolTip(name)
        made.setAccessibleName(name)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.clicked.connect(lambda: self._step(self._shown + 1 + by))
        return made

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(2)
        for part in (self.previous, self.spin, self.next):
            line.addWidget(part, 1 if part is self.spin else 0)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        label = QLabel("Sample")
        label.setBuddy(self.spin)
        grid.addWidget(self.order, 0, 0, 1, 2)
        grid.addWidget(label, 1, 0)
        grid.addLayout(line, 1, 1)
        grid.setColumnStretch(1, 1)
