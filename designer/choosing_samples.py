"""What choosers of samples share: the orders that they offer, and samples of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog

from core.explain.own_sample import OwnSample
from core.explain.probe_samples import ProbeSamples
from widgets.pictures.sample_chooser import SampleChooser

_FILES = (
    "Samples (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff *.csv *.tsv *.txt *.npz);;All (*)"
)


def offer_orders(chooser: SampleChooser, samples: ProbeSamples) -> None:
    """Offer the samples by class, and the worst predicted first."""
    chooser.set_order(samples.by_class(), samples.worst_first(), len(samples.losses))


class OwnSamples(QObject):
    """Asks for a file or a text where ``chooser`` wants one; ``sample`` is what was given.

    ``changed`` comes when a person gave another one, or went back to those of the data. Paths of
    the design's data count from ``folder()``.
    """

    changed = Signal()

    def __init__(self, chooser: SampleChooser, folder: Callable[[], Path]) -> None:
        super().__init__(chooser)
        self._chooser, self._folder = chooser, folder
        self.sample: OwnSample | None = None
        chooser.file_wanted.connect(self._choose_file)
        chooser.text_wanted.connect(self._type_text)
        chooser.own_left.connect(self._leave)

    def show(self, sample: OwnSample | None) -> None:
        """Be about a sample, about none for None, without emitting."""
        self.sample = sample
        name = "" if sample is None else Path(sample.path).name or f"“{sample.text}”"
        self._chooser.show_own(name)

    def _choose_file(self) -> None:
        folder = str(self._folder())
        path, _ = QFileDialog.getOpenFileName(self._chooser, "A sample of your own", folder, _FILES)
        if path:
            self._take(OwnSample(folder, path))

    def _type_text(self) -> None:
        text, is_typed = QInputDialog.getText(
            self._chooser, "A text of your own", "Text, of which the last characters are read:"
        )
        if is_typed and text:
            self._take(OwnSample(str(self._folder()), text=text))

    def _leave(self) -> None:
        if self.sample is not None:
            self._take(None)

    def _take(self, sample: OwnSample | None) -> None:
        self.show(sample)
        self.changed.emit()
