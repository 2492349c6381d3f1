"""How the numbers, sums and products of formulas are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsFloat

import numpy as np

MINUS, TIMES = "−", " · "
# Significant digits of a number; those that are rounding errors of float32 are never written.
_DIGITS = 5


def number(value: SupportsFloat) -> str:
    """A number: ``0.374``, ``−12``, ``2.1·10^{−7}``."""
    text = f"{float(value):.{_DIGITS}g}"
    if "e" in text:
        digits, _, power = text.partition("e")
        text = f"{digits}·10^{{{int(power)}}}"
    return "0" if text == "-0" else text.replace("-", MINUS)


def factor(value: SupportsFloat) -> str:
    """A number that something stands before: in brackets if it is negative."""
    text = number(value)
    return f"({text})" if text.startswith(MINUS) else text


def product(*values: SupportsFloat) -> str:
    """Numbers multiplied: ``0.5 · (−2)``."""
    first, *others = values
    return TIMES.join([number(first), *map(factor, others)])


def total(terms: Iterable[str]) -> str:
    """Terms added: a term that begins with a minus is subtracted."""
    text = ""
    for term in terms:
        if not text:
            text = term
        elif term.startswith(MINUS):
            text += f" {MINUS} {term.removeprefix(MINUS)}"
        else:
            text += f" + {term}"
    return text


def symbol(name: str, *index: int, sample: int | None = None) -> str:
    """A letter with its index, counted from 0 here and from 1 there, and its sample above."""
    below = "_{" + ",".join(str(i + 1) for i in index) + "}" if index else ""
    above = f"^{{({sample + 1})}}" if sample is not None else ""
    return name + below + above


def slope(of: str) -> str:
    """The derivative of the loss by something."""
    return f"∂L/∂{of}"


def agree(computed: np.ndarray, actual: np.ndarray) -> bool:
    """Whether a formula gives what the network computed, but for rounding."""
    computed, actual = np.asarray(computed, np.float64), np.asarray(actual, np.float64)
    if computed.shape != actual.shape or not np.isfinite(actual).all():
        return False
    small = 1e-5 * max(1e-3, float(np.abs(actual).max(initial=0)))
    return bool(np.allclose(computed, actual, rtol=1e-3, atol=small))
