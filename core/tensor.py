"""What runs through a wire, known without running anything: shape, dtype and number of classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Tensor:
    """Shape and type of one value of a network.

    ``shape`` starts with the batch, which is None: images ``(None, H, W, C)``, sequences
    ``(None, T, F)``, tokens ``(None, T)``. ``dtype`` is ``float32`` or ``int32``. ``classes`` is
    the number of different ids an int32 tensor may hold (labels, tokens), 0 when unknown.
    """

    shape: Shape
    dtype: str = "float32"
    classes: int = 0

    @property
    def rank(self) -> int:
        """Number of axes, the batch included."""
        return len(self.shape)

    @property
    def features(self) -> int:
        """Length of the last axis (channels, features)."""
        last = self.shape[-1]
        assert last is not None, "the batch axis has no known length"
        return last

    @property
    def sizes(self) -> tuple[int, ...]:
        """The axes after the batch."""
        return tuple(n for n in self.shape[1:] if n is not None)

    @property
    def size(self) -> int:
        """Number of elements of one sample."""
        return math.prod(self.sizes)

    def with_sizes(self, *sizes: int) -> Tensor:
        """A float32 tensor of the same batch with other axes after it."""
        return Tensor((None, *sizes))

    def __str__(self) -> str:
        """``[B, 8, 8, 1]``, with the dtype behind it when it is not float32."""
        text = "[" + ", ".join("B" if n is None else str(n) for n in self.shape) + "]"
        return text if self.dtype == "float32" else f"{text} {self.dtype}"
