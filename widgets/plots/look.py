"""How one of many curves is told from the others."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

from widgets.theme import Theme

_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


@dataclass(frozen=True)
class Look:
    """The number of a curve's colour, and whether each of its points is marked.

    Numbers beyond the theme's colours take them again, with dashes.
    """

    color: int
    marked: bool = False

    def color_in(self, theme: Theme) -> str:
        """The colour, as ``#rrggbb``."""
        return theme.curve_colors[self.color % len(theme.curve_colors)]

    def dashes_in(self, theme: Theme) -> Qt.PenStyle:
        """The kind of line."""
        return _DASHES[self.color // len(theme.curve_colors) % len(_DASHES)]

    def sign_in(self, theme: Theme) -> str:
        """A letter that looks like the curve."""
        if self.marked:
            return "●"
        return "━" if self.dashes_in(theme) == Qt.PenStyle.SolidLine else "┅"
