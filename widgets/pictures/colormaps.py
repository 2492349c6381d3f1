"""Turns numbers into colours: colour tables made from anchors, and images for Qt."""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtGui import QImage

_ANCHORS = {
    "gray": "000000 ffffff",
    "viridis": "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
    "inferno": "000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4",
    "diverging": "2166ac 4f9bc7 a6cfe4 f4f4f4 f6b799 d9664f b2182b",
}
NOT_A_NUMBER = (128, 128, 128)


@cache
def table(name: str) -> np.ndarray:
    """The 256 colours of a map, uint8 [256, 3].

    ``gray``, ``viridis`` and ``inferno`` rise in lightness; ``diverging`` runs from blue over a
    near-white middle to red. Raises KeyError for another name.
    """
    anchors = np.array([tuple(bytes.fromhex(a)) for a in _ANCHORS[name].split()], dtype=float)
    at = np.linspace(0, len(anchors) - 1, 256)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, c]) for c in range(3)]
    made = np.stack(channels, axis=1).round().astype(np.uint8)
    made.setflags(write=False)
    return made


def span(values: np.ndarray) -> tuple[float, float]:
    """The least and the greatest finite value; (0, 0) if there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def paint(values: np.ndarray, low: float, high: float, name: str) -> np.ndarray:
    """Colour ``values`` [...] by the map ``name``, uint8 [..., 3].

    ``low`` is the first colour and ``high`` the last, values beyond them are clipped. Where they
    are equal everything finite is the first colour. What is not a number is grey.
    """
    real = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(real)
    width = high - low
    share = (np.where(finite, real, low) - low) / width if width > 0 else np.zeros(real.shape)
    made = np.take(table(name), (np.clip(share, 0, 1) * 255).round().astype(np.intp), axis=0)
    made[~finite] = NOT_A_NUMBER
    return made


def rgb_of(sample: np.ndarray) -> np.ndarray:
    """An image [H, W, C] or [H, W] of any range as uint8 [H, W, 3].

    uint8 and floats within 0 to 1 keep their brightness, others are stretched from least to
    greatest. Of three or four channels the first three are red, green and blue; any other number
    is averaged to grey.
    """
    image = sample if sample.ndim == 3 else sample[..., None]
    image = image[..., :3] if image.shape[-1] in (3, 4) else image.mean(axis=-1, keepdims=True)
    low, high = (0.0, 255.0) if sample.dtype == np.uint8 else span(image)
    if sample.dtype != np.uint8 and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    if image.shape[-1] == 1:
        return paint(image[..., 0], low, high, "gray")
    return np.stack([paint(image[..., c], low, high, "gray")[..., 0] for c in range(3)], axis=-1)


def to_image(rgb: np.ndarray) -> QImage:
    """A QImage that owns a copy of ``rgb``, uint8 [H, W, 3]."""
    height, width = rgb.shape[:2]
    data = np.ascontiguousarray(rgb)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
