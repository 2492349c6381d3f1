"""A value of a graph that is being built: its name, logical shape, type and order of axes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.tensor import Shape

Order = tuple[int, ...]


@dataclass(frozen=True)
class Value:
    """What an operator gives.

    ``shape`` is the one that the design speaks of (channels last), None an axis of unknown length.
    In the graph its axes may stand in another ``order``: axis p there is axis ``order[p]`` of the
    design; empty if they are the same. ``dtype`` is ``float32``, ``int32``, ``int64`` or ``bool``.
    """

    name: str
    shape: Shape
    dtype: str = "float32"
    order: Order = ()

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def axes(self) -> Order:
        """The order, written out."""
        return self.order or tuple(range(self.rank))

    def place(self, axis: int) -> int:
        """Where an axis of the design stands in the graph; negative ones count from the end."""
        return self.axes.index(axis % self.rank)

    def size(self, axis: int) -> int:
        """Length of an axis that is not the batch."""
        length = self.shape[axis]
        assert length is not None, "the batch has no known length"
        return length


def plain(order: Sequence[int]) -> Order:
    """An order, empty where it changes nothing."""
    return () if tuple(order) == tuple(range(len(order))) else tuple(order)


def channels_first(rank: int) -> Order:
    """The order of ``[B, C, ...]`` for values of ``[B, ..., C]``."""
    return plain((0, rank - 1, *range(1, rank - 1)))


def without(order: Order, axes: Collection[int]) -> Order:
    """The order that is left when axes of the design are taken out."""
    kept = sorted(set(order) - set(axes))
    return plain([kept.index(axis) for axis in order if axis not in axes])


def dropped(shape: Shape, axes: Collection[int]) -> Shape:
    """A shape without some axes."""
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def broadcast(*shapes: Shape) -> Shape:
    """The shape that NumPy makes of several."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(next((n for n in column if n != 1), 1) for column in zip(*padded, strict=True))
