"""Which patch of an image each element of a sequence stands for, as in a vision transformer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.blocks.patches import PatchEmbedding
from core.blocks.positions import ClassToken
from core.blocks.shape import Reshape
from core.blocks.windows import Window
from core.design.analysis import Analysis, NodeReport
from core.explain.inside.receptive import Spans, spans_of, windowed

Box = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Patches:
    """The image's parts that the elements of a sequence were made of, row by row.

    ``rows`` and ``columns`` int32 ``[n, 2]`` are the first pixel and the one behind the last of
    each row, and column, of patches. ``before`` elements stand ahead of them for the whole image,
    as a class token does.
    """

    rows: np.ndarray
    columns: np.ndarray
    before: int = 0

    def __len__(self) -> int:
        return self.before + len(self.rows) * len(self.columns)

    def place(self, element: int) -> tuple[int, int] | None:
        """Row and column of an element's patch, from 0; None for what stands ahead of them."""
        at = element - self.before
        return divmod(at, len(self.columns)) if 0 <= at < len(self) - self.before else None

    def box(self, element: int) -> Box | None:
        """An element's pixels: first row and the one behind the last, and the same of columns."""
        place = self.place(element)
        if place is None:
            return None
        (top, bottom), (left, right) = self.rows[place[0]], self.columns[place[1]]
        return (int(top), int(bottom)), (int(left), int(right))

    @property
    def names(self) -> tuple[str, ...]:
        """What each element is called."""
        places = map(self.place, range(len(self)))
        return tuple(f"row {p[0]}, column {p[1]}" if p else "class token" for p in places)


def patches_of(analysis: Analysis, source: str, last: str) -> dict[str, Patches]:
    """The patches of each node up to ``last`` whose elements are patches of an Input's image.

    They are cut by Patch embedding or by a Reshape of maps, and keep their place through whatever
    keeps the elements of a sequence; attention does, though each element has seen others then.
    """
    spans = spans_of(analysis, source, last)
    found: dict[str, Patches] = {}
    for key in analysis.order:
        report = analysis.nodes[key]
        before = {p: s.node for p, s in analysis.sources.get(key, {}).items()}
        made = _cut(report, before, spans) or _kept(report, before, found)
        if made is not None:
            found[key] = made
        if key == last:
            break
    return found


def _cut(
    report: NodeReport, before: Mapping[str, str], spans: Mapping[str, Spans | None]
) -> Patches | None:
    """The patches that a node makes of an image."""
    block, input = report.block, report.inputs.get("input")
    seen = spans.get(before.get("input", ""))
    if seen is None or len(seen) != 2 or input is None or not report.outputs:
        return None
    lengths, made = input.sizes[:-1], None
    if isinstance(block, PatchEmbedding):
        patch = block.patch(input)
        count = tuple(n // k for n, k in zip(lengths, patch, strict=True))
        made = windowed(Window("", patch, patch, (1, 1), "VALID"), lengths, count, seen)
    elif isinstance(block, Reshape):
        (output, *_) = report.outputs.values()
        made = seen if output.sizes == (int(np.prod(lengths)), input.features) else None
    return Patches(made[0], made[1]) if made is not None else None


def _kept(
    report: NodeReport, before: Mapping[str, str], found: Mapping[str, Patches]
) -> Patches | None:
    """The patches of a node's input, if its elements stand for the same ones."""
    block = report.block
    if block is None or not report.outputs:
        return None
    known = {p: found[before[p]] for p in block.port_names if before.get(p) in found}
    (output, *_), first = report.outputs.values(), next(iter(block.port_names), "")
    if isinstance(block, ClassToken) and first in known:
        return replace(known[first], before=known[first].before + 1)
    if block.keeps_elements or block.passes_on:
        known = {p: patches for p, patches in known.items() if p == first}
    else:
        window = block.sees(**report.inputs) if known else None
        if window is None or window.size != (1,) or window.strides != (1,):
            return None
    fits = (p for p in known.values() if output.rank == 3 and output.sizes[0] == len(p))
    return next(fits, None)
