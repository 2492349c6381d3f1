"""Reads previews of data on another thread."""

from __future__ import annotations

from pathlib import Path

from core.data.binding import DataBinding
from designer.background import Background
from designer.data_preview import read_preview


class PreviewReader(Background):
    """Answers the latest question with a ``Preview``."""

    def ask(self, binding: DataBinding, folder: Path) -> None:
        """Read the preview of ``binding``; earlier questions are forgotten."""
        self.work_out(lambda: read_preview(binding, folder))
