"""What a node's gradient means beside that of the others: a level to draw, and words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from widgets.canvas.live import LiveScale

# Against the gradient of the layer nearest the loss, where the way back through the network begins.
VANISHING, WEAK = 1e-6, 1e-3
STRONG, EXPLODING = 1e1, 1e3

SCALE = LiveScale(
    "Gradient, compared with the layer nearest the loss", "vanishing < 10⁻⁶", "> 10³ exploding"
)


def reference(gradients: Mapping[str, float], order: Sequence[str]) -> str | None:
    """The node whose gradient the others are held against: the last in computing ``order`` with a
    finite one above 0; None where there is none.
    """
    known = (node for node in reversed(order) if node in gradients)
    return next((n for n in known if math.isfinite(gradients[n]) and gradients[n] > 0), None)


def level(gradient: float, other: float | None) -> float:
    """-1 for a gradient that vanishes against the ``other``, 0 for an equal one, 1 for one that
    explodes; in between by the logarithm of their ratio.
    """
    if not math.isfinite(gradient):
        return 1.0
    if gradient == 0 or other is None:
        return -1.0
    decades = math.log10(gradient) - math.log10(other)
    most = -math.log10(VANISHING) if decades < 0 else math.log10(EXPLODING)
    return max(-1.0, min(1.0, decades / most))


def words(gradient: float, other: float | None, name: str) -> str:
    """A line for a tooltip; ``name`` is the node that the ``other`` gradient belongs to."""
    if not math.isfinite(gradient):
        return "Gradient not finite: exploding"
    shown = f"Gradient {gradient:.2g} (root mean square)"
    if gradient == 0 or other is None:
        return f"{shown}: vanishing"
    ratio = math.exp(math.log(gradient) - math.log(other))
    return f"{shown}\n{ratio:.2g} times that of {name}, nearest the loss: {_verdict(ratio)}"


def _verdict(ratio: float) -> str:
    if ratio < WEAK:
        return "vanishing" if ratio < VANISHING else "weak"
    if ratio > STRONG:
        return "exploding" if ratio > EXPLODING else "strong"
    return "in balance"
