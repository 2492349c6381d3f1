"""Occlusion against the effects of covering that can be written down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import InputError
from core.explain.attribution.occlusion import Occlusion
from tests.subjects import linear, subject

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(5,), (4, 3)])
def test_of_a_linear_model_each_element_loses_what_it_added(shape: tuple[int, ...]) -> None:
    w, x = RNG.normal(size=(2, *shape))
    some = RNG.normal(size=(4, *shape))
    given = subject(linear(w), x, some)
    one = Occlusion(size=1, fill="value", value=0.5).attribute(given)
    np.testing.assert_allclose(one, w * (x - 0.5), atol=1e-12)
    for fill in ("mean", "samples"):
        found = Occlusion(size=1, fill=fill).attribute(given)
        np.testing.assert_allclose(found, w * (x - some.mean(axis=0)), atol=1e-12)


def test_windows_that_overlap_are_averaged() -> None:
    effects = np.array([1.0, 10.0, 100.0])
    found = Occlusion(size=2, stride=1, fill="value").attribute(
        subject(linear(effects), np.ones(3))
    )
    np.testing.assert_allclose(found, [11, (11 + 110) / 2, 110])


@pytest.mark.parametrize(("size", "stride"), [(0, 0), (2, 2), (3, 2), (3, 9), (20, 0)])
def test_of_an_image_windows_cover_all_channels_of_all_pixels(size: int, stride: int) -> None:
    w, x = RNG.normal(size=(2, 7, 5, 3))
    given = subject(linear(w), x, kind="image")
    method = Occlusion(size=size, stride=stride, fill="value")
    total, covers = np.zeros((7, 5)), np.zeros((7, 5))
    for rows, columns in method.windows(given):
        total[rows, columns] += (w * x)[rows, columns].sum()
        covers[rows, columns] += 1
    assert covers.min() >= 1
    np.testing.assert_allclose(method.attribute(given), total / covers, atol=1e-12)
    side = size or 2
    assert all(min(side, 7) == r.stop - r.start for r, _ in method.windows(given))


def test_tokens_are_replaced_by_ids() -> None:
    value_of = np.array([0.0, 1.0, 10.0, 100.0])

    def score(samples: np.ndarray) -> np.ndarray:
        assert samples.dtype == np.int32
        return value_of[samples].sum(axis=1)

    texts = np.array([[0, 0, 1], [2, 2, 1]], np.int32)
    given = subject(score, np.array([1, 2, 3], np.int32), texts, kind="tokens")
    zero = Occlusion(fill="value", value=0.0).attribute(given)
    np.testing.assert_allclose(zero, [1, 10, 100])
    sampled: Any = Occlusion().attribute(given)
    np.testing.assert_allclose(sampled, [1 - 5, 10 - 5, 100 - 1])
    with pytest.raises(InputError, match=r"filled with 0\.5"):
        Occlusion(fill="value", value=0.5).attribute(given)
