"""What the window and the HTML file say and draw alike."""

from __future__ import annotations

import numpy as np

from core.explain.evaluation.robustness import TITLES, Robustness
from widgets.plots.xy_line import XYLine

NO_CLASSES = "The network does not tell classes apart."
NO_PROBABILITIES = "The loss gives no probabilities of classes."
NO_NUMBERS = "The network does not predict numbers."
NO_TARGET = "There is no target to be wrong about."
BASELINE = "What a simple rule reaches on this data."
# Of more curves than that only the averages are drawn, which have these names.
DRAWN_CURVES = 12
AVERAGES = ("micro", "macro")


def robustness_lines(found: Robustness) -> list[XYLine]:
    """A curve for each kind of change: the figure by the size."""
    pairs = ((TITLES[kind], np.array(scores, np.float64)) for kind, scores in found.scores.items())
    return [XYLine(title, scores[:, 0], scores[:, 1], marked=True) for title, scores in pairs]
