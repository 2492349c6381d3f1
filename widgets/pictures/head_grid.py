"""The weights of attention heads, each as a matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from core.visible import visible
from widgets.pictures.cells import Cell
from widgets.pictures.feature_maps import FeatureMapGrid


class HeadGrid(FeatureMapGrid):
    """Shows weights [H, T, S] as H matrices: queries run down, keys run to the right.

    A cell is (head, query, key).
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("inferno", parent, noun="Head")
        self._queries: Sequence[str] = ()
        self._keys: Sequence[str] = ()

    def set_heads(
        self, weights: np.ndarray, queries: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> None:
        """Show ``weights`` [H, T, S]; ``queries`` and ``keys`` name the elements."""
        self._queries, self._keys = queries, keys
        self.set_value(np.moveaxis(weights, 0, -1), (0.0, max(float(weights.max()), 1e-12)))

    def words(self, cell: Cell) -> str:
        """Which token looks at which one, and how much."""
        head, query, key = cell
        asking, told = name_of(self._queries, query), name_of(self._keys, key)
        return f"Head {head}: {asking} → {told}, weight {self._values[query, key, head]:.3f}"

    def row(self, head: int, query: int) -> np.ndarray:
        """The weights ``[S]`` with which a head's query looks at all keys."""
        found: np.ndarray = self._values[query, :, head]
        return found


def name_of(names: Sequence[str], at: int) -> str:
    """A token with its place, or the place alone."""
    return f"{visible(names[at])} ({at})" if at < len(names) else f"place {at}"
