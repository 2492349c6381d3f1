"""Occlusion: how much the score falls when a part of the sample is covered."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.map import IMAGE
from core.explain.attribution.method import Method
from core.explain.attribution.replacing import (
    batches,
    extent,
    fill_param,
    fills_of,
    replaced_scores,
    value_param,
)
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

Window = tuple[slice, ...]


@dataclass(frozen=True)
class Occlusion(Method):
    """How much the score falls when a window that slides over the sample is covered.

    The value of an element is the mean over all windows that cover it, so that windows of one
    element give its own effect, and large ones a smooth map. Of an image a window covers all
    channels; of rows and tokens it covers so many neighbours along the first axis.
    """

    kind = "occlusion"
    label = "Occlusion"
    source = (
        "Zeiler and Fergus, Visualizing and understanding convolutional networks, ECCV 2014, "
        "https://arxiv.org/abs/1311.2901"
    )

    size: int = param(
        0,
        label="Window",
        help="Pixels on a side, or features, tokens or steps in a row. 0: an eighth of an image's "
        "shorter side but at least 2 pixels; of else a single one.",
        minimum=0,
    )
    stride: int = param(
        0,
        label="Stride",
        help="How far the window moves each time; 0: half its size. Never more than its size, so "
        "that all is covered.",
        minimum=0,
    )
    fill: str = fill_param()
    value: float = value_param()

    def attribute(self, subject: Subject) -> np.ndarray:
        """f(x) - f(x with the window covered), float64 ``[*extent]``; see ``Method``."""
        shape = extent(subject)
        fills = fills_of(subject, self.fill, self.value)
        found = self.windows(subject)
        total, covers = np.zeros(shape), np.zeros(shape)
        for part in batches(len(found), len(fills) * subject.sample.size):
            some = found[part]
            kept = np.ones((len(some), *shape), bool)
            for mask, window in zip(kept, some, strict=True):
                mask[window] = False
            covered = replaced_scores(subject.sample, fills, kept, subject.scores)
            for window, score in zip(some, covered, strict=True):
                total[window] += subject.score - score
                covers[window] += 1
        return total / covers

    def windows(self, subject: Subject) -> list[Window]:
        """Where the window stands, one after the other; together they cover the sample."""
        shape = extent(subject)
        cut = 2 if subject.kind == IMAGE else 1
        size = self.size or (max(2, min(shape[:2]) // 8) if cut == 2 else 1)
        stride = min(self.stride or max(1, size // 2), size)
        moved = [_stops(side, size, stride) for side in shape[:cut]]
        single = [_stops(side, 1, 1) for side in shape[cut:]]
        return list(product(*moved, *single))


def _stops(side: int, size: int, stride: int) -> list[slice]:
    """Places of a window along a side; the last one ends with it."""
    size = min(size, side)
    starts = [*range(0, side - size, stride), side - size]
    return [slice(start, start + size) for start in starts]
