"""Draws the small pictures of the blocks' help pages: ``python -m tests.pictures.block_pictures``.

Each shows what the real layer makes of a small input; activations and losses are drawn as curves.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np
from flax import nnx
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from core.blocks.block import Block
from core.blocks.catalog import blocks
from core.blocks.losses import Loss
from core.compile.names import resolve
from core.tensor import Tensor
from designer.block_page import PICTURES
from widgets.fonts import load_fonts
from widgets.pictures.colormaps import paint, span

SCALE = 2
TILE, GAP, HEIGHT = 72, 44, 96
# Readable on the dark and the light page.
INK = QColor("#7f8ba0")
CURVE = QColor("#3d8bfd")
MOST_TILES = 3
RANGE = np.linspace(-4, 4, 161, dtype=np.float32)


def main() -> None:
    """Draw the pictures of the named kinds, or of every listed block and no other."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    load_fonts(application)
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    if not wanted:
        wanted = [kind for kind, cls in blocks().items() if cls.listed]
        for old in PICTURES.glob("*.png"):
            old.unlink()
    for kind in wanted:
        if "." not in kind:
            picture(blocks()[kind]).save(str(PICTURES / f"{kind}.png"))


def picture(cls: type[Block]) -> QImage:
    """The picture of one block."""
    block = cls()
    if "normalise" in block.defaults():
        # Of a batch in which all is alike nothing would be left.
        block = cls.read({"normalise": False})[0]
    dtypes = {p.name: p.dtype or "float32" for p in block.ports()}
    sizes = cls.example if block.ports() else {}
    tensors = {name: Tensor((None, *s), dtypes[name]) for name, s in sizes.items()}
    if cls.family == "Activation" and block.results(**tensors)["output"] == tensors["input"]:
        return drawn([curve(*elementwise(block))], 160)
    if isinstance(block, Loss):
        return drawn([curve(*along_one_prediction(block, tensors))], 160)
    arrays = {name: sample(tensor, at) for at, (name, tensor) in enumerate(tensors.items())}
    if block.role in ("input", "target"):
        outputs = [sample(tensor, 0) for tensor in block.results().values()]
    else:
        outputs = computed(block, tensors, arrays)
    left = [array[0] for array in arrays.values()][:MOST_TILES]
    return flow(left, [array[0] for array in outputs][:MOST_TILES])


def computed(
    block: Block, tensors: dict[str, Tensor], arrays: dict[str, np.ndarray]
) -> list[np.ndarray]:
    """The outputs of the block's layer as it starts, in training mode."""
    call = block.layer(**tensors)
    layer = call.run({"rngs": nnx.Rngs(3)}, resolve) if call else None
    found = block.forward(**tensors).run({**arrays, "layer": layer}, resolve)
    return [np.asarray(value) for value in (found if isinstance(found, tuple) else (found,))]


def sample(tensor: Tensor, number: int) -> np.ndarray:
    """A smooth example ``[2, ...]``: waves that differ along every axis, or counting ids."""
    shape = (2, *tensor.sizes)
    if tensor.dtype == "int32":
        most = max(tensor.classes, 2)
        return (np.arange(np.prod(shape)).reshape(shape) % most).astype(np.int32)
    axes = np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij")
    wave = sum(np.sin((3 + 2 * at + number) * axis + at) for at, axis in enumerate(axes))
    return np.asarray(wave, np.float32)


def elementwise(block: Block) -> tuple[np.ndarray, np.ndarray]:
    """x from -4 to 4, and a function of each element."""
    tensor = Tensor((None, len(RANGE)))
    return RANGE, computed(block, {"input": tensor}, {"input": RANGE[None]})[0][0]


def along_one_prediction(block: Loss, tensors: dict[str, Tensor]) -> tuple[np.ndarray, np.ndarray]:
    """A loss where the first number of the prediction goes from -4 to 4 and all else is zero.

    Losses to which that makes no difference, as they look at directions or areas, are drawn with
    ones beside it, and held against vectors along the axes or areas of ones.
    """
    arrays = {n: np.zeros((len(RANGE), *t.sizes), t.dtype) for n, t in tensors.items()}
    varied = arrays[block.prediction].reshape(len(RANGE), -1)
    varied[:, 0] = RANGE
    found = computed(block, tensors, arrays)[0]
    if np.ptp(found) > 0.2:
        return RANGE, found
    areas = tensors[block.prediction].rank > 2
    varied[:, 1:] = RANGE[:, None] if areas else 1
    for axis, array in enumerate(a for n, a in arrays.items() if n != block.prediction):
        flat = array.reshape(len(RANGE), -1)
        flat[:, slice(None) if areas else min(axis, flat.shape[1] - 1)] = 1
    return RANGE, computed(block, tensors, arrays)[0]


