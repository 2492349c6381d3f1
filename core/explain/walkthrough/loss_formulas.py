"""The formulas of the commonest losses with their numbers filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from core.blocks.classification_losses import BinaryCrossEntropy, CrossEntropy
from core.blocks.losses import Loss
from core.blocks.regression_losses import MeanSquaredError
from core.explain.walkthrough.moments import Formula
from core.explain.walkthrough.writing import (
    MINUS,
    TIMES,
    agree,
    factor,
    number,
    slope,
    symbol,
    total,
)

if TYPE_CHECKING:
    from core.explain.walkthrough.formulas import Numbers

Writer = Callable[[Any, "Numbers"], Iterator[Formula]]


def exponentials(z: np.ndarray) -> str:
    """What a softmax divides by, for the logits ``[C]`` of a sample."""
    return total(f"exp({number(value)})" for value in z)


def _share(weight: float, count: int) -> tuple[str, float]:
    """What stands before a sum of so many terms whose mean counts so much; empty for 1."""
    if count == 1:
        return ("" if weight == 1 else number(weight) + TIMES), weight
    above = "1" if weight == 1 else number(weight)
    return f"{above}/{count}{TIMES}", weight / count


def _counted(block: Any, prediction: np.ndarray) -> int:
    """Of how many terms the loss of a batch ``[B, N]`` is the mean."""
    samples, units = prediction.shape
    return samples * (units if block.reduction == "mean" else 1)


def _names(letter: str, array: np.ndarray) -> Iterator[tuple[tuple[int, int], str]]:
    """Each place of ``[B, N]`` with its symbol; units and samples are told apart where needed."""
    for at in np.ndindex(array.shape):
        index = (at[1],) if array.shape[1] > 1 else ()
        yield at, symbol(letter, *index, sample=at[0] if len(array) > 1 else None)


def _in_brackets(text: str, count: int) -> str:
    return f"({text})" if count > 1 else text


def _squares(block: MeanSquaredError, numbers: Numbers) -> Iterator[Formula]:
    p, y = numbers.inputs["prediction"], numbers.inputs["target"]
    value, count = numbers.outputs["loss"], _counted(block, p)
    before, share = _share(block.weight, count)
    index = "_{j}" if p.size > 1 else ""
    rule = f"L = {before}{'Σ_{j} ' if index else ''}(ŷ{index} {MINUS} y{index})^{{2}}"
    lines = []
    if agree(np.asarray(share * np.sum((p.astype(np.float64) - y) ** 2)), value):
        squares = (f"({number(p[at])} {MINUS} {factor(y[at])})^{{2}}" for at in np.ndindex(p.shape))
        text = total(squares)
        lines.append(f"L = {before}{_in_brackets(text, p.size if before else 1)} = {number(value)}")
    yield Formula(rule, tuple(lines))


def _squares_back(block: MeanSquaredError, numbers: Numbers) -> Iterator[Formula]:
    p, y = numbers.inputs["prediction"], numbers.inputs["target"]
    before, share = _share(block.weight, _counted(block, p))
    index = "_{j}" if p.size > 1 else ""
    yield from _differences(
        f"{slope('ŷ' + index)} = 2{TIMES}{before}(ŷ{index} {MINUS} y{index})",
        "ŷ",
        f"2{TIMES}{before}",
        (p, y, 2 * share),
        numbers.slopes_in.get("prediction"),
    )


def _differences(
    rule: str,
    letter: str,
    before: str,
    parts: tuple[np.ndarray, np.ndarray, float],
    found: np.ndarray | None,
) -> Iterator[Formula]:
    """Gradients that are differences ``first - second`` times a share."""
    first, second, share = parts
    if found is None:
        return
    lines = []
    if agree(share * (first.astype(np.float64) - second), found):
        for at, name in _names(letter, found):
            text = f"{number(first[at])} {MINUS} {factor(second[at])}"
            text = f"{before}({text})" if before else text
            lines.append(f"{slope(name)} = {text} = {number(found[at])}")
    yield Formula(rule, tuple(lines))


def _softmax(z: np.ndarray) -> np.ndarray:
    raised = np.exp(z.astype(np.float64) - z.max(axis=-1, keepdims=True))
    shares: np.ndarray = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _classes(block: CrossEntropy, numbers: Numbers) -> Iterator[Formula]:
    z, t = numbers.inputs["logits"], numbers.inputs["target"]
    p, value = _softmax(z), numbers.outputs["loss"]
    before, share = _share(block.weight, len(z))
    truth = p[np.arange(len(z)), t]
    if not _is_plain(block, t) or not agree(np.asarray(-share * np.log(truth).sum()), value):
        yield Formula(block.formula)
        return
    lines = [
        f"{name} = exp({number(z[at])}) / ({exponentials(z[at[0]])}) = {number(p[at])}"
        for at, name in _names("p", p)
    ]
    yield Formula("p_{c} = exp(z_{c}) / Σ_{k} exp(z_{k})", tuple(lines))
    text = total(f"{MINUS}log({number(one)})" for one in truth)
    text = f"{before}({text})" if before else text
    which = ", ".join(f"t = {label + 1} (label {label})" for label in t)
    several = "Σ_{s} " if len(z) > 1 else ""
    yield Formula(
        f"L = {before}{several}{MINUS}log p_{{t}},   {which}", (f"L = {text} = {number(value)}",)
    )


def _classes_back(block: CrossEntropy, numbers: Numbers) -> Iterator[Formula]:
    z, t = numbers.inputs["logits"], numbers.inputs["target"]
    before, share = _share(block.weight, len(z))
    if not _is_plain(block, t):
        return
    truth = np.eye(z.shape[1])[t]
    text = f"p_{{c}} {MINUS} [c = t]"
    rule = f"{slope('z_{c}')} = " + (f"{before}({text})" if before else text)
    found = numbers.slopes_in.get("logits")
    yield from _differences(rule, "z", before, (_softmax(z), truth, share), found)


def _is_plain(block: CrossEntropy, target: np.ndarray) -> bool:
    plain = not block.label_smoothing and not block.class_weights
    return plain and target.ndim == 1 and bool((target >= 0).all())


def _yes_no(block: BinaryCrossEntropy, numbers: Numbers) -> Iterator[Formula]:
    z, y, p = _yes_no_parts(numbers)
    before, share = _share(block.weight, _counted(block, z))
    value = numbers.outputs["loss"]
    loss = np.logaddexp(0, z) - y * z
    if not _is_sure(block, y) or not agree(np.asarray(share * loss.sum()), value):
        yield Formula(block.formula)
        return
    lines = [
        f"{name} = 1 / (1 + exp({number(-z[at])})) = {number(p[at])}" for at, name in _names("p", z)
    ]
    yield Formula("p_{j} = 1 / (1 + exp(−z_{j}))", tuple(lines))
    terms = (
        f"{MINUS}{number(y[at])} · log({number(p[at])})"
        f" {MINUS} (1 {MINUS} {number(y[at])}) · log(1 {MINUS} {number(p[at])})"
        for at in np.ndindex(z.shape)
    )
    text = total(terms)
    text = f"{before}({text})" if before else text
    rule = f"L = {before}Σ_{{j}} (−y_{{j}} · log p_{{j}} − (1 − y_{{j}}) · log(1 − p_{{j}}))"
    yield Formula(rule, (f"L = {text} = {number(value)}",))


def _yes_no_back(block: BinaryCrossEntropy, numbers: Numbers) -> Iterator[Formula]:
    z, y, p = _yes_no_parts(numbers)
    if not _is_sure(block, y):
        return
    before, share = _share(block.weight, _counted(block, z))
    text = f"p_{{j}} {MINUS} y_{{j}}"
    rule = f"{slope('z_{j}')} = " + (f"{before}({text})" if before else text)
    yield from _differences(rule, "z", before, (p, y, share), numbers.slopes_in.get("logits"))


def _yes_no_parts(numbers: Numbers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    z = numbers.inputs["logits"].astype(np.float64)
    y = numbers.inputs["target"].reshape(z.shape)
    return z, y, 1 / (1 + np.exp(-z))


def _is_sure(block: BinaryCrossEntropy, target: np.ndarray) -> bool:
    plain = not block.label_smoothing and block.positive_weight == 1
    return plain and bool((target >= 0).all())


FORWARD: Mapping[type[Loss], Writer] = {
    MeanSquaredError: _squares,
    CrossEntropy: _classes,
    BinaryCrossEntropy: _yes_no,
}
BACKWARD: Mapping[type[Loss], Writer] = {
    MeanSquaredError: _squares_back,
    CrossEntropy: _classes_back,
    BinaryCrossEntropy: _yes_no_back,
}
