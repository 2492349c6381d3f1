"""Numbers that exported code works out when it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=False)
class Quantity:
    """A number that is written as ``text``; ``value`` stands for it where numbers are compared."""

    text: str
    value: float

    def __repr__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.value)

    def __lt__(self, other: Quantity | float) -> bool:
        return self.value < _value(other)

    def __gt__(self, other: Quantity | float) -> bool:
        return self.value > _value(other)

    def __add__(self, other: Quantity | float) -> Quantity:
        return Quantity(f"{self.text} + {other!r}", self.value + _value(other))

    def __sub__(self, other: Quantity | float) -> Quantity:
        return Quantity(f"{self.text} - {other!r}", self.value - _value(other))

    def __mul__(self, other: Quantity | float) -> Quantity:
        return Quantity(f"{_factor(self)} * {_factor(other)}", self.value * _value(other))

    def __rmul__(self, other: float) -> Quantity:
        return Quantity(f"{_factor(other)} * {_factor(self)}", self.value * other)


def _value(number: Quantity | float) -> float:
    return number.value if isinstance(number, Quantity) else number


def _factor(number: Quantity | float) -> str:
    text = repr(number)
    return f"({text})" if " + " in text or " - " in text else text
