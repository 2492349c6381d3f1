"""A sample divided into parts that are kept or taken away as a whole: squares, runs, features."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError
from core.explain.attribution.map import IMAGE
from core.explain.attribution.replacing import batches, extent, replaced_scores
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

# Into how many parts a side of an image, and anything else, is divided unless it is said.
MOST_A_SIDE, MOST_PARTS = 8, 64
# A linear model of more parts takes too long to solve.
MOST_SOLVED = 1024


def size_param() -> Any:
    """The size of a part, as a parameter of a method."""
    return param(
        0,
        label="Part",
        help="Pixels on a side of the squares, or features, tokens or steps in a row, that are "
        f"taken away together. 0: as many as give at most {MOST_A_SIDE} squares a side, or "
        f"{MOST_PARTS} parts.",
        minimum=0,
    )


@dataclass(frozen=True, eq=False)
class Parts:
    """``labels`` int ``[*extent]`` has the number of the part that each element belongs to."""

    labels: np.ndarray

    @classmethod
    def of(cls, subject: Subject, size: int = 0) -> Parts:
        """Squares of an image; of else, runs along the first axis.

        There is a run for each place of the other axes, or for all of these together where they
        are many. Raises InputError for parts so small that there are too many.
        """
        shape = extent(subject)
        cut = 2 if subject.kind == IMAGE else 1
        across = math.prod(shape[cut:])
        together = across > MOST_PARTS
        most = MOST_A_SIDE if cut == 2 else MOST_PARTS // (1 if together else across)
        size = size or max(math.ceil(side / most) for side in shape[:cut])
        sizes = [size] * cut + [side if together else 1 for side in shape[cut:]]
        numbers = [np.arange(side) // size for side, size in zip(shape, sizes, strict=True)]
        counts = [int(n[-1]) + 1 for n in numbers]
        if math.prod(counts) > MOST_SOLVED:
            raise InputError(
                f"parts of {size} would divide the sample into {math.prod(counts)} parts, "
                f"more than {MOST_SOLVED}",
                "Choose a larger part.",
            )
        return cls(np.ravel_multi_index(np.ix_(*numbers), counts))

    @property
    def count(self) -> int:
        """How many parts there are."""
        return int(self.labels.max()) + 1

    def spread(self, values: np.ndarray) -> np.ndarray:
        """A value for each part ``[count]`` divided among its elements ``[*extent]``; the sum
        stays.
        """
        sizes = np.bincount(self.labels.ravel(), minlength=self.count)
        return (values / sizes)[self.labels]

    def game(self, subject: Subject, fills: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """From the parts that are kept, bool ``[M, count]``, to scores ``[M]`` float64.

        The other parts are replaced by the fills; see ``replaced_scores``.
        """

        def scores(kept: np.ndarray) -> np.ndarray:
            size = len(fills) * subject.sample.size
            found = [
                replaced_scores(subject.sample, fills, kept[b][:, self.labels], subject.scores)
                for b in batches(len(kept), size)
            ]
            return np.concatenate(found)

        return scores
