"""Where a window that slides over space begins, and how much is padded, as operators want it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from core.compile.onnx_out.graph import InexpressibleError
from core.compile.onnx_out.value import Value

Pads = list[tuple[int, int]]


def each(given: int | Sequence[int] | None, axes: int) -> tuple[int, ...]:
    """One number for each spatial axis; None stands for 1."""
    if given is None:
        return (1,) * axes
    return (given,) * axes if isinstance(given, int) else tuple(given)


def pads_of(
    padding: Any,
    lengths: Sequence[int],
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> Pads:
    """How much is padded before and behind each axis. Raises InexpressibleError."""
    spans = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    if padding == "VALID":
        return [(0, 0)] * len(lengths)
    if padding == "CAUSAL":
        return [(span - 1, 0) for span in spans]
    if padding == "SAME":
        totals = [
            max((math.ceil(n / s) - 1) * s + span - n, 0)
            for n, s, span in zip(lengths, strides, spans, strict=True)
        ]
        return [(total // 2, total - total // 2) for total in totals]
    if isinstance(padding, str):
        raise InexpressibleError(f"{padding} padding is not translated")
    if isinstance(padding, int):
        return [(padding, padding)] * len(lengths)
    return [(p, p) if isinstance(p, int) else (int(p[0]), int(p[1])) for p in padding]


def places(
    lengths: Sequence[int],
    pads: Pads,
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> tuple[int, ...]:
    """How many places the window takes along each axis."""
    return tuple(
        (n + a + b - ((k - 1) * d + 1)) // s + 1
        for n, (a, b), k, s, d in zip(lengths, pads, size, strides, dilation, strict=True)
    )


def in_a_row(pads: Pads) -> list[int]:
    """Pads as attributes have them: all those before, then all those behind."""
    return [*(a for a, _ in pads), *(b for _, b in pads)]


def lengths_of(x: Value) -> tuple[int, ...]:
    """The lengths of a value's axes between batch and channels."""
    return tuple(x.size(a) for a in range(1, x.rank - 1))
