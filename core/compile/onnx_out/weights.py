"""Names of a network's arrays, and what is made of them; read only when the graph is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Weight:
    """An array of the exported file. ``make`` computes it from the network's arrays.

    Two of one ``name`` and ``form`` are the same array, which is written once.
    """

    name: str
    make: Callable[[Arrays], np.ndarray]
    form: str = ""

    def then(self, change: Callable[[np.ndarray], np.ndarray], form: str) -> Weight:
        """The array in another form."""
        before = self.make
        return Weight(self.name, lambda arrays: change(before(arrays)), f"{self.form}{form}")

    def transposed(self, *axes: int) -> Weight:
        """The array with its axes in another order."""
        return self.then(lambda a: a.transpose(axes), f"t{axes}")

    def reshaped(self, *shape: int) -> Weight:
        """The array in another shape."""
        return self.then(lambda a: a.reshape(shape), f"r{shape}")


@dataclass(frozen=True)
class Weights:
    """The arrays of one layer, by the names of its attributes (``kernel``, ``bias``).

    ``instead`` has arrays that stand in the place of attributes, for layers around other layers.
    """

    prefix: str
    instead: Mapping[str, Weight] = field(default_factory=dict)

    def part(self, name: str) -> Weights:
        """The arrays of a layer that is an attribute of this one."""
        return Weights(f"{self.prefix}.{name}")

    def with_array(self, name: str, weight: Weight) -> Weights:
        """The same with another array in the place of an attribute."""
        return replace(self, instead={**self.instead, name: weight})

    def __getitem__(self, name: str) -> Weight:
        """The array of an attribute."""
        full = f"{self.prefix}.{name}"
        return self.instead.get(name) or Weight(full, lambda arrays: arrays[full])

    def made(self, name: str, make: Callable[..., np.ndarray], *parts: str) -> Weight:
        """An array of that name computed from several attributes'."""
        weights = [self[part] for part in parts]
        return Weight(
            f"{self.prefix}.{name}",
            lambda arrays: make(*(weight.make(arrays) for weight in weights)),
            f"of{parts}",
        )
