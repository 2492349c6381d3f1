"""The page that shows which training samples a network finds most like the explained one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.explain.attribution.nearest import METRICS, Nearest, Neighbours
from core.explain.own_sample import OwnSample
from core.explain.probe_samples import Features
from core.train.asks import Answered, NotAnswered
from designer.asking import Asking
from designer.computing import Computing
from designer.map_choice import method_kinds
from designer.map_words import refusal_text, with_labels
from widgets.elided_label import ElidedLabel
from widgets.inputs import ComboBox
from widgets.labels import wrapped_label
from widgets.pictures.colormaps import rgb_of, to_image

TOPIC = "attribution.nearest"
_PICTURE = 60
_MOST_TOKENS = 60


class NearestSamples(QWidget):
    """Asks for the neighbours of a sample whenever it can be seen, and lists them."""

    def __init__(self, asking: Asking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asking = asking
        self._number: int | None = None
        self._own: OwnSample | None = None
        self._stale = True
        self._features: Features | None = None
        self.distance = ComboBox()
        for metric in METRICS:
            self.distance.addItem(f"{metric.capitalize()} distance", metric)
        self.distance.setAccessibleName("Distance")
        self.distance.setToolTip("How far apart two outputs of a layer are")
        self.distance.activated.connect(self._again)
        self.text, self.refusal = ElidedLabel("muted"), wrapped_label("muted")
        self.refusal.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.list = QListWidget()
        self.list.setAccessibleName("Nearest training samples")
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setIconSize(QSize(_PICTURE, _PICTURE))
        self._lay_out()

    def show_sample(self, number: int | None, own: OwnSample | None = None) -> None:
        """Show the neighbours of a sample of the probe, of none for None.

        One of the user's own goes before it.
        """
        self._number, self._own, self._stale = number, own, True
        if number is None:
            self._asking.forget(TOPIC)
            self._refuse_with("Train a network, then see here which samples it finds alike.")
        elif self.isVisible():
            self._ask()

    def set_features(self, features: Features | None) -> None:
        """How to write samples that are rows or tokens."""
        self._features = features

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what is shown now."""
        super().showEvent(event)
        if self._stale and self._number is not None:
            self._ask()

    def _again(self) -> None:
        if self._number is not None:
            self._ask()

    def _ask(self) -> None:
        assert self._number is not None
        question = Nearest(self._number, metric=str(self.distance.currentData()), own=self._own)
        self._asking.ask(TOPIC, question, self._take, self._refuse)
        self.text.write("Calculating …")

    def _take(self, answered: Answered) -> None:
        self._stale = False
        found: Neighbours = answered.answer
        pictures = found.samples.ndim == 4
        self.list.setViewMode(
            QListView.ViewMode.IconMode if pictures else QListView.ViewMode.ListMode
        )
        self.list.setSpacing(4 if pictures else 0)
        self.list.clear()
        self.list.show()
        self.refusal.hide()
        for at, sample in enumerate(found.samples):
            self.list.addItem(self._item(found, at, sample, pictures))
        self.text.write(f"of what the last layer reads, among {found.searched:,} training samples")

    def _refuse(self, refused: NotAnswered) -> None:
        self._refuse_with(with_labels(refusal_text(refused.message, refused.hint), method_kinds()))

    def _refuse_with(self, text: str) -> None:
        """Say why there is no list."""
        self.list.clear()
        self.list.hide()
        self.text.write("")
        self.refusal.setText(text)
        self.refusal.show()

    def _item(
        self, found: Neighbours, at: int, sample: np.ndarray, pictures: bool
    ) -> QListWidgetItem:
        truth = found.truths[at] if at < len(found.truths) else ""
        guess = found.predictions[at] if at < len(found.predictions) else ""
        where = f"{found.distances[at - 1]:.3g}" if at else "this one"
        row = int(found.rows[at - 1]) if at else found.row
        parts = [part for part in (truth, where) if part]
        made = QListWidgetItem()
        place = f"row {row:,} of the data" if row >= 0 else "own sample"
        told = ", ".join((*parts, place))
        if guess and guess != truth:
            told += f", predicted {guess}"
        made.setToolTip(told)
        made.setData(Qt.ItemDataRole.AccessibleTextRole, told)
        if pictures:
            made.setIcon(_icon(sample))
            made.setText("\n".join(parts))
            made.setSizeHint(QSize(_PICTURE + 16, _PICTURE + 44))
        else:
            written = self._written(sample)
            made.setText(f"{' · '.join(parts)}\n{written}")
            made.setToolTip(f"{told}\n{written}")
            # As wide as the list is: what is longer is cut with dots.
            made.setSizeHint(QSize(1, 2 * self.fontMetrics().height() + 14))
        return made

    def _written(self, sample: np.ndarray) -> str:
        """A row or tokens as text."""
        known = self._features
        if np.issubdtype(sample.dtype, np.integer):
            tokens = known.tokens if known is not None else ()
            ids = sample.ravel()[:_MOST_TOKENS]
            words = [tokens[i] if i < len(tokens) else str(i) for i in ids]
            short = all(len(word) <= 1 for word in words)
            return ("" if short else " ").join(words).replace("\n", " ")
        if sample.ndim == 1 and known is not None:
            return ", ".join(known.labels(sample))
        return f"values of shape {list(sample.shape)}"

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        self.distance.setMinimumContentsLength(16)
        line.addWidget(self.distance)
        line.addWidget(self.text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(Computing(self._asking, (TOPIC,)))
        column.addWidget(self.list, 1)
        column.addWidget(self.refusal, 1)


def _icon(sample: np.ndarray) -> QIcon:
    """A picture with hard pixels."""
    image = to_image(rgb_of(sample)).scaled(
        QSize(_PICTURE, _PICTURE),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.FastTransformation,
    )
    return QIcon(QPixmap.fromImage(image))
