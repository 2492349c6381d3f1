"""The strip on which the sample is chosen that is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from widgets.elided_label import ElidedLabel
from widgets.inputs import SpinBox

IN_TURN, WORST = "All in turn", "Worst predicted first"
_MOST_LETTERS = 12


class SampleChooser(QWidget):
    """``Sample 3 of 8``. People count from 1, ``sample_changed`` and ``index`` from 0.

    The menu of ``which`` offers the samples of one class, or the worst predicted first;
    ``order_wanted`` asks for a new order and ``choose_first``, as the worst may be others than
    before. A chooser that takes ``own`` samples tells by ``file_wanted`` and ``text_wanted`` that
    the user has one, and by ``own_left`` that it is done with.
    """

    sample_changed = Signal(int)
    order_wanted = Signal()
    file_wanted = Signal()
    text_wanted = Signal()
    own_left = Signal()

    def __init__(self, parent: QWidget | None = None, own: bool = False) -> None:
        super().__init__(parent)
        self._index = self._count = 0
        self._order = self._wanted = IN_TURN
        self._takes_own = own
        self._classes: dict[str, Sequence[int]] = {}
        self._worst: Sequence[int] = ()
        self._spin = SpinBox()
        self._spin.setAccessibleName("Sample")
        self._spin.setMinimumWidth(64)
        self._spin.valueChanged.connect(self._on_value)
        self._of = QLabel()
        self._of.setProperty("role", "muted")
        self.which = QToolButton()
        self.which.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.which.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.which.setToolTip("Which samples are gone through, and samples of your own")
        self.menu = QMenu(self.which)
        self.menu.setToolTipsVisible(True)
        self.which.setMenu(self.menu)
        self._own_name = ElidedLabel("title")
        self.file, self.text = self._own_actions()
        self.leave = QToolButton()
        self.leave.setText("Back")
        self.leave.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.leave.setToolTip("Look at the samples of the data again")
        self.leave.clicked.connect(self.own_left)
        self._label = QLabel("Sample")
        self._label.setBuddy(self._spin)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        for part in (self._label, self._spin, self._of):
            line.addWidget(part)
        line.addWidget(self._own_name, 1)
        line.addWidget(self.leave)
        line.addWidget(self.which)
        line.addStretch()
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
        return bool(self._own_name.text())

    def set_samples(self, count: int, index: int = 0) -> None:
        """Offer ``count`` samples and choose one, without emitting."""
        self._count = count
        self._index = min(max(index, 0), max(count - 1, 0))
        self.which.setEnabled(count > 0)
        self._show_place()

    def set_order(self, classes: Sequence[tuple[str, Sequence[int]]], worst: Sequence[int]) -> None:
        """Offer to go through the samples of each class, by name, and the worst predicted first.

        Both are numbers of samples; the one chosen stays.
        """
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
        self._own_name.write(name)
        self._own_name.setVisible(bool(name))
        self.leave.setVisible(bool(name))
        for part in (self._label, self._spin, self._of):
            part.setVisible(not name)
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
            is_class = name in self._classes
            action = QAction(f"Only {name}" if is_class else name, self.menu, checkable=True)
            action.setData(name)
            action.setChecked(name == self._order)
            action.triggered.connect(lambda _=False, name=name: self._choose_order(name))
            group.addAction(action)
            self.menu.addAction(action)
        if self._takes_own:
            self.menu.addSeparator()
            self.menu.addActions([self.file, self.text])
        self.which.setVisible(len(orders) > 1 or self._takes_own)

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
        if self._count and self._index not in places:
            # Chosen elsewhere, or the order is gone.
            self._order = IN_TURN
            places = self._places()
        for action in self.menu.actions():
            action.setChecked(action.data() == self._order)
        at = places.index(self._index) if self._count else 0
        # The range may clamp the old value on the way; it is set wide, then right.
        self._spin.setRange(1, max(len(places), self._spin.maximum()))
        self._spin.setValue(at + 1)
        self._spin.setRange(1, max(len(places), 1))
        self._spin.setEnabled(self._count > 0)
        self._of.setText(f"of {len(places):,}")
        short = {IN_TURN: "All", WORST: "Worst"}.get(self._order, self._order)
        cut = short if len(short) <= _MOST_LETTERS else f"{short[: _MOST_LETTERS - 1]}…"
        self.which.setText("Other…" if self.shows_own else f"{cut} ▾")
        self.which.setAccessibleName(f"Which samples: {self._order}")

    def _on_value(self, value: int) -> None:
        places = self._places()
        if self._count and value - 1 < len(places):
            self._go_to(places[value - 1])

    def _go_to(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self._show_place()
            self.sample_changed.emit(index)

    def _own_actions(self) -> tuple[QAction, QAction]:
        file = QAction("File of your own …", self)
        file.setToolTip("A picture, a table with the columns of the data, or a NumPy archive")
        file.triggered.connect(self.file_wanted)
        text = QAction("Text of your own …", self)
        text.setToolTip("Characters that the network knows")
        text.triggered.connect(self.text_wanted)
        text.setEnabled(False)
        return file, text
