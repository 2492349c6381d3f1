"""Axes of a sample: how blocks read the numbers that name them, and sizes that stretch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.blocks.block import Port, ShapeError, port
from core.params import param
from core.tensor import Tensor

# What blocks take that only move elements about. Rank 6 is what windows of images pass through.
ANY_RANK = (1, 2, 3, 4, 5, 6)


def any_port(name: str = "input", *ranks: int) -> Port:
    """An input of any type, and of any rank unless ``ranks`` are given."""
    return port(name, *(ranks or ANY_RANK), dtype="")


def axis_param(default: int = -1, help: str = "") -> Any:
    """A parameter that names one axis."""
    return param(
        default,
        label="Axis",
        help=help or "Which axis, counted with the batch as 0; -1 is the last.",
        minimum=-5,
        maximum=5,
    )


def axes_param(default: tuple[int, ...], help: str) -> Any:
    """A parameter that names several axes."""
    return param(default, label="Axes", help=help, minimum=-5, maximum=5)


def axis_of(tensor: Tensor, axis: int, what: str = "Axis") -> int:
    """The number of an axis after the batch, counted from the front.

    Raises ShapeError for the batch and for an axis that is not there.
    """
    rank = tensor.rank
    if rank == 1:
        raise ShapeError(
            f"the input {tensor} has no axis but the batch",
            "Wire it to a node with more axes, or put Expand dims before.",
        )
    found = axis + rank if axis < 0 else axis
    if found == 0:
        raise ShapeError(
            f"{what} {axis} of {tensor} is the batch, whose samples stay apart",
            "Use -1, the last axis.",
        )
    if not 0 < found < rank:
        raise ShapeError(
            f"{what} {axis} does not exist in {tensor}",
            f"Use a number from 1 to {rank - 1}, or -1 for the last.",
        )
    return found


def axes_of(tensor: Tensor, axes: Sequence[int]) -> tuple[int, ...]:
    """The numbers of several axes, in rising order; all but the batch where none is named.

    Raises ShapeError as ``axis_of`` does, and for an axis that is named twice.
    """
    found = [axis_of(tensor, axis) for axis in axes] or range(1, tensor.rank)
    if len(set(found)) < len(found):
        raise ShapeError(
            f"Axes {list(axes)} name one axis of {tensor} twice", "Name each axis once."
        )
    return tuple(sorted(found))


def stretched(sizes: Iterable[Sequence[int]]) -> tuple[int, ...] | None:
    """The common sizes of tensors of one rank, axes of length 1 stretched; None if they differ."""
    given = [tuple(one) for one in sizes]
    if len({len(one) for one in given}) != 1:
        return None
    found = []
    for lengths in zip(*given, strict=True):
        longer = {n for n in lengths if n != 1}
        if len(longer) > 1:
            return None
        found.append(longer.pop() if longer else 1)
    return tuple(found)


def title(name: str) -> str:
    """What an input port is called in messages."""
    return name.replace("_", " ").capitalize()
