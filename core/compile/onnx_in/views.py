"""How an ONNX value lies in one of ours: the axes of both, as products of common atoms.

An atom is an indivisible piece of an axis. A value has ``physical`` axes, those of the array that
our block gives (the batch first, channels last), and ``logical`` ones, those of the ONNX value;
both are tuples of atoms, the outermost first, and an axis of length 1 is empty. Transposing,
reshaping, squeezing and flattening only change the logical axes, so that blocks are made for them
only where one is really needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.compile.onnx_in.graph import UnsupportedError
from core.design.document import End


@dataclass(frozen=True, eq=False)
class Atom:
    """A piece of an axis; compared by identity."""

    size: int
    batch: bool = False


Axis = tuple[Atom, ...]
Axes = tuple[Axis, ...]


@dataclass(frozen=True)
class Value:
    """An output of a block as an ONNX value.

    ``factor`` is what it still has to be multiplied by; ``alone`` says that one node alone reads
    it.
    """

    end: End
    physical: Axes
    logical: Axes
    dtype: str = "float32"
    factor: float = 1.0
    alone: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The ONNX value's shape."""
        return tuple(map(length, self.logical))

    @property
    def rank(self) -> int:
        """The ONNX value's number of axes."""
        return len(self.logical)

    def axis(self, number: int) -> int:
        """An axis counted from the front. Raises UnsupportedError where there is none."""
        found = number + self.rank if number < 0 else number
        if not 0 <= found < self.rank:
            raise UnsupportedError(f"axis {number} does not exist in a value of rank {self.rank}")
        return found


def length(axis: Axis) -> int:
    """The number of elements along an axis."""
    return math.prod(atom.size for atom in axis)


def flat(axes: Iterable[Axis]) -> Axis:
    """All atoms in order."""
    return tuple(atom for axis in axes for atom in axis)


def axis_of(size: int) -> Axis:
    """A new axis of one atom; empty for the length 1."""
    return () if size == 1 else (Atom(size),)


def same(one: Sequence[Atom], other: Sequence[Atom]) -> bool:
    """Whether two axes are the same atoms in the same order."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def same_axes(one: Axes, other: Axes) -> bool:
    """Whether two arrangements are the same."""
    return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))


def substituted(axes: Axes, parts: Mapping[Atom, Axis]) -> Axes:
    """Axes with atoms replaced by others."""
    return tuple(tuple(p for atom in axis for p in parts.get(atom, (atom,))) for axis in axes)


def split(value: Value, atom: Atom, outer: int) -> tuple[Value, Axis]:
    """A value with one atom cut into two, the first of size ``outer``."""
    if atom.batch:
        raise UnsupportedError("it cuts the batch into pieces")
    parts = (Atom(outer), Atom(atom.size // outer))
    cut = {atom: parts}
    return replace(
        value, physical=substituted(value.physical, cut), logical=substituted(value.logical, cut)
    ), parts


def transposed(value: Value, order: Sequence[int]) -> Value:
    """The value with its ONNX axes in another order."""
    if sorted(order) != list(range(value.rank)):
        raise UnsupportedError(f"{list(order)} is no order of {value.rank} axes")
    return replace(value, logical=tuple(value.logical[i] for i in order))


def reshaped(value: Value, sizes: Sequence[int]) -> Value | None:
    """The value with another ONNX shape; None where atoms cannot be cut to fit."""
    atoms = list(flat(value.logical))
    axes: list[Axis] = []
    for number, size in enumerate(sizes):
        axis: list[Atom] = []
        rest = size
        if atoms and atoms[0].batch and atoms[0].size == 1:
            axis.append(atoms.pop(0))
        while rest > 1:
            if not atoms:
                return None
            atom = atoms.pop(0)
            if rest % atom.size:
                if atom.batch or atom.size % rest:
                    return None
                value, parts = split(value, atom, rest)
                # The same atom stands once in a value, so that what is left has none to replace.
                atom, atoms = parts[0], [parts[1], *atoms]
            axis.append(atom)
            rest //= atom.size
        follows = sizes[number + 1] if number + 1 < len(sizes) else 0
        if atoms and atoms[0].batch and atoms[0].size == 1 and follows != 1:
            axis.append(atoms.pop(0))
        axes.append(tuple(axis))
    return None if atoms else replace(value, logical=tuple(axes))


def resolved(sizes: Sequence[int], value: Value, zero_copies: bool = True) -> tuple[int, ...]:
    """The target of a Reshape with its 0 and -1 worked out. Raises UnsupportedError."""
    found = [
        value.shape[i] if n == 0 and zero_copies and i < value.rank else int(n)
        for i, n in enumerate(sizes)
    ]
    total = math.prod(value.shape)
    if found.count(-1) == 1:
        known = -math.prod(found)
        if known <= 0 or total % known:
            raise UnsupportedError(f"{list(value.shape)} cannot become {found}")
        found[found.index(-1)] = total // known
    if min(found, default=1) < 1 or math.prod(found) != total:
        raise UnsupportedError(f"{list(value.shape)} cannot become {found}")
    return tuple(found)


def aligned(one: Axis, other: Axis, value: Value, guest: Value) -> tuple[Value, Value]:
    """Two values cut so that an axis of each, of one length, has the same sizes of atoms.

    Raises UnsupportedError where their pieces do not fit.
    """
    i = 0
    while i < len(one) and i < len(other):
        a, b = one[i], other[i]
        if a.batch != b.batch:
            raise UnsupportedError("it mixes the batch with other axes")
        if a.size > b.size:
            if a.size % b.size:
                raise UnsupportedError(f"axes of {a.size} and {b.size} elements do not fit")
            value, parts = split(value, a, b.size)
            one = substituted((one,), {a: parts})[0]
        elif b.size > a.size:
            if b.size % a.size:
                raise UnsupportedError(f"axes of {a.size} and {b.size} elements do not fit")
            guest, parts = split(guest, b, a.size)
            other = substituted((other,), {b: parts})[0]
        i += 1
    return value, guest
