"""Where the axes of a small plot have their numbers, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence

_FALLEN, _MOST = 1 / 8, 0.4


def is_steep(values: Sequence[float]) -> bool:
    """Whether much of a curve lies near the bottom, where a linear scale shows little of it.

    That is two fifths of the values below an eighth of the highest.
    """
    high = max(values, default=0.0)
    low = sum(value < _FALLEN * high for value in values)
    return any(value > 0 for value in values) and low > _MOST * len(values)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from ``low`` to ``high``, both included, at most ``most`` of them and 2."""
    rough = (high - low) / max(most - 1, 1)
    if rough <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s for s in (power, 2 * power, 5 * power, 10 * power) if s >= rough * 0.999999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """Powers of ten from ``low`` to ``high``, at most five, evenly far from each other."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(1, math.ceil((last - first + 1) / 5))
    return [10.0**power for power in range(first, last + 1, stride)]


def tick_text(value: float) -> str:
    """A number as short as it can be: ``0.05``, ``2e-5``, ``1000``."""
    mantissa, _, exponent = f"{value:.6g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa
