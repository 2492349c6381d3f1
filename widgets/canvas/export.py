"""Writes the canvas' picture to a file.

Items are painted directly, because the caches that serve the screen would come out as bitmaps.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter, QPen
from PySide6.QtSvg import QSvgGenerator

from core.errors import InputError
from widgets.canvas.frame_item import FrameItem
from widgets.canvas.scene import CanvasScene
from widgets.canvas.style import Style
from widgets.theme import Theme, light

FORMATS = ("svg", "png", "pdf")
WHITE, TRANSPARENT = "white", "transparent"
BACKGROUNDS = ("theme", WHITE, TRANSPARENT)
MARGIN = 32
MAX_SCALE = 4.0
_MAX_SIDE = 16000.0
_DPI = 96
# A PDF's own grid is finer, so that letters stand where they would on paper.
_PDF_DPI = 1200


@dataclass(frozen=True)
class Picture:
    """How a picture shall be.

    ``theme`` gives the colours, None those of the canvas; the ``white`` background takes the light
    theme's. ``margin`` is in pixels. ``scale`` is what a PNG is enlarged by, at most 4. ``items``
    are the nodes and notes to draw, None for all.
    """

    background: str = "theme"
    theme: Theme | None = None
    margin: int = MARGIN
    scale: float = 2.0
    items: Collection[str] | None = None


WHOLE = Picture()


def format_of(path: Path) -> str:
    """The format that a file's suffix stands for. Raises InputError for another suffix."""
    found = path.suffix.lower().removeprefix(".")
    if found not in FORMATS:
        endings = " or ".join((", ".join(f".{name}" for name in FORMATS[:-1]), f".{FORMATS[-1]}"))
        raise InputError(
            f"{path.name}: a picture cannot be written as “{path.suffix}”",
            f"choose a file name that ends in {endings}",
        )
    return found


def render_to(scene: CanvasScene, path: Path, picture: Picture, form: str = "") -> QSize:
    """Write an SVG or PDF with real text, or a PNG, as ``form`` or else the suffix says.

    Returns the size in pixels; a PDF's page has 96 of them to the inch. Raises InputError for
    another suffix, where there is nothing to draw, and where the file cannot be written.
    """
    form = form or format_of(path)
    area = picture_rect(scene, picture)
    if area.isEmpty():
        raise InputError(f"{path.name}: there is nothing to draw", "add a block first")
    writers = {"svg": _write_svg, "png": _write_png, "pdf": _write_pdf}
    return writers[form](scene, path, area, picture)


def picture_rect(scene: CanvasScene, picture: Picture) -> QRectF:
    """What the picture shows, in scene coordinates; empty without nodes."""
    content = scene.content_rect(picture.items)
    if content.isEmpty():
        return QRectF()
    for frame in _frames(scene, picture):
        content = content.united(frame.rect)
    margin = picture.margin
    # Whole pixels, so that lines stay as sharp as on the screen.
    return QRectF(content.adjusted(-margin, -margin, margin, margin).toAlignedRect())


def draw_picture(painter: QPainter, scene: CanvasScene, area: QRectF, picture: Picture) -> None:
    """Paint background and content of ``area`` with its corner at the painter's origin."""
    white = picture.background == WHITE
    theme = light() if white else picture.theme
    style = Style(theme) if theme is not None else scene.look
    if picture.background != TRANSPARENT:
        fill = QColor("#ffffff") if white else style.background
        painter.fillRect(QRectF(0, 0, area.width(), area.height()), fill)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.translate(-area.topLeft())
    draw_scene(painter, scene, style, picture)


def draw_scene(painter: QPainter, scene: CanvasScene, style: Style, picture: Picture) -> None:
    """Paint frames, notes, wires and nodes in scene coordinates, without selection and hover."""
    shown = scene.nodes.keys() | scene.notes.keys()
    if picture.items is not None:
        shown &= set(picture.items)
    for frame in sorted(_frames(scene, picture), key=lambda item: item.zValue()):
        frame.draw(painter, style, with_text=True)
    for note_id, note in scene.notes.items():
        if note_id in shown:
            note.draw(painter, style, with_text=True)
    pen = QPen(style.wire, 1.5)
    for wire in scene.wires.values():
        if wire.view.source.node in shown and wire.view.target.node in shown:
            wire.draw(painter, pen)
    for node_id, node in scene.nodes.items():
        if node_id in shown:
            painter.save()
            painter.translate(node.pos())
            node.draw(painter, style, with_text=True, decorated=False)
            painter.restore()


def _frames(scene: CanvasScene, picture: Picture) -> list[FrameItem]:
    """The frames whose nodes are all drawn."""
    if picture.items is None:
        return list(scene.frames.values())
    shown = set(picture.items)
    return [f for f in scene.frames.values() if shown.issuperset(f.view.nodes)]


def _write_svg(scene: CanvasScene, path: Path, area: QRectF, picture: Picture) -> QSize:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setResolution(_DPI)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle("Network")
    painter = QPainter()
    if not painter.begin(generator):
        raise _not_written(path)
    draw_picture(painter, scene, area, picture)
    painter.end()
    return area.size().toSize()


def _write_pdf(scene: CanvasScene, path: Path, area: QRectF, picture: Picture) -> QSize:
    writer = QPdfWriter(str(path))
    writer.setTitle("Network")
    writer.setCreator("Layerloom")
    writer.setResolution(_PDF_DPI)
    points = QSizeF(area.width(), area.height()) * 72 / _DPI
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF())
    painter = QPainter()
    if not painter.begin(writer):
        raise _not_written(path)
    painter.scale(_PDF_DPI / _DPI, _PDF_DPI / _DPI)
    draw_picture(painter, scene, area, picture)
    painter.end()
    return area.size().toSize()


def _write_png(scene: CanvasScene, path: Path, area: QRectF, picture: Picture) -> QSize:
    scale = png_scale(area, picture)
    image = QImage(
        QSize(round(area.width() * scale), round(area.height() * scale)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(scale, scale)
    draw_picture(painter, scene, area, picture)
    painter.end()
    if not image.save(str(path)):
        raise _not_written(path)
    return image.size()


def png_scale(area: QRectF, picture: Picture) -> float:
    """By what a PNG is enlarged: as asked for, unless it would become wider than 16,000 pixels."""
    return min(picture.scale, MAX_SCALE, _MAX_SIDE / max(area.width(), area.height()))


def _not_written(path: Path) -> InputError:
    return InputError(
        f"{path}: the picture cannot be written", "check that the folder exists and is writable"
    )
