"""Small pictures: what stands where, in which colour."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from widgets.pictures.colormaps import table
from widgets.pictures.thumbnails import thumbnail


def colors(image: QImage) -> np.ndarray:
    """Red, green, blue and opacity of each pixel, [H, W, 4]."""
    size = range(image.height()), range(image.width())
    return np.array([[QColor(image.pixelColor(x, y)).getRgb() for x in size[1]] for y in size[0]])


def test_channels_stand_side_by_side_on_one_scale() -> None:
    value = np.zeros((8, 8, 2), np.float32)
    value[..., 1] = 2.0
    shown = colors(thumbnail(value))
    assert shown.shape == (8, 8 + 1 + 8, 4)
    low, high = table("viridis")[0], table("viridis")[-1]
    assert (shown[:, :8, :3] == low).all()
    assert (shown[:, 8, 3] == 0).all()
    assert (shown[:, 9:, :3] == high).all()


def test_a_picture_keeps_its_own_colours() -> None:
    value = np.zeros((4, 6, 3), np.float32)
    value[0, 1] = (1.0, 0.5, 0.0)
    shown = colors(thumbnail(value, is_picture=True))
    assert shown.shape == (4, 6, 4)
    assert shown[0, 1, :3] == pytest.approx((255, 128, 0), abs=1)


def test_a_sequence_runs_to_the_right_around_zero() -> None:
    value = np.array([[0.0, -1.0], [0.5, 0.0], [0.0, 0.0]])
    shown = colors(thumbnail(value))[..., :3]
    assert shown.shape == (2, 3, 3)
    diverging = table("diverging")
    assert (shown[1, 0] == diverging[0]).all()
    assert shown[0, 0] == pytest.approx(diverging[127], abs=2)
    assert shown[0, 1, 0] > shown[0, 1, 2]


def test_a_vector_is_bars_from_a_line_at_zero() -> None:
    shown = colors(thumbnail(np.array([2.0, 0.0, -1.0])))
    height, width = shown.shape[:2]
    opaque = shown[..., 3] > 0
    first, second, third = (opaque[:, round(width * at)] for at in (0.15, 0.5, 0.85))
    zero = int(np.flatnonzero(second)[0])
    assert zero == pytest.approx(height * 2 / 3, abs=1)
    assert first[: zero + 1].all()
    assert not first[zero + 1 :].any()
    assert second.sum() == 1
    assert third[zero:].all()
    assert not third[:zero].any()


@pytest.mark.parametrize("shape", [(3, 3, 1), (5, 2), (7,), (1,), (48,), (1, 1), (1, 1, 4)])
@pytest.mark.parametrize("fill", [0.0, 1e30, np.nan, np.inf, -np.inf])
def test_any_values_have_a_picture(shape: tuple[int, ...], fill: float) -> None:
    value = np.zeros(shape, np.float32)
    value.flat[0] = fill
    image = thumbnail(value)
    assert not image.isNull()
    assert image.width() <= 200


@pytest.mark.parametrize("shape", [(), (0,), (2, 2, 2, 2)])
def test_other_arrays_have_none(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="small picture"):
        thumbnail(np.zeros(shape, np.float32))
