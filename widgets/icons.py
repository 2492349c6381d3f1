"""Line icons drawn in any colour from the SVG files in ``resources/icons``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_FOLDER = Path(__file__).parent.parent / "resources" / "icons"
_SIZES = (16, 20, 24)
_SCALES = (1, 2)
_DISABLED_OPACITY = 0.35


@cache
def icon(name: str, color: str) -> QIcon:
    """The icon called ``name`` in ``color`` (``#rrggbb``), with a dimmed picture for disabled.

    Holds pictures of 16, 20 and 24 pixels for screens of scale 1 and 2. Raises FileNotFoundError
    when there is no such icon.
    """
    renderer = _renderer(name, color)
    made = QIcon()
    for size in _SIZES:
        for scale in _SCALES:
            picture = _draw(renderer, size, scale)
            made.addPixmap(picture)
            made.addPixmap(_dimmed(picture), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, color: str, size: int, scale: float = 1.0) -> QPixmap:
    """One picture of the icon, ``size`` logical pixels wide on a screen of ``scale``."""
    return _draw(_renderer(name, color), size, scale)


def names() -> list[str]:
    """The icons that take a colour, in alphabetical order."""
    paths = sorted(_FOLDER.glob("*.svg"))
    return [p.stem for p in paths if "currentColor" in p.read_text(encoding="utf-8")]


def _renderer(name: str, color: str) -> QSvgRenderer:
    text = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("currentColor", color).encode()))


def _draw(renderer: QSvgRenderer, size: int, scale: float) -> QPixmap:
    pixels = round(size * scale)
    made = QPixmap(pixels, pixels)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    made.setDevicePixelRatio(scale)
    return made


def _dimmed(picture: QPixmap) -> QPixmap:
    made = QPixmap(picture.size())
    made.setDevicePixelRatio(picture.devicePixelRatio())
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setOpacity(_DISABLED_OPACITY)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return made
