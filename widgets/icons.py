"""Line icons drawn in any colour from the SVG files in ``resources/icons``."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_FOLDER = Path(__file__).parent.parent / "resources" / "icons"
_SIZES = (16, 20, 24)
_DISABLED_OPACITY = 0.35


@cache
def icon(name: str, color: str) -> QIcon:
    """The icon called ``name`` in ``color`` (``#rrggbb``), with a dimmed picture for disabled.

    Holds pictures of 16, 20 and 24 pixels for screens of scale 1 and 2 and those that are there.
    Raises FileNotFoundError when there is no such icon.
    """
    renderer = _renderer(name, color)
    made = QIcon()
    for size in _SIZES:
        for scale in _scales():
            picture = _draw(renderer, size, scale)
            made.addPixmap(picture)
            made.addPixmap(_dimmed(picture), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, color: str, size: int, scale: float = 1.0) -> QPixmap:
    """One picture of the icon, ``size`` logical pixels wide on a screen of ``scale``."""
    return _draw(_renderer(name, color), size, scale)


def paint(painter: QPainter, name: str, color: str, at: QPointF, size: float) -> None:
    """Paint the icon with its top-left corner at ``at``, as sharp as the painter's scale allows.

    It is a bitmap made for that scale, which takes a tenth of the time of ``paint_lines``.
    """
    transform = painter.deviceTransform()
    scale = transform.m11()
    picture = _sharp(name, color, max(1, round(size * scale)))
    # On whole pixels of the screen, or the lines would be smeared over two.
    corner = transform.map(at)
    x = at.x() + (round(corner.x()) - corner.x()) / scale
    y = at.y() + (round(corner.y()) - corner.y()) / scale
    painter.drawPixmap(QRectF(x, y, size, size), picture, QRectF(picture.rect()))


def paint_lines(painter: QPainter, name: str, color: str, at: QPointF, size: float) -> None:
    """Paint the icon as lines, for files that are to hold no bitmaps."""
    _kept_renderer(name, color).render(painter, QRectF(at.x(), at.y(), size, size))


@cache
def family_icon(family: str) -> str:
    """The icon of a family of blocks; empty where the family has none."""
    name = "family-" + family.lower().replace(" ", "-")
    return name if (_FOLDER / f"{name}.svg").is_file() else ""


def names() -> list[str]:
    """The icons that take a colour, in alphabetical order."""
    paths = sorted(_FOLDER.glob("*.svg"))
    return [p.stem for p in paths if "currentColor" in p.read_text(encoding="utf-8")]


def _scales() -> list[float]:
    """The scales to draw for; a picture of another scale would be blurred."""
    return sorted({1.0, 2.0, *(s.devicePixelRatio() for s in QGuiApplication.screens())})


def _renderer(name: str, color: str) -> QSvgRenderer:
    text = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("currentColor", color).encode()))


_kept_renderer = cache(_renderer)


@lru_cache(maxsize=512)
def _sharp(name: str, color: str, pixels: int) -> QPixmap:
    return _draw(_kept_renderer(name, color), pixels, 1.0)


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
