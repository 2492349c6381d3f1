"""What is seen inside of a node: arrays with the names of their axes, cut to what can be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.explain.inside.patches import Patches
from core.explain.inside.receptive import Field

OUTPUT, FILTERS, HEADS, STATES, GATES, WEIGHTS = (
    "output",
    "filters",
    "heads",
    "states",
    "gates",
    "weights",
)
# The axes of a sequence of maps.
FRAMES = ("frames", "rows", "columns", "maps")
PAGES = (OUTPUT, FILTERS, HEADS, STATES, GATES, WEIGHTS)
# At most so many of each axis reach the window; more would be no picture that can be read.
_MOST = {
    "rows": 64,
    "columns": 64,
    "input channels": 64,
    "filters": 256,
    "heads": 32,
    "queries": 256,
    "keys": 256,
    "frames": 16,
    "maps": 16,
    "steps": 512,
    "units": 256,
    "inputs": 512,
    "outputs": 512,
    "tokens": 256,
    "features": 512,
}


@dataclass(frozen=True, eq=False)
class Facet:
    """One picture of a node, for one of its ``PAGES``.

    ``value`` is a kernel ``[h, w, C_in, C_out]`` (filters), ``[H, T, S]`` (heads), a sequence of
    maps ``[T, H, W, U]`` whose axes are ``FRAMES``, or an array ``[rows, columns]`` or
    ``[elements]``; ``axes`` says what each axis counts. ``rows`` and
    ``columns`` name the elements of the last two axes, as far as they have names. ``limits`` are
    those of the colours, None for as far as the values go. ``note`` tells what was left out.
    ``row_patches`` and ``column_patches`` are the parts of the image that the elements stand for,
    where they do.
    """

    page: str
    title: str
    value: np.ndarray
    axes: tuple[str, ...]
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None
    note: str = ""
    row_patches: Patches | None = None
    column_patches: Patches | None = None


@dataclass(frozen=True, eq=False)
class Insides:
    """All that is seen of a node for a sample.

    ``output`` has no batch axis and is None where there is none. ``sample`` is the first Input
    node's, as it is fed; ``tokens`` spells it, where it is one of tokens. ``field`` tells what each
    place of the output sees of it. ``predicted`` is the prediction in words,
    ``labels`` name the elements of an output that has one for each class. ``patches`` are the parts
    of the image that the elements of the output stand for, None where they do not.
    """

    node: str
    row: int
    rows: int
    output: np.ndarray | None
    sample: np.ndarray
    tokens: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    field: Field | None = None
    predicted: str = ""
    labels: tuple[str, ...] = ()
    patches: Patches | None = None

    @property
    def pages(self) -> tuple[str, ...]:
        """What there is to choose from, in the order of ``PAGES``."""
        present = {facet.page for facet in self.facets} | {OUTPUT}
        return tuple(page for page in PAGES if page in present)


def shown(facet: Facet) -> Facet:
    """The facet with each axis cut to what can be shown, and a note that tells it."""
    value, notes = facet.value, []
    for axis, name in enumerate(facet.axes):
        most, there = _MOST[name], value.shape[axis]
        if there > most:
            value = np.take(value, np.arange(most), axis=axis)
            notes.append(f"the first {most} of {there:,} {name}")
    note = f"Shown: {', '.join(notes)}." if notes else ""
    rows, columns = facet.rows, facet.columns
    if value.ndim > 1:
        rows, columns = rows[: value.shape[-2]], columns[: value.shape[-1]]
    else:
        columns = columns[: len(value)]
    joined = " ".join(part for part in (facet.note, note) if part)
    # Views of larger arrays would be sent whole.
    small = np.ascontiguousarray(value, np.float32)
    return replace(facet, value=small, rows=rows, columns=columns, note=joined)
