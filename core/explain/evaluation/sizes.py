"""What is told of how a network learns from more and more rows; see ``core.train.size_curve``."""

from __future__ import annotations

from dataclasses import dataclass

SHARES = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class SizePoint:
    """One training: on so many rows, with its figures on those and on the held-out rows."""

    rows: int
    train: dict[str, float]
    held_out: dict[str, float]


@dataclass(frozen=True)
class SizeCurve:
    """The trainings from the fewest rows on; ``held_out`` names the split that judged."""

    held_out: str
    points: tuple[SizePoint, ...]
