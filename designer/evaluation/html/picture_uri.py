"""Pictures inside the page, as data URIs."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image


def png_uri(picture: np.ndarray) -> str:
    """An image ``[H, W, C]`` of any range as a PNG; values within 0 to 1 keep their brightness.

    Of three or four channels the first three are red, green and blue; any other number is averaged
    to grey.
    """
    image = picture.astype(np.float64)
    image = image[..., :3] if image.shape[-1] in (3, 4) else image.mean(axis=-1)
    low, high = float(image.min()), float(image.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    levels = (image - low) / ((high - low) or 1.0) * 255
    file = io.BytesIO()
    Image.fromarray(levels.round().astype(np.uint8)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def svg_uri(svg: bytes) -> str:
    """An SVG file as the source of an image."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
