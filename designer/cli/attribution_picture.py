"""Draws an attribution: what speaks for the target in red, what speaks against it in blue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.explain.attribution.map import IMAGE, TOKENS, Attribution

# Blue, white and red of equal lightness at both ends (ColorBrewer RdBu).
_AGAINST, _NONE, _FOR = (33, 102, 172), (247, 247, 247), (178, 24, 43)
_INK = (32, 32, 32)
_FONT = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "Inter-Regular.otf"

# Pixels: the sides of an image at least, the space around, the height of a line of text.
_SIDE, _GAP, _LINE = 256, 12, 22
_BAR = 360


def picture(found: Attribution, makes_sample: bool = False) -> Image.Image:
    """An RGB picture: an image beside its map, tokens on their colours, or a bar for each value.

    What a method ``makes_sample`` is drawn as such, without signs.
    """
    if found.kind == IMAGE:
        made = _photo(found.values) if makes_sample else _heat(_flat(found.values))
        return _beside([_enlarged(_photo(found.sample)), _enlarged(made)])
    if found.kind == TOKENS:
        return _written(found.tokens, found.values.ravel())
    if found.values.ndim > 1 and min(found.values.shape) > 1:
        values = found.values.reshape(len(found.values), -1).T
        return _beside([_enlarged(_heat(values))])
    return _bars(found.values.ravel())


def colours(values: np.ndarray) -> np.ndarray:
    """Values of any shape as uint8 ``[..., 3]``; 0 is white, the largest magnitude full."""
    largest = float(np.abs(values).max(initial=0))
    share = np.nan_to_num(values / largest if largest else values * 0.0)[..., None]
    end = np.where(share < 0, _AGAINST, _FOR)
    found: np.ndarray = np.round(_NONE + np.abs(share) * (end - np.array(_NONE)))
    return found.astype(np.uint8)


def _flat(values: np.ndarray) -> np.ndarray:
    """A map ``[H, W]``; channels are added."""
    return values.sum(axis=-1) if values.ndim == 3 else values


def _heat(values: np.ndarray) -> Image.Image:
    return Image.fromarray(colours(values))


def _photo(sample: np.ndarray) -> Image.Image:
    """An image ``[H, W, C]`` from its darkest value to its brightest; grey unless C is 3."""
    low, high = float(sample.min()), float(sample.max())
    share = (sample - low) / (high - low) if high > low else np.zeros_like(sample)
    shown = share if sample.shape[-1] == 3 else np.repeat(share.mean(-1, keepdims=True), 3, -1)
    return Image.fromarray(np.round(255 * shown).astype(np.uint8))


def _enlarged(image: Image.Image) -> Image.Image:
    """Whole pixels a pixel, so that the longer side is large enough to see."""
    times = max(1, -(-_SIDE // max(image.size)))
    size = image.width * times, image.height * times
    return image.resize(size, Image.Resampling.NEAREST)


def _beside(images: Sequence[Image.Image]) -> Image.Image:
    width = sum(image.width + _GAP for image in images) + _GAP
    height = max(image.height for image in images) + 2 * _GAP
    whole, at = Image.new("RGB", (width, height), "white"), _GAP
    for image in images:
        whole.paste(image, (at, _GAP))
        at += image.width + _GAP
    return whole


def _written(tokens: Sequence[str], values: np.ndarray) -> Image.Image:
    """Tokens in lines, each on its colour."""
    font, width = ImageFont.truetype(_FONT, 14), 3 * _SIDE
    shown = [token if token.strip() else repr(token)[1:-1].replace(" ", "␣") for token in tokens]
    places, x, y = [], _GAP, _GAP
    for text in shown:
        wide = round(font.getlength(text)) + 10
        if x + wide > width - _GAP and x > _GAP:
            x, y = _GAP, y + _LINE + 4
        places.append((x, y, x + wide, y + _LINE))
        x += wide + 2
    whole = Image.new("RGB", (width, y + _LINE + _GAP), "white")
    draw = ImageDraw.Draw(whole)
    for place, text, ground in zip(places, shown, colours(values), strict=True):
        draw.rectangle(place, tuple(map(int, ground)))
        bright = ground.astype(float) @ (0.299, 0.587, 0.114) > 128
        middle = ((place[0] + place[2]) / 2, (place[1] + place[3]) / 2)
        draw.text(middle, text, _INK if bright else "white", font, anchor="mm")
    return whole


def _bars(values: np.ndarray) -> Image.Image:
    """A bar for each value, numbered from 0, to the right of the middle where it is positive."""
    font, left, right = ImageFont.truetype(_FONT, 14), 56, 96
    size = left + _BAR + right, len(values) * _LINE + 2 * _GAP
    whole = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(whole)
    largest, middle = float(np.abs(values).max(initial=0)) or 1.0, left + _BAR // 2
    for number, (value, colour) in enumerate(zip(values, colours(values), strict=True)):
        y = _GAP + number * _LINE
        end = middle + round(float(value) / largest * _BAR / 2)
        draw.rectangle(
            (min(middle, end), y + 3, max(middle, end), y + _LINE - 3), tuple(map(int, colour))
        )
        draw.text((left - 8, y + _LINE / 2), str(number), _INK, font, anchor="rm")
        draw.text((left + _BAR + 8, y + _LINE / 2), f"{value:.4g}", _INK, font, anchor="lm")
    draw.line((middle, _GAP, middle, size[1] - _GAP), _INK)
    return whole
