"""What stands in for the parts of a sample that are taken away, and the scores of what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError
from core.explain.attribution.map import IMAGE, TOKENS
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

MEAN, SAMPLES, VALUE = "mean", "samples", "value"
FILLS = (MEAN, SAMPLES, VALUE)
# How many training samples a mean is taken over, and how many stand in for what is taken away.
MOST_AVERAGED, MOST_STANDING_IN = 256, 4
# How many numbers of replaced samples are made at once: 64 MiB of float32.
AT_ONCE = 1 << 24

Scores = Callable[[np.ndarray], np.ndarray]


def fill_param() -> Any:
    """The choice of what stands in, as a parameter of a method."""
    return param(
        MEAN,
        label="Fill",
        help="What stands in for a part that is taken away: the mean of the training samples at "
        "that place, what some training samples have there (scores are averaged), or a value. Ids "
        "of tokens have no mean; training samples stand in for them.",
        choices=FILLS,
    )


def value_param() -> Any:
    """The value that may stand in, as a parameter of a method."""
    return param(
        0.0,
        label="Fill value",
        help="The value, as the network is fed, or the id of a token, that stands in where the "
        "fill is a value.",
    )


def fills_of(subject: Subject, fill: str, value: float = 0.0) -> np.ndarray:
    """What stands in for parts of the sample, ``[K, *sample.shape]`` in the sample's type.

    Raises InputError for a value that is no id of a token.
    """
    sample = subject.sample
    if fill == VALUE:
        if subject.kind == TOKENS and (value != int(value) or value < 0):
            raise InputError(
                f"tokens cannot be filled with {value:g}",
                "Choose the id of a token, a whole number from 0, or another fill.",
            )
        return np.full((1, *sample.shape), value, sample.dtype)
    if fill == MEAN and subject.kind != TOKENS:
        averaged = subject.background(MOST_AVERAGED).mean(axis=0, dtype=np.float64)
        return averaged[None].astype(sample.dtype)
    return subject.background(MOST_STANDING_IN)


def extent(subject: Subject) -> tuple[int, ...]:
    """The shape of a sample's parts that are replaced alone: of an image ``[H, W]``, all channels
    of a pixel together; else that of the sample.
    """
    return subject.sample.shape[:2] if subject.kind == IMAGE else subject.sample.shape


def replaced_scores(
    sample: np.ndarray, fills: np.ndarray, kept: np.ndarray, scores: Scores
) -> np.ndarray:
    """Scores ``[M, ...]`` float64 of a sample where ``kept``, of the fills elsewhere.

    ``kept`` is bool ``[M, *extent]``. Scores are averaged over the fills ``[K, *sample.shape]``.
    """
    wide = kept.reshape(*kept.shape, *[1] * (sample.ndim + 1 - kept.ndim))
    found = []
    for part in batches(len(wide), len(fills) * sample.size):
        made = np.where(wide[part, None], sample, fills)
        scored = np.asarray(scores(made.reshape(-1, *sample.shape)), np.float64)
        found.append(scored.reshape(len(made), len(fills), *scored.shape[1:]).mean(axis=1))
    return np.concatenate(found)


def batches(count: int, size: int) -> Iterator[slice]:
    """The numbers below ``count`` in parts that are computed at once, for ``size`` numbers each."""
    step = max(1, AT_ONCE // max(size, 1))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))
