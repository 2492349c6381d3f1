"""What is inside of a node: its output, filters, heads, states, gates and weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.explain.inside.patches import Patches
from core.explain.inside.receptive import Field
from core.explain.inside.seen import HEADS, OUTPUT, Facet, Insides
from widgets.pictures.colormaps import rgb_of
from widgets.pictures.facet_card import FacetCard
from widgets.pictures.field_pane import Box
from widgets.pictures.heads_view import HeadsView
from widgets.pictures.patch_pane import PatchPane
from widgets.pictures.sample_chooser import SampleChooser
from widgets.pictures.value_view import ValueView

_WORDS = {
    "output": ("Output", "What the node computes for the sample"),
    "filters": ("Filters", "The trained kernels that slide over the input"),
    "heads": ("Heads", "Which element looks at which one, head by head"),
    "states": ("States", "The states after each element of the sequence"),
    "gates": ("Gates", "How far each gate is open at each element of the sequence"),
    "weights": ("Weights", "The trained matrices and vectors"),
}
_PANE_WIDTHS = 72, 160
_HINT = "Point at a cell to read it."


class InsideView(QWidget):
    """Choices above a picture, words below it, and the sample to look at.

    ``value`` shows the output and is given it by others too. ``became_seen`` comes when the view
    can be seen.
    """

    became_seen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = ValueView()
        self.pane = PatchPane("Sample")
        self.pane.setMinimumWidth(_PANE_WIDTHS[0])
        self.pane.setMaximumWidth(_PANE_WIDTHS[1])
        self.heads = HeadsView()
        self.chooser = SampleChooser(own=True)
        self.pages = QTabBar()
        self.pages.setAccessibleName("What is shown of the node")
        self.pages.setExpanding(False)
        self.pages.setDrawBase(False)
        self.pages.setUsesScrollButtons(True)
        self.readout = QLabel()
        self.readout.setProperty("role", "muted")
        self.readout.setTextFormat(Qt.TextFormat.PlainText)
        self.readout.setWordWrap(True)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.cards: list[FacetCard] = []
        self._insides: Insides | None = None
        self._wanted = OUTPUT
        self._stack = QStackedWidget()
        self._facets = QWidget()
        self._lay_out()
        self._offer((OUTPUT,))
        self.pages.currentChanged.connect(self._choose)
        self.pages.tabBarClicked.connect(self._want)
        self.value.maps.cell_changed.connect(self._point)
        self.value.bars.cell_changed.connect(self._tell_plain)
        self.value.sequence.cell_changed.connect(self._point_element)
        self.heads.told.connect(self._tell)
        self.heads.pointed.connect(self._attend)

    @property
    def page(self) -> str:
        """The page that is shown."""
        return str(self.pages.tabData(self.pages.currentIndex()))

    def show_page(self, page: str) -> None:
        """Go to a page of the node, if it has it."""
        self._wanted = page
        for index in range(self.pages.count()):
            if self.pages.tabData(index) == page:
                self.pages.setCurrentIndex(index)

    def show_insides(self, found: Insides) -> None:
        """Show all that was found, but for the output, which ``value`` is given."""
        self._insides = found
        if found.sample.ndim == 3:
            self.pane.show_sample(rgb_of(found.sample))
        self._offer(found.pages)
        if not self.readout.text():
            self._tell("")
        self._draw()

    def forget(self) -> None:
        """Nothing is known of the node but its output."""
        self._insides = None
        self.pane.unmark()
        self._offer((OUTPUT,))
        self._tell("")
        self._draw()

    def facets(self) -> tuple[Facet, ...]:
        """What is shown on the present page."""
        found = self._insides.facets if self._insides else ()
        return tuple(facet for facet in found if facet.page == self.page)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that the view can be seen."""
        super().showEvent(event)
        self.became_seen.emit()

    def _offer(self, pages: Sequence[str]) -> None:
        present = tuple(self.pages.tabData(i) for i in range(self.pages.count()))
        if present != tuple(pages):
            wanted = self._wanted
            while self.pages.count():
                self.pages.removeTab(self.pages.count() - 1)
            for page in pages:
                title, tip = _WORDS[page]
                index = self.pages.addTab(title)
                self.pages.setTabData(index, page)
                self.pages.setTabToolTip(index, tip)
            self.show_page(wanted)
        self.pages.setVisible(len(pages) > 1)

    def _want(self, index: int) -> None:
        if index >= 0:
            self._wanted = str(self.pages.tabData(index))

    def _choose(self, index: int) -> None:
        if index >= 0 and self.pages.hasFocus():
            self._want(index)
        self.pane.unmark()
        self._tell("")
        self._draw()

    def _draw(self) -> None:
        facets = self.facets()
        found = self._insides
        field = found.field if found and self.page == OUTPUT else None
        is_image = found is not None and found.sample.ndim == 3
        is_map = field is not None and len(field.axes) == 2
        self.pane.setVisible(is_image and (is_map or self._patches() is not None))
        self._tell_field(field if self.pane.isVisibleTo(self) else None)
        # What is told must not move what is pointed at.
        of_maps = any(facet.value.ndim == 4 for facet in facets)
        lines = 2 if of_maps or self.pane.isVisibleTo(self) else 1
        self.readout.setFixedHeight(lines * self.readout.fontMetrics().lineSpacing() + 2)
        if not facets:
            self._stack.setCurrentIndex(0)
        elif self.page == HEADS:
            self.heads.show_heads(facets[0])
            self._stack.setCurrentIndex(1)
        else:
            self._show_cards(facets)
            self._stack.setCurrentIndex(2)

    def _show_cards(self, facets: Sequence[Facet]) -> None:
        """Go on with the cards that are there, if they are of the same kind."""
        alike = len(facets) == len(self.cards) and all(
            card.fits(facet) for card, facet in zip(self.cards, facets, strict=True)
        )
        if alike:
            for card, facet in zip(self.cards, facets, strict=True):
                card.show_facet(facet)
            return
        layout = self._facets.layout()
        assert layout is not None
        for card in self.cards:
            layout.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [FacetCard(facet) for facet in facets]
        for card in self.cards:
            layout.addWidget(card)
            card.told.connect(self._tell)
            card.picture.cell_changed.connect(self._point_step)

    def _patches(self) -> Patches | None:
        """The parts of the image that the elements on this page stand for."""
        facets = self.facets()
        if facets:
            return facets[0].row_patches or facets[0].column_patches
        return self._insides.patches if self._insides and self.page == OUTPUT else None

    def _point_element(self, cell: tuple[int, int] | None) -> None:
        """Outline the patch that an element of the output stands for, and name it."""
        self._tell_plain(cell)
        patches = self._patches()
        if cell is not None and patches is not None and cell[0] < len(patches):
            name = "Patch in " if patches.place(cell[0]) is not None else ""
            told = f"{name}{patches.names[cell[0]]}: {self.readout.text()}"
            self._tell(told[:1].upper() + told[1:])
        self._point_step(cell)

    def _point_step(self, cell: tuple[int, ...] | None) -> None:
        self.pane.point_at(self._patches() if cell else None, cell[0] if cell else 0)

    def _attend(self, cell: tuple[int, int, int] | None) -> None:
        facets = self.facets()
        if facets and self.page == HEADS:
            self.pane.attend(facets[0], cell)

    def _point(self, cell: tuple[int, int, int] | None) -> None:
        """Outline what the unit sees that is pointed at."""
        self._tell_plain(cell)
        found = self._insides
        field = found.field if found else None
        fits = field is not None and found is not None and found.output is not None
        if cell is None or not fits or field is None or found is None:
            self.pane.set_box(None)
            return
        output: np.ndarray = found.output if found.output is not None else np.zeros(0)
        if len(field.axes) != 2 or cell[1] >= len(field.axes[0]) or cell[2] >= len(field.axes[1]):
            self.pane.set_box(None)
            return
        if output.ndim == 3 and cell[0] < output.shape[-1]:
            box: Box = (field.box(cell[1:])[0], field.box(cell[1:])[1])
            self.pane.set_box(box)
            (top, bottom), (left, right) = box
            value = f"{output[cell[1], cell[2], cell[0]]:.4g}" if output.size else ""
            seen = f"sees rows {top} to {bottom - 1}, columns {left} to {right - 1}"
            self.readout.setText(f"Channel {cell[0]}: {value}; {seen}")

    def _tell_plain(self, cell: tuple[int, ...] | None) -> None:
        picture = self.value.picture()
        words = getattr(picture, "words", None)
        self._tell(words(cell) if cell and words else "")

    def _tell(self, words: str) -> None:
        self.readout.setText(words.replace("\n", ", ") or (_HINT if self._insides else ""))

    def _tell_field(self, field: Field | None) -> None:
        tip = ""
        if field is not None:
            size = " × ".join(str(n) for n in field.largest)
            whole = " × ".join(str(n) for n in field.sizes)
            tip = f"Each unit sees at most {size} of the {whole} pixels; point at one to see where."
        elif self._patches() is not None:
            tip = "Point at an element to see which part of the image it stands for."
        self.pane.setToolTip(tip)

    def _lay_out(self) -> None:
        heads = QWidget()
        inner = QVBoxLayout(heads)
        inner.setContentsMargins(12, 8, 12, 4)
        inner.addWidget(self.heads)
        column = QVBoxLayout(self._facets)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(10)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._facets)
        for page in (self.value, heads, area):
            self._stack.addWidget(page)
        shown = QHBoxLayout()
        shown.setContentsMargins(0, 0, 12, 0)
        shown.setSpacing(0)
        shown.addWidget(self._stack, 2)
        shown.addWidget(self.pane, 1)
        words = QVBoxLayout()
        words.setContentsMargins(12, 0, 12, 0)
        words.addWidget(self.readout)
        all_of_it = QVBoxLayout(self)
        all_of_it.setContentsMargins(0, 0, 0, 0)
        all_of_it.setSpacing(0)
        all_of_it.addWidget(self.pages)
        all_of_it.addLayout(shown, 1)
        all_of_it.addLayout(words)
        all_of_it.addWidget(self.chooser)
