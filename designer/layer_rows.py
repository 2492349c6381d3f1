"""What the figures of layers mean: a row of texts for each, and what is doubtful about it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.train.events import LayerFigures
from designer import gradients
from widgets.layer_table import BAD, DOUBTFUL, GOOD, LayerRow

# Shares of units that are dead, and of the weights that a step changes, from which on a layer is
# doubtful or bad. A step mostly changes about a thousandth.
SOME_DEAD, MOST_DEAD = 0.5, 0.9
FAST, STILL = 0.1, 1e-6
VANISHES, EXPLODES = "vanishes", "explodes"
# Numbers below this are written with an exponent.
SHORT = 1e-3


def layer_rows(layers: Mapping[str, LayerFigures]) -> list[LayerRow]:
    """The rows of layers by name, in computing order.

    Gradients are held against that of the layer nearest the loss, as in the nodes.
    """
    _, nearest, other = _slopes(layers)
    return [_row(name, figures, other, nearest or "") for name, figures in layers.items()]


def gradient_faults(layers: Mapping[str, LayerFigures]) -> dict[str, tuple[str, str]]:
    """The layers whose gradient VANISHES or EXPLODES, each with a sentence."""
    slopes, nearest, other = _slopes(layers)
    return {
        name: (fault, gradients.words(slope, other, nearest or ""))
        for name, slope in slopes.items()
        if (fault := _gradient_fault(slope, other))
    }


def _slopes(
    layers: Mapping[str, LayerFigures],
) -> tuple[dict[str, float], str | None, float | None]:
    """The gradients by layer, the layer nearest the loss, and its gradient."""
    slopes = {n: f.gradient_rms for n, f in layers.items() if f.gradient_rms is not None}
    nearest = gradients.reference(slopes, list(layers))
    return slopes, nearest, slopes[nearest] if nearest else None


def _gradient_fault(gradient: float, other: float | None) -> str:
    found = gradients.level(gradient, other)
    return VANISHES if found <= -1 else EXPLODES if found >= 1 else ""


def _row(name: str, figures: LayerFigures, other: float | None, nearest: str) -> LayerRow:
    state, verdict, reason = _verdict(figures, other, nearest)
    output = ""
    if figures.mean is not None and figures.deviation is not None:
        output = _spread(figures.mean, figures.deviation)
    return LayerRow(
        name,
        _number(figures.gradient_norm),
        _number(figures.weight_norm),
        _number(figures.update_ratio),
        "" if figures.dead_share is None else f"{figures.dead_share:.0%}",
        output,
        state,
        verdict,
        reason,
    )


def _verdict(figures: LayerFigures, other: float | None, nearest: str) -> tuple[str, str, str]:
    """How a layer stands: its state, a few words, and a sentence."""
    wrong = [n for n, v in figures.known.items() if not math.isfinite(v) and n != "update_ratio"]
    if wrong:
        what = wrong[0].replace("_", " ")
        return BAD, "not finite", f"The {what} is not a finite number: training has failed here."
    if figures.gradient_rms is not None:
        fault = _gradient_fault(figures.gradient_rms, other)
        if fault:
            return BAD, fault, gradients.words(figures.gradient_rms, other, nearest)
    dead = figures.dead_share or 0.0
    if dead >= SOME_DEAD:
        share = "half" if dead < MOST_DEAD else "most"
        reason = f"{dead:.0%} of the units are 0 for all samples looked at, and learn nothing."
        return (BAD if dead >= MOST_DEAD else DOUBTFUL), f"{share} dead", reason
    if figures.update_ratio is not None and figures.update_ratio > FAST:
        reason = f"A step changes the weights by {figures.update_ratio:.0%}; lower the rate."
        return DOUBTFUL, "changes fast", reason
    # At the end of many schedules the rate is 0, which is as it should be.
    if figures.update_ratio is not None and 0 < figures.update_ratio < STILL:
        return DOUBTFUL, "hardly changes", "A step changes less than a millionth of the weights."
    if figures.gradient_rms is not None:
        return GOOD, "in balance", gradients.words(figures.gradient_rms, other, nearest)
    return GOOD, "", ""


def _number(value: float | None) -> str:
    """Two digits; small numbers with an exponent, where zeros would have to be counted."""
    if value is None:
        return ""
    is_small = 0 < abs(value) < SHORT
    mantissa, _, exponent = (f"{value:.1e}" if is_small else f"{value:.2g}").partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}" if exponent else mantissa


def _spread(mean: float, deviation: float) -> str:
    """A mean as exact as its deviation, which says how much of it means something."""
    if math.isfinite(mean) and math.isfinite(deviation) and deviation > 0:
        # The sum makes a 0 of -0.
        mean = round(mean, 1 - math.floor(math.log10(deviation))) + 0.0
    return f"{_number(mean)} ± {_number(deviation)}"
