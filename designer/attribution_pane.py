"""The fields and pictures of the attribution panel, without what they ask for."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.explain.attribution.method import Method
from designer.map_chooser import MapChooser
from designer.run_choice import RunChoice
from widgets.elided_label import ElidedLabel
from widgets.inputs import ComboBox
from widgets.pictures.attribution_view import LEAST_PICTURE, AttributionView
from widgets.pictures.level_views import LevelViews
from widgets.pictures.sample_chooser import SampleChooser

_FIELDS_WIDTH = 240
# What a title, a picture, three lines of words and the source need.
_LEAST_HEIGHT = 244
NOTHING, ANOTHER, KEPT = "nothing", "another", "kept"
_COMPARED = {
    NOTHING: ("Compare with nothing", "One map"),
    ANOTHER: ("Compare with another map", "Another run, step, method or class beside it"),
    KEPT: (
        "Compare with this map, kept",
        "Keep the present map and change what you like, such as the sample",
    ),
}


class AttributionPane(QWidget):
    """Fields to the left; tabs with the map, what it means and the nearest samples to the right.

    ``first`` and ``second`` choose the maps that ``views`` show, ``run`` whose weights the second
    one is of; the second ones are hidden until maps are compared.
    """

    def __init__(self, kinds: Mapping[str, type[Method]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chooser = SampleChooser(own=True, stacked=True)
        self.first, self.second = MapChooser(kinds), MapChooser(kinds, "to compare with")
        self.run = RunChoice()
        self.views = (AttributionView("Attribution"), AttributionView("Compared attribution"))
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.live = QCheckBox("Live")
        self.compare = ComboBox()
        self.same_scale = QCheckBox("Same colour scale")
        self.status, self.source = ElidedLabel("muted"), ElidedLabel("muted")
        self.tabs = QTabWidget()
        self.tabs.tabBar().setAccessibleName("What is shown of the sample")
        self.setMinimumHeight(_LEAST_HEIGHT)
        self._set_up()
        self._lay_out()
        self.show_comparison()

    @property
    def comparison(self) -> str:
        """What the map is compared with: ``NOTHING``, ``ANOTHER`` or ``KEPT``."""
        return str(self.compare.currentData())

    def show_comparison(self) -> None:
        """Show the second map and its fields if maps are compared."""
        compares = self.comparison != NOTHING
        for part in (self.run, self.second):
            part.setVisible(self.comparison == ANOTHER)
        self.same_scale.setVisible(compares)
        self.views[1].setVisible(compares)
        for view in self.views:
            view.show_sample(not compares)

    def add_tab(self, page: QWidget, title: str, help: str) -> None:
        """Add a page behind the map."""
        at = self.tabs.addTab(page, title)
        self.tabs.setTabToolTip(at, help)

    def _set_up(self) -> None:
        self.opacity.setRange(0, 100)
        self.opacity.setValue(75)
        self.opacity.setAccessibleName("Overlay")
        self.opacity.setToolTip("How much the colours of the overlay cover the sample")
        self.opacity.valueChanged.connect(self._cover)
        self.live.setToolTip("Work the map out again and again while the network trains")
        self.same_scale.setToolTip("Draw both maps in the colours of one scale")
        self.same_scale.setChecked(True)
        self.compare.setAccessibleName("Compare")
        self.compare.setToolTip("Show a second map beside the first")
        for kind, (text, help) in _COMPARED.items():
            self.compare.addItem(text, kind)
            self.compare.setItemData(self.compare.count() - 1, help, Qt.ItemDataRole.ToolTipRole)
        self._cover(self.opacity.value())

    def _cover(self, percent: int) -> None:
        for view in self.views:
            view.set_opacity(percent / 100)

    def _lay_out(self) -> None:
        cover = QHBoxLayout()
        label = QLabel("Overlay")
        label.setBuddy(self.opacity)
        cover.addWidget(label)
        cover.addWidget(self.opacity, 1)
        fields = QWidget()
        column = QVBoxLayout(fields)
        column.setContentsMargins(10, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.first)
        column.addWidget(self.chooser)
        column.addLayout(cover)
        for part in (self.live, self.compare, self.run, self.second, self.same_scale):
            column.addWidget(part)
        column.addStretch(1)
        scroll = _scrolled(fields, "What is explained")
        scroll.setFixedWidth(_FIELDS_WIDTH)
        self.add_tab(self._map_page(), "Map", "Which parts of the sample the score rests on")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(scroll)
        line.addWidget(self.tabs, 1)

    def _map_page(self) -> QWidget:
        page = QWidget()
        self.below = QVBoxLayout()
        self.maps = LevelViews(self.views, LEAST_PICTURE, 14)
        column = QVBoxLayout(page)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(2)
        column.addWidget(_scrolled(self.maps, "Maps"), 1)
        column.addLayout(self.below)
        column.addWidget(self.status)
        column.addWidget(self.source)
        return page


def _scrolled(inner: QWidget, name: str) -> QScrollArea:
    """A widget that is scrolled up and down where there is no room for it."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setAccessibleName(name)
    made.setWidget(inner)
    return made
