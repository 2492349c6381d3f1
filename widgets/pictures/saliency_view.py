"""A sample, what the network made of it, and which parts of it mattered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from widgets.icon_label import IconLabel
from widgets.pictures.colormaps import paint, rgb_of, span
from widgets.pictures.image_pane import ImagePane
from widgets.pictures.sequence_map import SequenceMap
from widgets.pictures.token_strip import TokenStrip
from widgets.pictures.vector_bars import VectorBars
from widgets.theme import Theme, dark

_MARK = 16


class SaliencyView(QWidget):
    """Shows an image beside its overlay of saliency, a sequence above that of its saliency, or
    the elements of a vector or of a row of tokens as bars as long as their saliency.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._correct: bool | None = None
        self._true = QLabel()
        self._predicted = QLabel()
        self._verdict = QLabel()
        self._mark = IconLabel(_MARK)
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self.sample_pane = ImagePane("Sample")
        self.overlay_pane = ImagePane("Saliency")
        self.sample_sequence = SequenceMap(name="Sample")
        self.saliency_sequence = SequenceMap("inferno", name="Saliency")
        self.bars = VectorBars()
        self.tokens = TokenStrip()
        self._images = _in_line(QHBoxLayout(), self.sample_pane, self.overlay_pane)
        self._sequences = _in_line(QVBoxLayout(), self.sample_sequence, self.saliency_sequence)
        self._stack = QStackedWidget()
        for page in (self._text, self._images, self._sequences, self.bars, self.tokens):
            self._stack.addWidget(page)
        self._words = self._make_words()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addWidget(self._stack, 1)
        column.addWidget(self._words)
        self.clear("Train a network, then pick a sample to see what it looks at.")

    def show_saliency(
        self,
        sample: np.ndarray,
        saliency: np.ndarray,
        true_text: str,
        predicted_text: str,
        correct: bool | None,
        probability: float | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Show one sample (no batch axis) with the nonnegative ``saliency`` of each element.

        For an image [H, W, C] the saliency is [H, W] or [H, W, C]; otherwise it has the shape of
        the sample. ``correct`` is None where right and wrong mean nothing. ``names`` name the
        elements of a vector, or are the words of a row of tokens. Raises ValueError when the
        shapes do not fit.
        """
        spatial = saliency.sum(axis=-1) if saliency.ndim == 3 else saliency
        if spatial.shape != sample.shape[: spatial.ndim] or sample.ndim not in (1, 2, 3):
            raise ValueError(f"saliency {saliency.shape} does not fit a sample {sample.shape}")
        if sample.ndim == 3 and spatial.ndim == 2:
            self._show_image(sample, spatial)
        elif sample.ndim == 2 and spatial.ndim == 2:
            self.sample_sequence.set_value(sample)
            self.saliency_sequence.set_value(saliency)
            self._stack.setCurrentWidget(self._sequences)
        else:
            self._show_elements(sample, spatial, names)
        self._write(true_text, predicted_text, correct, probability)

    def clear(self, text: str) -> None:
        """Show ``text`` instead of a sample."""
        self._text.setText(text)
        self._stack.setCurrentWidget(self._text)
        self._words.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw the mark in the colours of ``theme``."""
        self._theme = theme
        self._draw_mark()

    def texts(self) -> tuple[str, str, str]:
        """What is written about the truth, the prediction and whether they agree."""
        return self._true.text(), self._predicted.text(), self._verdict.text()

    def _show_image(self, sample: np.ndarray, saliency: np.ndarray) -> None:
        self.sample_pane.set_pixels(rgb_of(sample))
        self.overlay_pane.set_pixels(overlay(sample, saliency))
        self._stack.setCurrentWidget(self._images)

    def _show_elements(
        self, sample: np.ndarray, saliency: np.ndarray, names: Sequence[str]
    ) -> None:
        if sample.ndim != 1 or saliency.ndim != 1:
            raise ValueError(f"saliency {saliency.shape} does not fit a sample {sample.shape}")
        if np.issubdtype(sample.dtype, np.integer):
            self.tokens.set_tokens(names or [str(t) for t in sample], saliency)
            self._stack.setCurrentWidget(self.tokens)
            return
        given = names or [f"feature {i}" for i in range(len(sample))]
        labels = [f"{n} = {v:.3g}" for n, v in zip(given, sample, strict=True)]
        top = int(np.argmax(np.nan_to_num(saliency))) if saliency.size else None
        self.bars.set_value(saliency, labels, top)
        self._stack.setCurrentWidget(self.bars)

    def _write(
        self, true: str, predicted: str, correct: bool | None, probability: float | None
    ) -> None:
        self._correct = correct
        self._true.setText(true)
        for part in (self._true, self._true_caption):
            part.setVisible(bool(true))
        for part in (self._predicted, self._predicted_caption):
            part.setVisible(bool(predicted))
        is_known = probability is not None and np.isfinite(probability)
        sure = "" if not is_known else f" ({probability:.1%})"
        self._predicted.setText(predicted + sure)
        self._verdict.setText({None: "", True: "correct", False: "wrong"}[correct])
        self._verdict.setProperty("role", "success" if correct else "error")
        self._verdict.style().unpolish(self._verdict)
        self._verdict.style().polish(self._verdict)
        self._draw_mark()
        self._words.setVisible(bool(true or predicted))
        truth = f"True {true}, predicted" if true else "Predicted"
        self.setAccessibleName(f"{truth} {self._predicted.text()}")
        self.setAccessibleDescription(self._verdict.text())

    def _draw_mark(self) -> None:
        self._mark.setVisible(self._correct is not None)
        if self._correct is None:
            return
        color = self._theme.success if self._correct else self._theme.error
        name = "check" if self._correct else "cross"
        self._mark.show_icon(name, color)

    def _make_words(self) -> QWidget:
        words = QWidget()
        grid = QGridLayout(words)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        self._true_caption, self._predicted_caption = QLabel("True"), QLabel("Predicted")
        pairs = ((self._true_caption, self._true), (self._predicted_caption, self._predicted))
        for line, (caption, label) in enumerate(pairs):
            caption.setProperty("role", "muted")
            label.setProperty("role", "title")
            label.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(caption, line, 0)
            grid.addWidget(label, line, 1)
        grid.addWidget(self._mark, 1, 2)
        grid.addWidget(self._verdict, 1, 3)
        grid.setColumnStretch(4, 1)
        return words


def overlay(sample: np.ndarray, saliency: np.ndarray) -> np.ndarray:
    """The image [H, W, C] in grey under glowing saliency [H, W], uint8 [H, W, 3].

    Where the saliency is greatest only the glow is left.
    """
    grey = rgb_of(sample).mean(axis=-1, keepdims=True) * 0.6
    _, high = span(saliency)
    glow = paint(saliency, 0.0, high, "inferno").astype(np.float64)
    strength = np.nan_to_num(saliency, posinf=0.0, neginf=0.0) / (high if high > 0 else 1.0)
    share = np.sqrt(np.clip(strength, 0, 1))[..., None]
    return (grey * (1 - share) + glow * share).round().astype(np.uint8)


def _in_line(layout: QHBoxLayout | QVBoxLayout, *widgets: QWidget) -> QWidget:
    page = QWidget()
    page.setLayout(layout)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(12)
    for widget in widgets:
        layout.addWidget(widget, 1)
    return page
