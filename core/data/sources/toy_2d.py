"""Points in a plane, drawn as they are asked for: the data that networks are first tried on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.dataset import Column, Dataset
from core.data.source import Source
from core.params import Fault, param

Points = tuple[np.ndarray, np.ndarray]
# Of these only, people choose how many classes there are.
_COUNTED = ("spirals", "blobs")
_INNER = 0.5
_TURNS = 1.5
_BLOB = 0.25


@dataclass(frozen=True)
class Toy2D(Source):
    """Points in a plane that belong to two classes or more, to see how a network parts them.

    ``point`` float32 ``[2]`` and ``label``, one of the classes. Moons, circles and XOR have two
    classes; spirals and blobs as many as you like. Nothing is stored: the seed alone says which
    points there are. Moons and circles are made as in scikit-learn.
    """

    kind = "toy_2d"
    label = "Toy data in 2-D"
    built_in = True
    licence = "nothing is stored, the points are drawn"

    shape: str = param(
        "moons",
        label="Shape",
        help="How the classes lie: half moons, circles in each other, spirals, blobs, or XOR.",
        choices=("moons", "circles", "spirals", "blobs", "xor"),
    )
    samples: int = param(
        600, label="Samples", help="How many points there are.", minimum=10, maximum=100_000
    )
    noise: float = param(
        0.1,
        label="Noise",
        help="Standard deviation of what is added to each coordinate.",
        minimum=0.0,
        maximum=2.0,
    )
    classes: int = param(
        2,
        label="Classes",
        help="How many spirals or blobs there are; the other shapes have two classes.",
        minimum=2,
        maximum=10,
    )
    seed: int = param(0, label="Seed", help="Another number draws other points.", minimum=0)

    def check(self) -> tuple[Fault, ...]:
        """Only spirals and blobs have more than two classes."""
        if self.classes == 2 or self.shape in _COUNTED:
            return ()
        message = f"Classes must be 2 for {self.shape}; spirals and blobs may have more"
        return (Fault("classes", message),)

    def load(self, folder: Path) -> Dataset:
        """Draw the points."""
        random = np.random.Generator(np.random.PCG64(self.seed))
        point, label = _SHAPES[self.shape](self, random)
        point = point + random.normal(0.0, self.noise, point.shape)
        return Dataset(
            {
                "point": Column(point.astype(np.float32), features=("x", "y")),
                "label": Column(label.astype(np.int32), tuple(_names(self))),
            },
            title=self.label,
            notes="The points are drawn when they are needed; all lie within a few units of 0.",
            inputs=("point",),
            targets=("label",),
        )


def _names(toy: Toy2D) -> list[str]:
    count = toy.classes if toy.shape in _COUNTED else 2
    return [chr(ord("A") + number) for number in range(count)]


def _moons(toy: Toy2D, random: np.random.Generator) -> Points:
    """Two half circles that reach into each other."""
    outer, inner = (np.linspace(0, np.pi, count) for count in _shares(toy.samples, 2))
    upper = np.stack([np.cos(outer), np.sin(outer)], axis=1)
    lower = np.stack([1 - np.cos(inner), 0.5 - np.sin(inner)], axis=1)
    return np.concatenate([upper, lower]), _labels(toy.samples, 2)


def _circles(toy: Toy2D, random: np.random.Generator) -> Points:
    """A circle of radius 1 around one of half that size."""
    parts = []
    for count, radius in zip(_shares(toy.samples, 2), (1.0, _INNER), strict=True):
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        parts.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return np.concatenate(parts), _labels(toy.samples, 2)


def _spirals(toy: Toy2D, random: np.random.Generator) -> Points:
    """Arms of one and a half turns that start in the middle, evenly turned against each other."""
    parts = []
    for number, count in enumerate(_shares(toy.samples, toy.classes)):
        # The root lets the points lie evenly in the plane, not crowded in the middle.
        way = np.sqrt(np.linspace(0.02, 1, count))
        angle = 2 * np.pi * (_TURNS * way + number / toy.classes)
        parts.append(2 * way[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return np.concatenate(parts), _labels(toy.samples, toy.classes)


def _blobs(toy: Toy2D, random: np.random.Generator) -> Points:
    """Normal clouds around places on a circle."""
    labels = _labels(toy.samples, toy.classes)
    angle = 2 * np.pi * labels / toy.classes
    middles = 1.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return middles + random.normal(0.0, _BLOB, middles.shape), labels


def _xor(toy: Toy2D, random: np.random.Generator) -> Points:
    """A square in quarters: those that touch at the corner only are of one class."""
    points = random.uniform(-1, 1, (toy.samples, 2))
    return points, (points[:, 0] * points[:, 1] > 0).astype(np.int64)


def _shares(samples: int, classes: int) -> list[int]:
    """How many samples each class has: as evenly as can be, the first ones less."""
    return [(samples + number) // classes for number in range(classes)]


def _labels(samples: int, classes: int) -> np.ndarray:
    return np.repeat(np.arange(classes), _shares(samples, classes))


_SHAPES: dict[str, Callable[[Toy2D, np.random.Generator], Points]] = {
    "moons": _moons,
    "circles": _circles,
    "spirals": _spirals,
    "blobs": _blobs,
    "xor": _xor,
}
