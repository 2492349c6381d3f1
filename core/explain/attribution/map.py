"""What an attribution method says of one sample. No JAX, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

IMAGE, TOKENS, VALUES = "image", "tokens", "values"


@dataclass(frozen=True, eq=False)
class Attribution:
    """How much each part of a sample adds to a score, or counts for it.

    ``method`` is the kind name; ``node`` the id of the Input node that is explained or, of methods
    that look at a layer, that layer's. ``index`` is the sample's row of the data, ``number`` its
    place in the probe rows, -1 if it is none of them; both are -1 of a sample of the user's own.
    ``kind`` is ``image``, ``tokens`` or
    ``values``. ``sample`` is as the network is fed; ``values`` float32, signed where the method is:
    ``[H, W]`` or ``[H, W, C]`` for images, ``[T]`` for tokens (the sample's shape, where that has
    more axes), else the sample's shape.

    ``target`` is the class, or the output, whose ``score`` (before a softmax) is explained, None
    where there is but one output or all are added; ``predicted`` the class that the network
    chooses, None where nothing is classified. ``classes`` are the names of the classes, ``tokens``
    those of the sample's tokens. ``completeness_error`` is |sum of values - (f(x) - f(baseline))| /
    |f(x) - f(baseline)| of methods that promise completeness, None of others. ``fit`` is the R² of
    the simpler model that the values were read off, at most 1; None of methods without one.
    """

    method: str
    node: str
    index: int
    number: int
    kind: str
    sample: np.ndarray
    values: np.ndarray
    target: int | None = None
    predicted: int | None = None
    classes: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    score: float = 0.0
    completeness_error: float | None = None
    fit: float | None = None

    @property
    def is_own(self) -> bool:
        """Whether the sample is the user's own, and none of the data."""
        return self.index < 0

    def class_name(self, index: int | None) -> str:
        """A class as people know it; empty for None."""
        if index is None:
            return ""
        return self.classes[index] if 0 <= index < len(self.classes) else str(index)

    def to_json(self) -> dict[str, Any]:
        """All but the arrays, as plain JSON values; ``shape`` is that of the values.

        The index and the number of a sample of the user's own are None.
        """
        return {
            "method": self.method,
            "node": self.node,
            "index": None if self.is_own else self.index,
            "predicted": self.predicted,
            "target": self.target,
            "shape": list(self.values.shape),
            "completeness_error": self.completeness_error,
            "fit": self.fit,
            "number": None if self.is_own else self.number,
            "kind": self.kind,
            "score": self.score,
            "classes": {
                "predicted": self.class_name(self.predicted),
                "target": self.class_name(self.target),
            },
        }

    def arrays(self) -> Mapping[str, np.ndarray]:
        """What an ``.npz`` file of it holds, by name."""
        return {"values": self.values, "sample": self.sample}
