"""From what gradients say of points to the values of an attribution, and points to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.explain.attribution.map import IMAGE, TOKENS
from core.explain.attribution.method import NORM

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

Points = Sequence[np.ndarray]

ZEROS, MEAN, BLURRED = "zeros", "mean", "blurred"
BASELINES = (ZEROS, MEAN, BLURRED)
# Training samples that a mean is taken of.
MEAN_OF = 256
# A blur's standard deviation, as a share of the longer side.
BLUR = 1 / 8


def reduced(subject: Subject, parts: Points, over_features: str) -> np.ndarray:
    """One array a place, without a batch, as the values of an attribution.

    Of token ids the features of each token become one number, their sum or Euclidean norm. Several
    places are added. Raises InputError where a place has not the sample's tokens.
    """
    if not parts:
        return np.zeros(subject.sample.shape, np.float32)
    if subject.kind != TOKENS:
        return np.sum([np.asarray(p, np.float64) for p in parts], axis=0)
    shape = subject.sample.shape
    found = []
    for part, end in zip(parts, subject.places, strict=True):
        values = np.asarray(part, np.float64)
        if values.size != subject.sample.size:
            norm = over_features == NORM
            values = np.sqrt((values**2).sum(axis=-1)) if norm else values.sum(axis=-1)
        if values.size != subject.sample.size:
            raise InputError(
                f"{subject.name_of(end.node)} gives {values.size} vectors for "
                f"{subject.sample.size} tokens, so that none can be told apart",
                "Choose a method that changes the tokens themselves, such as occlusion.",
            )
        found.append(values.reshape(shape))
    return np.sum(found, axis=0)


def baseline(subject: Subject, name: str) -> tuple[np.ndarray, ...]:
    """Points ``[1, ...]`` that stand for the absence of what a sample shows.

    ``zeros``; the ``mean`` over training samples; or, of an image, the image ``blurred``. Raises
    InputError for a blur of what is no image.
    """
    if name == BLURRED:
        if subject.kind != IMAGE:
            raise InputError(
                "only images [H, W, C] can be blurred",
                f"Choose the baseline {ZEROS} or {MEAN}.",
            )
        return subject.points(blurred(subject.sample)[None])
    if name == MEAN:
        points = subject.points(subject.background(MEAN_OF))
        return tuple(point.mean(axis=0, keepdims=True) for point in points)
    return tuple(np.zeros_like(point) for point in subject.points(subject.sample[None]))


def blurred(image: np.ndarray, deviation: float | None = None) -> np.ndarray:
    """An image ``[H, W, C]`` smoothed by a Gaussian along both axes, its edges repeated outside.

    ``deviation`` is in pixels; without it it is an eighth of the longer side.
    """
    width = BLUR * max(image.shape[:2]) if deviation is None else deviation
    if width <= 0:
        return image
    reach = max(1, int(np.ceil(3 * width)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    kernel /= kernel.sum()
    smooth = image.astype(np.float64)
    for axis in (0, 1):
        pads = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        padded = np.pad(smooth, pads, mode="edge")
        length = image.shape[axis]
        shifted = (np.take(padded, range(s, s + length), axis) for s in range(len(kernel)))
        smooth = np.sum([w * part for w, part in zip(kernel, shifted, strict=True)], axis=0)
    return smooth.astype(image.dtype)
