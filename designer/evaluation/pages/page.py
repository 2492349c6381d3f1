"""What the pages of the evaluation panel have in common: each shows one part of a report."""

from __future__ import annotations

import math
from abc import abstractmethod

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.explain.evaluation.report import EvaluationReport
from core.explain.evaluation.samples import Sample
from widgets.theme import Theme


class Page(QWidget):
    """Shows a part of a report; ``wanted`` carries a row of the data that is to be looked at."""

    wanted = Signal(int)

    def lack(self, report: EvaluationReport) -> str:
        """Why there is nothing to show of it; empty if there is something."""
        return ""

    @abstractmethod
    def show_report(self, report: EvaluationReport) -> None:
        """Show it; it must lack nothing."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""

    def show_sample(self, sample: Sample) -> None:
        """Show what is in the row that was wanted."""


def number(value: float) -> str:
    """Three decimals, or three digits of what is large or tiny."""
    if not math.isfinite(value):
        return "-"
    return f"{value:.3f}" if value == 0 or 0.01 <= abs(value) < 1000 else f"{value:.3g}"


def percent(value: float) -> str:
    """A probability."""
    return f"{value:.0%}" if math.isfinite(value) else "-"


def fill(page: QWidget, *parts: QWidget) -> None:
    """Put parts below each other; words take no more room than they need."""
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for part in parts:
        column.addWidget(part, 0 if part.property("role") in ("title", "muted") else 1)
