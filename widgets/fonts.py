"""The bundled typeface as the font of the application, and the variants of it that are used."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

FAMILY = "Inter"
POINT_SIZE = 10

_FOLDER = Path(__file__).parent.parent / "resources" / "fonts"
_SMALLEST = 7
_FALLBACKS = ["Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans", "Arial"]


def load_fonts(app: QApplication) -> None:
    """Set the font of ``app``: Inter at 10 points, or a plain system font where it cannot load."""
    for name in ("Inter-Regular.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFont(str(_FOLDER / name))
    font = QFont([FAMILY, *_FALLBACKS], POINT_SIZE)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    app.setFont(tabular(font))


def tabular(font: QFont) -> QFont:
    """A copy of ``font`` with digits of one width, so that changing numbers do not shake."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def smaller(font: QFont, points: float = 1) -> QFont:
    """A copy of ``font`` so many points smaller, but never too small to read."""
    made = QFont(font)
    made.setPointSizeF(max(made.pointSizeF() - points, _SMALLEST))
    return made
