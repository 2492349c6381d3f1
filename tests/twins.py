"""Two classes of one kind, which the registry must refuse."""

from dataclasses import dataclass

from core.params import Configured


@dataclass(frozen=True)
class First(Configured):
    kind = "Twin"
    label = "Twin"


@dataclass(frozen=True)
class Second(Configured):
    kind = "Twin"
    label = "Twin"
