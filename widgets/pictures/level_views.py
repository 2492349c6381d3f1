"""Attributions beside each other, with their pictures at one height."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from widgets.pictures.attribution_view import AttributionView
from widgets.side_by_side import SideBySide


class LevelViews(SideBySide):
    """Gives the words above and below each picture the room that the longest of them need."""

    def __init__(
        self,
        views: Sequence[AttributionView],
        least: int,
        spacing: int,
        parent: QWidget | None = None,
    ) -> None:
        self._views = tuple(views)
        super().__init__(views, least, spacing, parent)
        for view in views:
            view.said.connect(self._arrange)

    def _arrange(self) -> None:
        super()._arrange()
        shown = [view for view in self._views if not view.isHidden()]
        above = below = 0
        if len(shown) > 1 and not self.is_column:
            gaps = self._line.spacing() * (len(shown) - 1)
            width = (self.width() - gaps) // len(shown)
            above, below = map(max, zip(*(view.words_height(width) for view in shown), strict=True))
        for view in self._views:
            view.leave_room(above, below)
