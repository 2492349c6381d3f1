"""Which part of an input each place of a node's output sees. No JAX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.blocks.windows import Window
from core.design.analysis import Analysis

Spans = tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class Field:
    """The receptive field of each place of an output, along each axis between batch and channels.

    ``axes`` holds an int32 array ``[n, 2]`` for each: the first element of the input that a place
    sees, and the one behind the last. Together they make the smallest box that holds all that is
    seen; dilated kernels leave gaps in it. Padding is no part of it. ``sizes`` are the input's.
    """

    axes: Spans
    sizes: tuple[int, ...]

    def box(self, place: Sequence[int]) -> tuple[tuple[int, int], ...]:
        """What the unit at a place sees: first element, and the one behind the last, an axis."""
        pairs = (axis[at] for axis, at in zip(self.axes, place, strict=True))
        return tuple((int(first), int(end)) for first, end in pairs)

    @property
    def largest(self) -> tuple[int, ...]:
        """The extent of the widest field along each axis."""
        return tuple(int((axis[:, 1] - axis[:, 0]).max()) for axis in self.axes)

    @property
    def stride(self) -> tuple[int, ...]:
        """How far the fields of neighbouring places lie apart, away from the edges."""
        middles = (axis[len(axis) // 2 :][:2, 1] for axis in self.axes)
        return tuple(int(m[-1] - m[0]) for m in middles)


def receptive_field(analysis: Analysis, node: str, source: str) -> Field | None:
    """What a node's first output sees of the Input node ``source``.

    Followed from window to window through all ways between the two (Araujo, Norris and Sim,
    Computing receptive fields of convolutional neural networks, 2019), with kernels, strides,
    dilations and pads as they are. None where a way is not made of windows, where there is none,
    and for inputs and outputs without places, such as vectors.
    """
    axes = spans_of(analysis, source, node).get(node)
    if axes is None:
        return None
    start = next(iter(analysis.nodes[source].outputs.values()))
    return Field(axes, start.sizes[:-1])


def spans_of(analysis: Analysis, source: str, last: str) -> dict[str, Spans | None]:
    """What the places of each node up to ``last`` see of an Input node, where that is known."""
    report = analysis.nodes.get(source)
    start = next(iter(report.outputs.values()), None) if report else None
    if start is None or start.rank < 3:
        return {}
    places = [np.arange(size, dtype=np.int32) for size in start.sizes[:-1]]
    found: dict[str, Spans | None] = {
        source: tuple(np.stack([p, p + 1], axis=1) for p in places),
    }
    for key in analysis.order:
        if key in found:
            continue
        before = [(p, s.node) for p, s in analysis.sources.get(key, {}).items() if s.node in found]
        if before:
            found[key] = _through(analysis, key, before, found)
        if key == last:
            break
    return found


def _through(
    analysis: Analysis,
    key: str,
    before: Sequence[tuple[str, str]],
    found: dict[str, Spans | None],
) -> Spans | None:
    """What a node's places see through those of its inputs that depend on the source."""
    report = analysis.nodes[key]
    output = next(iter(report.outputs.values()), None)
    if report.block is None or output is None or not report.inputs:
        return None
    if len(report.block.outputs) > 1 or report.block.role != "layer":
        return None
    window = report.block.sees(**report.inputs)
    parts = [
        windowed(window, report.inputs[port].sizes[:-1], output.sizes[:-1], spans)
        for port, spans in ((port, found[source]) for port, source in before)
        if port in report.inputs
    ]
    return _joined(parts)


def _joined(parts: Sequence[Spans | None]) -> Spans | None:
    """The smallest spans that hold those of all ways."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return tuple(
        np.stack([np.min([a[:, 0] for a in axis], axis=0), np.max([a[:, 1] for a in axis], axis=0)])
        .astype(np.int32)
        .T
        for axis in zip(*known, strict=True)
    )


def windowed(
    window: Window | None, lengths: tuple[int, ...], count: tuple[int, ...], spans: Spans | None
) -> Spans | None:
    """What each of ``count`` places of an output sees, from what the ``lengths`` of input see."""
    if window is None or spans is None or not len(count) == len(lengths) == len(spans):
        return None
    if tuple(len(s) for s in spans) != lengths or len(window.size) != len(lengths):
        return None
    if window.size == window.strides == (1,) * len(lengths) and lengths != count:
        # Stretched, so that one place is seen by many.
        return None
    made = []
    starts = window.starts(lengths)
    for axis, seen in enumerate(spans):
        first = np.arange(count[axis])[:, None] * window.strides[axis] + starts[axis]
        taps = first + np.arange(window.size[axis]) * window.dilation[axis]
        taps = _continued(taps, window.padding, lengths[axis])
        there = (taps >= 0) & (taps < lengths[axis])
        if not there.any(axis=1).all():
            return None
        taps = taps.clip(0, lengths[axis] - 1)
        low = np.where(there, seen[taps, 0], lengths[axis] + seen.max()).min(axis=1)
        high = np.where(there, seen[taps, 1], 0).max(axis=1)
        made.append(np.stack([low, high], axis=1).astype(np.int32))
    return tuple(made)


def _continued(taps: np.ndarray, padding: str, length: int) -> np.ndarray:
    """Where taps beyond the edges lie in the input, for paddings that continue it."""
    if padding == "CIRCULAR":
        return taps % length
    if padding == "REFLECT":
        mirrored = np.abs(taps)
        return np.where(mirrored >= length, 2 * (length - 1) - mirrored, mirrored)
    return taps
