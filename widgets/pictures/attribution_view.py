"""One attribution: the sample, the map of its values, both overlaid, and what there is to say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.explain.attribution.map import TOKENS, Attribution
from widgets.labels import wrapped_label
from widgets.pictures.color_bar import ColorBar
from widgets.pictures.colormaps import paint, rgb_of
from widgets.pictures.contribution_bars import ContributionBars
from widgets.pictures.image_pane import ImagePane
from widgets.pictures.overlaid import overlaid
from widgets.pictures.sequence_map import SequenceMap
from widgets.pictures.token_strip import TokenStrip
from widgets.pictures.value_range import colormap_of
from widgets.shrinkable import Shrinkable

# A pane that is narrower shows too little; the least important ones give way.
_LEAST_PANE = 60
_GAP = 8
_LEAST_HEIGHT = 100
_ANY_HEIGHT = 1 << 20
# So wide a view must be at least to say something of an image, and of a text or a row.
LEAST_PICTURE, LEAST_ROW = 120, 200
Limits = tuple[float, float]


class AttributionView(Shrinkable):
    """Shows images as sample, map and overlay, texts as coloured tokens, rows as signed bars and
    sequences as two heat maps.

    ``save_wanted`` carries ``png`` or ``npz``, what the context menu offers; ``said`` comes when
    there are other words.
    """

    save_wanted = Signal(str)
    said = Signal()

    def __init__(self, name: str = "Attribution", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Attribution | None = None
        self.limits: Limits = (0.0, 1.0)
        self._name, self._opacity = name, 0.75
        self._labels: tuple[str, ...] = ()
        self._shows_sample, self._is_sample = True, False
        self._title, self._words = wrapped_label("title"), wrapped_label("")
        self._text = wrapped_label("muted")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sample_pane, self.map_pane = ImagePane("Sample"), ImagePane("Map")
        self.overlay_pane = ImagePane("Overlay")
        self.bar, self.token_bar = ColorBar(self.overlay_pane), ColorBar()
        self.tokens, self.bars = TokenStrip(), ContributionBars()
        self.sample_sequence = SequenceMap(name="Sample")
        self.value_sequence = SequenceMap(name="Map")
        self.save_actions = [
            self._action("Save picture…", "png"),
            self._action("Save numbers…", "npz"),
        ]
        self._lay_out()
        self.clear("")

    def show_map(
        self,
        attribution: Attribution,
        limits: Limits,
        title: str,
        words: str = "",
        labels: Sequence[str] = (),
        is_sample: bool = False,
    ) -> None:
        """Show an attribution in colours between ``limits``.

        ``labels`` are those of a row's features; ``words`` stand below, ``title`` above. Values
        that are a sample themselves are shown as one, without signs.
        """
        self._is_sample = is_sample
        self.shown, self.limits, self._labels = attribution, limits, tuple(labels)
        self._title.setText(title)
        self._words.setText(words)
        self._title.setVisible(bool(title))
        self._words.setVisible(bool(words))
        self.setAccessibleName(f"{self._name}: {title}")
        self.setAccessibleDescription(words)
        self._draw()
        self.said.emit()

    def clear(self, text: str) -> None:
        """Show ``text`` in place of an attribution."""
        self.shown = None
        self._text.setText(text)
        self._stack.setCurrentWidget(self._text)
        for label in (self._title, self._words):
            label.hide()
        self.setAccessibleName(self._name)
        self.setAccessibleDescription(text)
        self.said.emit()

    def text(self) -> str:
        """What is shown in place of an attribution, ``""`` if there is one."""
        return "" if self.shown else self._text.text()

    def words(self) -> str:
        """What stands below the picture."""
        return self._words.text()

    def words_height(self, width: int) -> tuple[int, int]:
        """How high the title and the words below are, in pixels, in a view of that width."""
        title, words = (_text_height(label, width) for label in (self._title, self._words))
        return (title, words) if self.shown else (0, 0)

    def leave_room(self, above: int, below: int) -> None:
        """Give the title and the words below at least so many pixels."""
        for label, height in ((self._title, above), (self._words, below)):
            if label.minimumHeight() != height:
                label.setMinimumHeight(height)

    def set_opacity(self, opacity: float) -> None:
        """How much the strongest colours of the overlay cover, 0 to 1."""
        self._opacity = opacity
        if self.shown:
            self._draw()

    def show_sample(self, shown: bool) -> None:
        """Whether the sample stands beside its map, where there is room."""
        self._shows_sample = shown
        self._fit()

    def picture(self) -> QPixmap:
        """The picture as it is shown, without the words."""
        page = self._stack.currentWidget()
        assert page is not None
        return page.grab()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many panes as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to save what is shown."""
        if self.shown is None:
            return
        menu = QMenu(self)
        menu.addActions(self.save_actions)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def _action(self, text: str, kind: str) -> QAction:
        made = QAction(text, self)
        made.triggered.connect(lambda: self.save_wanted.emit(kind))
        return made

    def _draw(self) -> None:
        assert self.shown is not None
        sample, values = self.shown.sample, self.shown.values
        if self.shown.kind == TOKENS:
            self._draw_tokens(sample, values)
        elif sample.ndim == 1:
            self.bars.set_contributions(values, self._feature_labels(sample), *self.limits)
            self._stack.setCurrentWidget(self.bars)
        elif sample.ndim == 2:
            self.sample_sequence.set_value(sample)
            self.value_sequence.set_colormap(colormap_of(self.limits))
            self.value_sequence.set_value(values.reshape(sample.shape), self.limits)
            self._stack.setCurrentWidget(self._sequences)
        elif sample.ndim == 3:
            self._draw_image(sample, values)
        else:
            shape = list(sample.shape)
            self._text.setText(f"There is no picture for a sample of shape {shape}.")
            self._stack.setCurrentWidget(self._text)

    def _draw_tokens(self, sample: np.ndarray, values: np.ndarray) -> None:
        assert self.shown is not None
        words = self.shown.tokens or tuple(str(token) for token in sample.ravel())
        colors = colormap_of(self.limits)
        self.tokens.set_colored(words, values.ravel(), colors, self.limits)
        self.token_bar.set_scale(colors, *self.limits)
        self._fit_tokens()
        self._stack.setCurrentWidget(self._text_page)

    def _draw_image(self, sample: np.ndarray, values: np.ndarray) -> None:
        flat = flat_map(values)
        colors = colormap_of(self.limits)
        self.sample_pane.set_pixels(rgb_of(sample))
        made = rgb_of(values) if self._is_sample else paint(flat, *self.limits, colors)
        self.map_pane.set_pixels(made, flat)
        self.map_pane.set_name("Made up" if self._is_sample else "Map")
        over = overlaid(sample, flat, *self.limits, colors, self._opacity)
        self.overlay_pane.set_pixels(over, flat)
        self.bar.set_scale(colors, *self.limits)
        self._stack.setCurrentWidget(self._images)
        self._fit()

    def _feature_labels(self, sample: np.ndarray) -> Sequence[str]:
        if len(self._labels) == len(sample):
            return self._labels
        return [f"feature {i} = {v:.3g}" for i, v in enumerate(sample)]

    def _fit(self) -> None:
        room = self.width() - self.bar.sizeHint().width() - _GAP
        count = max(1, (room + _GAP) // (_LEAST_PANE + _GAP))
        wanted = [self.map_pane] if self._is_sample else [self.overlay_pane, self.map_pane]
        wanted += [self.sample_pane] if self._shows_sample else []
        for pane in (self.sample_pane, self.map_pane, self.overlay_pane):
            pane.setVisible(pane in wanted[:count])
        self.bar.setVisible(not self._is_sample)
        self._fit_tokens()

    def _fit_tokens(self) -> None:
        self.tokens.setMinimumHeight(self.tokens.heightForWidth(self._scroll.viewport().width()))

    def _lay_out(self) -> None:
        panes = (self.sample_pane, self.map_pane, self.overlay_pane)
        self._images = _line(QHBoxLayout(), *panes, self.bar)
        self._sequences = _line(QVBoxLayout(), self.sample_sequence, self.value_sequence)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAccessibleName("Tokens")
        self._scroll.setWidget(self.tokens)
        self._text_page = _line(QHBoxLayout(), self._scroll, self.token_bar)
        self.token_bar.setMaximumHeight(self.token_bar.sizeHint().height())
        beside = self._text_page.layout()
        assert beside is not None
        beside.setAlignment(self.token_bar, Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        for page in (self._text, self._images, self._sequences, self.bars, self._text_page):
            self._stack.addWidget(page)
        self._stack.setMinimumHeight(_LEAST_HEIGHT)
        for label in (self._title, self._words):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._stack, 1)
        column.addWidget(self._words)


def flat_map(values: np.ndarray) -> np.ndarray:
    """A map ``[H, W]`` of an image's values, whose channels are added."""
    return values.sum(axis=-1) if values.ndim == 3 else values


def _text_height(label: QLabel, width: int) -> int:
    """The height of a label's wrapped text; its own answer has its least height in it."""
    if not label.text():
        return 0
    room = QRect(0, 0, width, _ANY_HEIGHT)
    wrapped = Qt.TextFlag.TextWordWrap
    return label.fontMetrics().boundingRect(room, wrapped, label.text()).height()


def _line(layout: QHBoxLayout | QVBoxLayout, *widgets: QWidget) -> QWidget:
    """A page that may become narrower than what stands on it."""
    page = QWidget()
    page.setLayout(layout)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(_GAP)
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    page.setMinimumWidth(_LEAST_PANE)
    for widget in widgets:
        layout.addWidget(widget, 0 if isinstance(widget, ColorBar) else 1)
    return page
