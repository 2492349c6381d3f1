"""What nodes show while something runs, apart from the graph: a small picture and a level."""

from dataclasses import dataclass

from PySide6.QtGui import QImage


@dataclass(frozen=True, slots=True)
class Live:
    """What one node shows at its lower end; with all of it empty the room is kept free.

    ``tint`` is a level from -1 (far too low) over 0 (as it should be) to 1 (far too high), and is
    drawn as a colour and as a place on a scale; None draws none. ``text`` is for the tooltip.
    """

    thumbnail: QImage | None = None
    tint: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class LiveScale:
    """The words of the legend: what a level of 0 is, and what the lowest and highest mean."""

    title: str
    low: str
    high: str
