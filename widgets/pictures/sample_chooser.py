"""Chooses the sample that is looked at: by number, by class, the worst first, or one's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.visible import visible
from widgets.elided_label import ElidedLabel
from widgets.inputs import SpinBox

IN_TURN, WORST = "All in turn", "Worst predicted first"
# What is gone through, for a chooser on one line and for a stacked one.
_SHORT = {IN_TURN: "All", WORST: "Worst"}, {IN_TURN: IN_TURN, WORST: "Worst first"}
_MOST_LETTERS = 12, 16


class SampleChooser(QWidget):
    """``Sample 3 of 8``. People count from 1, ``sample_changed`` and ``index`` from 0.

    The menu of ``which`` offers the samples of one class, or the worst predicted first;
    ``order_wanted`` asks for a new order and ``choose_first``, as the worst may be others than
    before. A chooser that takes ``own`` samples tells by ``file_wanted`` and ``text_wanted`` that
    the user has one, and by ``own_left`` that it is done with. It is one line or, ``stacked``, two
    short ones.
    """

    sample_changed = Signal(int)
    order_wanted = Signal()
    file_wanted = Signal()
    text_wanted = Signal()
    own_left = Signal()

    def __init__(
        self, parent: QWidget | None = None, own: bool = False, stacked: bool = False
    ) -> None:
        super().__init__(parent)
        self._index = self._count = self._judged = 0
        self._order = self._wanted = IN_TURN
        self._takes_own, self._stacked = own, stacked
        self._classes: dict[str, Sequence[int]] = {}
        self._worst: Sequence[int] = ()
        self.spin = SpinBox()
        self.spin.setAccessibleName("Sample")
        self.spin.setToolTip("The sample that is looked at")
        self.spin.setMinimumWidth(56)
        self.spin.valueChanged.connect(self._on_value)
        self.previous = self._arrow("Previous sample", Qt.ArrowType.LeftArrow, -1)
        self.next = self._arrow("Next sample", Qt.ArrowType.RightArrow, 1)
        self._of = QLabel()
        self._of.setProperty("role", "muted")
        self.which = QToolButton()
        self.which.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.which.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.which.setToolTip(
            "Which samples are gone through" + (", and samples of your own" if own else "")
        )
        self.menu = QMenu(self.which)
        self.menu.setToolTipsVisible(True)
        self.which.setMenu(self.menu)
        self.own_name = ElidedLabel("title")
        self.file, self.text = self._own_actions()
        self.leave = QToolButton()
        self.leave.setText("Back")
        self.leave.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.leave.setToolTip("Look at the samples of the data again")
        self.leave.clicked.connect(self.own_left)
        self._label = QLabel("Sample")
        self._label.setBuddy(self.spin)
        self._lay_out()
        self._offer()
        self.set_samples(0)
        self.show_own("")

    @property
    def index(self) -> int:
        """The sample chosen, counted from 0."""
        return self._index

    @property
    def shows_own(self) -> bool:
        """Whether a sample of the user's own is looked at."""
        return bool(self.own_name.text())

    def set_samples(self, count: int, index: int = 0) -> None:
        """Offer ``count`` samples and choose one, without emitting."""
        self._count = count
        self._index = min(max(index, 0), max(count - 1, 0))
        self.which.setEnabled(count > 0)
        self._show_place()

    def set_order(
        self,
        classes: Sequence[tuple[str, Sequence[int]]],
        worst: Sequence[int],
        judged: int | None = None,
    ) -> None:
        """Offer to go through the samples of each class, by name, and the worst predicted first.

        Both are numbers of samples; the one chosen stays. The worst are those of the first
        ``judged`` samples, or of all.
        """
        self._judged = self._count if judged is None else judged
        self._classes = {name: samples for name, samples in classes if len(samples)}
        self._worst = worst
        self._offer()
        self._show_place()

    def choose_first(self) -> None:
        """Choose the first sample of the order that was chosen."""
        self._order = self._wanted
        places = self._places()
        if len(places):
            self._go_to(places[0])
        self._show_place()

    def show_own(self, name: str) -> None:
        """Say that a sample of the user's own is looked at; with no name, that there is none."""
        self.own_name.write(name)
        self.own_name.setVisible(bool(name))
        self.leave.setVisible(bool(name))
        for part in (self.spin, self._of):
            part.setVisible(not name)
        for arrow in (self.previous, self.next):
            # On one line there is room for the field's own arrows alone.
            arrow.setVisible(self._stacked and not name)
        self._label.setVisible(self._stacked or not name)
        self._show_place()

    def _places(self) -> Sequence[int]:
        """The samples that are gone through, in their order."""
        if self._order == WORST:
            return self._worst
        return self._classes.get(self._order, range(self._count))

    def _offer(self) -> None:
        """Make the menu anew."""
        self.menu.clear()
        group = QActionGroup(self.menu)
        orders = [IN_TURN, *([WORST] if len(self._worst) else []), *self._classes]
        for name in orders:
            action = QAction(self._offered(name), self.menu, checkable=True)
            action.setData(name)
            action.setChecked(name == self._order)
            action.triggered.connect(lambda _=False, name=name: self._choose_order(name))
            group.addAction(action)
            self.menu.addAction(action)
        if self._takes_own:
            self.menu.addSeparator()
            self.menu.addActions([self.file, self.text])
        self.which.setVisible(len(orders) > 1 or self._takes_own)

    def _offered(self, order: str) -> str:
        """How an order is called in the menu."""
        if order in self._classes:
            return f"Only {visible(order)} ({len(self._classes[order]):,})"
        if order == WORST and self._judged < self._count:
            return f"{WORST}, of {self._judged:,}"
        return order

    def _choose_order(self, name: str) -> None:
        self._wanted = name
        if self.shows_own:
            self.own_left.emit()
        if name == WORST:
            self.order_wanted.emit()
        else:
            self.choose_first()

    def _show_place(self) -> None:
        places = self._places()
        is_gone = self._order not in (IN_TURN, WORST, *self._classes)
        if is_gone or (self._count and self._index not in places):
            # The order is gone, or the sample was chosen elsewhere.
            self._order = IN_TURN
            places = self._places()
        for action in self.menu.actions():
            action.setChecked(action.data() == self._order)
        at = places.index(self._index) if self._count else 0
        last = max(len(places), 1)
        self.spin.show_number(at + 1, 1, last)
        self.spin.setEnabled(self._count > 0)
        self.previous.setEnabled(at > 0)
        self.next.setEnabled(at + 1 < last)
        self._of.setText(f"of {len(places):,}")
        self.which.setText(self._said())
        self.which.setAccessibleName(f"Which samples: {self._order}")

    def _said(self) -> str:
        """What is gone through, as short as its place is."""
        if self.shows_own:
            return "Other samples" if self._stacked else "Other…"
        if self._order in self._classes:
            text = f"Only {visible(self._order)}" if self._stacked else visible(self._order)
        else:
            text = _SHORT[self._stacked][self._order]
        most = _MOST_LETTERS[self._stacked]
        cut = text if len(text) <= most else f"{text[: most - 1]}…"
        return cut if self._stacked else f"{cut} ▾"

    def _on_value(self, value: int) -> None:
        places = self._places()
        if self._count and value - 1 < len(places):
            self._go_to(places[value - 1])

    def _go_to(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self._show_place()
            self.sample_changed.emit(index)

    def _arrow(self, name: str, arrow: Qt.ArrowType, by: int) -> QToolButton:
        made = QToolButton()
        made.setArrowType(arrow)
        made.setToolTip(name)
        made.setAccessibleName(name)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.clicked.connect(lambda: self._on_value(self.spin.value() + by))
        return made

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        steps = QHBoxLayout()
        steps.setSpacing(2)
        for part in (self.previous, self.spin, self.next):
            steps.addWidget(part, int(self._stacked and part is self.spin))
        column = QVBoxLayout(self)
        if self._stacked:
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(6)
            # It looks like the fields above and below it.
            self.which.setProperty("role", "choice")
            self.which.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            first = QHBoxLayout()
            first.setSpacing(8)
            first.addWidget(self._label)
            first.addWidget(self.which, 1)
            column.addLayout(first)
        else:
            column.setContentsMargins(12, 6, 12, 6)
            line.addWidget(self._label)
        line.addLayout(steps, int(self._stacked))
        line.addWidget(self._of)
        line.addWidget(self.own_name, 1)
        line.addWidget(self.leave)
        if not self._stacked:
            line.addWidget(self.which)
            line.addStretch()
        column.addLayout(line)

    def _own_actions(self) -> tuple[QAction, QAction]:
        file = QAction("File of your own …", self)
        file.setToolTip("A picture, a table with the columns of the data, or a NumPy archive")
        file.triggered.connect(self.file_wanted)
        text = QAction("Text of your own …", self)
        text.setToolTip("Characters that the network knows")
        text.triggered.connect(self.text_wanted)
        text.setEnabled(False)
        return file, text
