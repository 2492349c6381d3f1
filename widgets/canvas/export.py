"""Writes the canvas' picture to a file.

Items are painted directly, because the caches that serve the screen would come out as bitmaps.
"""

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator

from core.errors import InputError
from widgets.canvas.scene import CanvasScene
from widgets.canvas.style import Style
from widgets.theme import light

_MARGIN = 32.0
_SCALE = 2.0
_MAX_SIDE = 16000.0


def render_to(scene: CanvasScene, path: Path, white_background: bool) -> None:
    """Write an SVG with real text, or a PNG at twice the size, as the suffix says.

    A white background goes with the light theme. Raises InputError for another suffix and where
    the file cannot be written.
    """
    style = Style(light()) if white_background else scene.look
    fill = QColor("#ffffff") if white_background else style.background
    area = scene.content_rect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    suffix = path.suffix.lower()
    if suffix == ".svg":
        _write_svg(scene, path, area, style, fill)
    elif suffix == ".png":
        _write_png(scene, path, area, style, fill)
    else:
        raise InputError(
            f"{path.name}: a picture cannot be written as “{path.suffix}”",
            "choose a file name that ends in .svg or .png",
        )


def draw_scene(painter: QPainter, scene: CanvasScene, style: Style) -> None:
    """Paint frames, notes, wires and nodes in scene coordinates, without selection and hover."""
    for frame in sorted(scene.frames.values(), key=lambda item: item.zValue()):
        frame.draw(painter, style, with_text=True)
    for note in scene.notes.values():
        note.draw(painter, style, with_text=True)
    pen = QPen(style.wire, 1.5)
    for wire in scene.wires.values():
        wire.draw(painter, pen)
    for node in scene.nodes.values():
        painter.save()
        painter.translate(node.pos())
        node.draw(painter, style, with_text=True, decorated=False)
        painter.restore()


def _write_svg(scene: CanvasScene, path: Path, area: QRectF, style: Style, fill: QColor) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setResolution(96)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle("Network")
    painter = QPainter()
    if not painter.begin(generator):
        raise _not_written(path)
    painter.fillRect(QRectF(0, 0, area.width(), area.height()), fill)
    painter.translate(-area.topLeft())
    draw_scene(painter, scene, style)
    painter.end()


def _write_png(scene: CanvasScene, path: Path, area: QRectF, style: Style, fill: QColor) -> None:
    scale = min(_SCALE, _MAX_SIDE / max(area.width(), area.height()))
    image = QImage(
        QSize(round(area.width() * scale), round(area.height() * scale)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(fill)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setBackgroundMode(Qt.BGMode.TransparentMode)
    painter.scale(scale, scale)
    painter.translate(-area.topLeft())
    draw_scene(painter, scene, style)
    painter.end()
    if not image.save(str(path)):
        raise _not_written(path)


def _not_written(path: Path) -> InputError:
    return InputError(
        f"{path}: the picture cannot be written", "check that the folder exists and is writable"
    )
