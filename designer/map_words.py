"""What the panel says of an attribution, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.explain.attribution.curves import DeletionInsertion, area
from core.explain.attribution.map import Attribution
from core.explain.attribution.method import Method
from core.explain.attribution.sanity import SanityCheck
from core.visible import visible

NOTHING_TRAINED = "Train a network, then see here which parts of a sample its prediction rests on."
FAINT = "Too faint to see? Untick Same colour scale."
UNKNOWN_TRUTH = "The true class of this sample is not known; choose another class."
TRAINED_ON = "This run learned from the sample."
# The linear model then tells half of the variance of the network's scores.
GOOD_FIT = 0.5
LIVE_HINT = "The network is training; tick Live to follow it."


def title_of(shown: Attribution, kinds: Mapping[str, type[Method]]) -> str:
    """The method and the class that is explained."""
    method = kinds[shown.method].label if shown.method in kinds else shown.method
    name = visible(shown.class_name(shown.target))
    if not name:
        return method
    return f"{method} for {name}" if shown.classes else f"{method}, output {name}"


def words_of(shown: Attribution, truth: str, step: int) -> str:
    """Truth, prediction, score, whether the values add up, and the step of the weights.

    A sample of the user's own is called so first.
    """
    predicted, truth = visible(shown.class_name(shown.predicted)), visible(truth)
    parts = ["own sample"] if shown.is_own else []
    if predicted:
        right = {"": "", predicted: " (right)"}.get(truth, f" (wrong, it is {truth})")
        parts.append(f"predicted {predicted}{right}")
    elif truth:
        parts.append(f"in truth {truth}")
    parts.append(f"{'score' if predicted else 'output'} {shown.score:.4g}")
    if shown.completeness_error is not None:
        parts.append(adds_up(shown.completeness_error))
    if shown.fit is not None:
        parts.append(fits(shown.fit))
    parts.append(f"step {step:,}")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def adds_up(error: float) -> str:
    """How far the values add up to the change of the score."""
    if not math.isfinite(error):
        return "the values do not add up to the score"
    return f"completeness error {error:.2%}" if error < 1 else f"completeness error {error:.3g}"


def fits(share: float) -> str:
    """How well the linear model that a map shows scores samples as the network does."""
    text = f"R² of the linear model {share:.2f}"
    return text if share >= GOOD_FIT else f"{text}, too little for the map to mean much"


def refusal_text(message: str, hint: str) -> str:
    """Why there is no map, and what can be done."""
    first = f"{message[:1].upper()}{message[1:]}".rstrip(".")
    return f"{first}.\n{hint}".strip()


def with_labels(text: str, kinds: Mapping[str, type[Method]]) -> str:
    """A text of the core that calls methods by their kind names, with what people call them."""
    for kind in sorted(kinds, key=len, reverse=True):
        # Others are plain words.
        if "_" in kind:
            text = text.replace(kind, kinds[kind].label)
    return text


def sentence(text: str) -> str:
    """A text that ends with a full stop."""
    return text if text.endswith(".") else f"{text}."


def depths_text(found: SanityCheck) -> str:
    """How alike the maps are after each of some layers, from the top, was drawn anew."""
    likeness = abs(found.spearman).mean(axis=1)
    pairs = zip(found.depths, likeness, strict=True)
    told = ", ".join(f"{found.layers[depth - 1]} {value:.2f}" for depth, value in pairs)
    samples = found.absolute.shape[1]
    noun = "sample" if samples == 1 else "samples"
    return (
        f"Rank correlation with layers drawn anew down to: {told}. In the end it is "
        f"{found.absolute[-1].mean():.2f} without the signs. Mean over {samples} {noun}."
    )


def measure_text(found: DeletionInsertion) -> str:
    """What the curves of removed parts show."""
    return found.measure.capitalize()


def areas_text(found: DeletionInsertion) -> str:
    """The areas under the curves, beside those of orders by chance."""
    away = float(area(found.shares, found.random_deletion).mean())
    back = float(area(found.shares, found.random_insertion).mean())
    return (
        f"Area with parts taken away {found.deletion_area:.3g} (by chance {away:.3g}; less is "
        f"better), put in {found.insertion_area:.3g} (by chance {back:.3g}; more is better)."
    )
