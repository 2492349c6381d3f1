"""The sample with its patches: those that are pointed at, and how much one looks at the others."""

from __future__ import annotations

import numpy as np

from core.explain.inside.patches import Patches
from core.explain.inside.seen import Facet
from widgets.pictures.field_pane import FieldPane

# What is left of the light where nothing is looked at.
_DARKEST = 0.25


class PatchPane(FieldPane):
    """An image ``rgb`` [H, W, 3] uint8 in which elements of a sequence are shown as its parts."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._rgb = np.zeros((0, 0, 3), np.uint8)

    def show_sample(self, rgb: np.ndarray) -> None:
        """Show an image; what is marked stays if it is the one that is shown."""
        if not np.array_equal(rgb, self._rgb):
            self._rgb = rgb
            self.unmark()

    def unmark(self) -> None:
        """Show the image with nothing marked."""
        self.set_pixels(self._rgb)
        self.set_box(None)

    def point_at(self, patches: Patches | None, element: int) -> None:
        """Outline the patch of an element."""
        self.set_box(patches.box(element) if patches is not None else None)

    def attend(self, facet: Facet, cell: tuple[int, int, int] | None) -> None:
        """Outline the key and underline the query of a head, query and key of ``facet``.

        What the query does not look at is in the dark.
        """
        queries, keys = facet.row_patches, facet.column_patches
        if cell is None or keys is None:
            self.unmark()
            return
        head, query, key = cell
        light = lighting(keys, facet.value[head, query], self._rgb.shape[:2])
        self.set_pixels((self._rgb * light[..., None]).astype(np.uint8))
        self.set_box(keys.box(key), queries.box(query) if queries is not None else None)


def lighting(patches: Patches, weights: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """How bright each pixel ``[H, W]`` is: 1 in the patches with the largest weight of ``[S]``."""
    found = np.full(size, _DARKEST)
    most = max((weights[i] for i in range(len(weights)) if patches.box(i)), default=0.0)
    for element, weight in enumerate(weights):
        box = patches.box(element)
        if box is not None and most > 0:
            (top, bottom), (left, right) = box
            found[top:bottom, left:right] = _DARKEST + (1 - _DARKEST) * weight / most
    return found