def curve(x: np.ndarray, y: np.ndarray) -> Any:
    """Something that draws y over x between axes."""

    def draw(painter: QPainter, place: QRectF) -> None:
        low, high = min(-1.0, float(y.min())), max(1.0, float(y.max()))

        def point(a: float, b: float) -> QPointF:
            down = (high - b) / (high - low)
            across = (a - x[0]) / (x[-1] - x[0])
            return QPointF(
                place.left() + across * place.width(), place.top() + down * place.height()
            )

        painter.setPen(QPen(INK, 1))
        painter.drawLine(point(x[0], 0), point(x[-1], 0))
        painter.drawLine(point(0, low), point(0, high))
        painter.setPen(QPen(CURVE, 2.5))
        painter.drawPolyline(QPolygonF([point(a, b) for a, b in zip(x, y, strict=True)]))

    return draw


def flow(inputs: list[np.ndarray], outputs: list[np.ndarray]) -> QImage:
    """Tiles of what goes in, an arrow, tiles of what comes out."""
    parts: list[Any] = [tile(value) for value in inputs]
    if inputs:
        parts.append(arrow)
    return drawn([*parts, *(tile(value) for value in outputs)], TILE)


def tile(value: np.ndarray) -> Any:
    """Something that draws one sample: a number, a strip, a map, or stacked channels."""

    def draw(painter: QPainter, place: QRectF) -> None:
        box = place.adjusted(0, 0, 0, -16)
        painter.setPen(INK)
        shape = " x ".join(map(str, value.shape)) or "1"
        painter.drawText(
            QRectF(place.left() - 20, place.bottom() - 13, place.width() + 40, 14),
            Qt.AlignmentFlag.AlignCenter,
            shape.replace(" x ", "×"),
        )
        maps = as_maps(value)
        step = 7.0
        size = box.width() - step * (len(maps) - 1)
        for at in reversed(range(len(maps))):
            corner = QPointF(box.left() + step * at, box.top() + step * (len(maps) - 1 - at))
            area = fitted(maps[at], QRectF(corner.x(), corner.y(), size, box.bottom() - corner.y()))
            painter.drawImage(area, image(maps[at], value))
            painter.drawRect(area)

    return draw


def as_maps(value: np.ndarray) -> list[np.ndarray]:
    """Up to three maps ``[rows, columns]``, the front one first."""
    value = value.astype(np.float32)
    if value.ndim < 2:
        return [value.reshape(1, -1)[:, :16]]
    if value.ndim == 2:
        return [value[:24, :24]]
    while value.ndim > 3:
        value = value[value.shape[0] // 2]
    return [value[:24, :24, channel] for channel in range(min(value.shape[2], 3))]


def fitted(shown: np.ndarray, box: QRectF) -> QRectF:
    """The middle of a box in the map's proportions, strips no thinner than an eighth."""
    rows, columns = shown.shape
    ratio = max(rows / columns, 0.125)
    width = min(box.width(), box.height() / ratio)
    height = width * ratio
    return QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height)


def image(shown: np.ndarray, whole: np.ndarray) -> QImage:
    """A map in colours; all channels of one array have one scale."""
    low, high = span(whole.astype(np.float32))
    pixels = np.ascontiguousarray(paint(shown, low, high, "viridis")[..., :3])
    rows, columns = shown.shape
    return QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()


def arrow(painter: QPainter, place: QRectF) -> None:
    """An arrow to the right."""
    y = place.top() + (place.height() - 16) / 2
    left, right = place.center().x() - 16, place.center().x() + 16
    painter.setPen(QPen(INK, 2))
    painter.drawLine(QPointF(left, y), QPointF(right, y))
    painter.drawLine(QPointF(right, y), QPointF(right - 7, y - 5))
    painter.drawLine(QPointF(right, y), QPointF(right - 7, y + 5))


def drawn(parts: list[Any], width: int) -> QImage:
    """The parts beside each other on a clear ground."""
    total = len(parts) * (width + GAP)
    made = QImage(total * SCALE, HEIGHT * SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(SCALE, SCALE)
    font = QFont("Inter")
    font.setPixelSize(11)
    painter.setFont(font)
    for at, part in enumerate(parts):
        part(painter, QRectF(GAP / 2 + at * (width + GAP), 4, width, HEIGHT - 8))
    painter.end()
    return made


if __name__ == "__main__":
    main()
