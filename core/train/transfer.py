"""Which weights of one network fit another: by their names and shapes. No JAX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]


@dataclass(frozen=True)
class Match:
    """What of the given arrays a network takes.

    ``taken`` maps arrays of the network to given ones. ``misfits`` have a given array of their
    name, but of another shape: (the network's, the given one's). ``missing`` are given by nobody,
    ``unused`` are given and not wanted.
    """

    taken: Mapping[str, str] = field(default_factory=dict)
    misfits: Mapping[str, tuple[Shape, Shape]] = field(default_factory=dict)
    missing: Shapes = field(default_factory=dict)
    unused: Shapes = field(default_factory=dict)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of the network all of whose arrays are taken from the given ones."""
        lacking = {_layer(name) for name in (*self.misfits, *self.missing)}
        return tuple(n for n in dict.fromkeys(map(_layer, self.taken)) if n not in lacking)

    def to_text(self) -> str:
        """What is taken and what is not, in one line."""
        total = len(self.taken) + len(self.misfits) + len(self.missing)
        parts = [f"{len(self.taken)} of {total} arrays fit"]
        for name, (here, there) in self.misfits.items():
            parts.append(f"{name} is {list(here)} here and {list(there)} there")
        if self.missing:
            parts.append(f"not there: {', '.join(self.missing)}")
        return "; ".join(parts)


def match(wanted: Shapes, given: Shapes) -> Match:
    """Pair the arrays of a network with given ones of equal shape.

    First by equal names. What is left over is paired where a layer is called like the end of
    another (``conv_1`` and ``backbone_conv_1`` of a group), if that is so of one pair alone.
    """
    taken = {name: name for name, shape in wanted.items() if given.get(name) == shape}
    misfits = {
        name: (shape, given[name])
        for name, shape in wanted.items()
        if name in given and given[name] != shape
    }
    open_ = [name for name in wanted if name not in taken and name not in misfits]
    free = [name for name in given if name not in wanted]
    candidates = {
        name: [g for g in free if given[g] == wanted[name] and _alike(name, g)] for name in open_
    }
    for name, found in candidates.items():
        rivals = [other for other, theirs in candidates.items() if found and found[0] in theirs]
        if len(found) == 1 == len(rivals):
            taken[name] = found[0]
    used = set(taken.values())
    return Match(
        {name: taken[name] for name in wanted if name in taken},
        misfits,
        {name: wanted[name] for name in open_ if name not in taken},
        {name: shape for name, shape in given.items() if name not in used and name not in misfits},
    )


def _layer(name: str) -> str:
    return name.partition(".")[0]


def _alike(one: str, other: str) -> bool:
    """Whether both end in the same part of a layer, and one layer's name in the other's."""
    layer, _, part = one.partition(".")
    other_layer, _, other_part = other.replace("/", "_").partition(".")
    if part != other_part:
        return False
    return layer.endswith(f"_{other_layer}") or other_layer.endswith(f"_{layer}")
