"""The pictures of an attribution have the colours and lengths of its values."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.explain.attribution.map import IMAGE, TOKENS, VALUES, Attribution
from widgets.colors import luminance, on_color
from widgets.elided_label import ElidedLabel
from widgets.pictures.attribution_view import AttributionView, flat_map
from widgets.pictures.colormaps import paint, rgb_of, table
from widgets.pictures.overlaid import overlaid
from widgets.pictures.value_range import colormap_of, limits_of


def attribution(kind: str, sample: np.ndarray, values: np.ndarray, **more: object) -> Attribution:
    return Attribution("gradient", "input", 0, 0, kind, sample, values, **more)  # type: ignore[arg-type]


def shown(qtbot: QtBot, widget: QWidget, width: int = 420, height: int = 240) -> QWidget:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def pixel(widget: QWidget, where: QPointF) -> tuple[int, int, int]:
    color = widget.grab().toImage().pixelColor(where.toPoint())
    return color.red(), color.green(), color.blue()


def test_scales_lie_around_0_only_where_values_do() -> None:
    assert limits_of([np.array([0.0, 2.0]), np.array([5.0])]) == (0.0, 5.0)
    assert limits_of([np.array([0.0, 2.0]), np.array([-3.0, np.nan])]) == (-3.0, 3.0)
    assert limits_of([np.zeros(3)]) == (0.0, 1.0)
    assert colormap_of((-1.0, 1.0)) == "diverging"
    assert colormap_of((0.0, 1.0)) == "inferno"


def test_an_overlay_covers_as_much_as_values_and_opacity_say() -> None:
    image = np.full((1, 3, 1), 0.5)
    values = np.array([[0.0, -1.0, 1.0]])
    whole = overlaid(image, values, -1.0, 1.0, "diverging", 1.0)
    assert whole[0, 1].tolist() == table("diverging")[0].tolist()
    assert whole[0, 2].tolist() == table("diverging")[255].tolist()
    assert len(set(whole[0, 0].tolist())) == 1
    bare = overlaid(image, values, -1.0, 1.0, "diverging", 0.0)
    assert bare[0].tolist() == [bare[0, 0].tolist()] * 3
    half = overlaid(image, values, -1.0, 1.0, "diverging", 0.5)
    expected = (bare[0, 2].astype(float) + table("diverging")[255]) / 2
    np.testing.assert_allclose(half[0, 2], expected, atol=1)


def test_an_image_is_sample_map_and_overlay_on_one_scale(qtbot: QtBot) -> None:
    sample = np.linspace(0, 1, 16).reshape(4, 4, 1)
    values = np.zeros((4, 4, 2))
    values[1, 2], values[3, 0] = (1.0, 1.0), (-1.0, 0.0)
    view = AttributionView()
    shown(qtbot, view)
    view.show_map(attribution(IMAGE, sample, values), limits_of([flat_map(values)]), "Gradient")
    panes = view.sample_pane, view.map_pane, view.overlay_pane
    assert all(pane.isVisible() for pane in panes)
    image = view.map_pane.image()
    want = paint(flat_map(values), -2.0, 2.0, "diverging")
    for row, column in ((1, 2), (3, 0), (0, 0)):
        found = image.pixelColor(column, row)
        assert (found.red(), found.green(), found.blue()) == tuple(want[row, column])
    grey = rgb_of(sample)[2, 2].tolist()
    assert view.sample_pane.image().pixelColor(2, 2).red() == grey[0]
    rect = view.map_pane.image_rect()
    middle = rect.topLeft() + QPointF(2.5 / 4 * rect.width(), 1.5 / 4 * rect.height())
    assert view.map_pane.describe(middle) == "Row 1, column 2: 2"
    assert view.bar.texts() == ("2", "0", "-2")
    before = view.overlay_pane.image()
    view.set_opacity(0.1)
    assert view.overlay_pane.image() != before


def test_panes_give_way_where_there_is_no_room_the_sample_first(qtbot: QtBot) -> None:
    view = AttributionView()
    shown(qtbot, view, 600)
    values = np.ones((4, 4))
    view.show_map(attribution(IMAGE, np.ones((4, 4, 1)), values), (0.0, 1.0), "")
    counts = []
    for width in (600, 200, 120):
        view.resize(width, 240)
        panes = (view.overlay_pane, view.map_pane, view.sample_pane)
        visible = [pane.isVisible() for pane in panes]
        assert visible == sorted(visible, reverse=True)
        counts.append(sum(visible))
    assert counts == [3, 2, 1]
    view.resize(600, 240)
    view.show_sample(False)
    assert not view.sample_pane.isVisible()


def test_rows_are_bars_to_both_sides_the_largest_first(qtbot: QtBot) -> None:
    view = AttributionView()
    shown(qtbot, view)
    values = np.array([0.5, -2.0, 0.0, 1.0])
    labels = ("a = 1", "b = 2", "c = 3", "d = 4")
    view.show_map(attribution(VALUES, np.ones(4), values), (-4.0, 4.0), "Gradient", labels=labels)
    bars = view.bars
    assert bars.visible_elements() == [1, 3, 0, 2]
    up, down = bars.bar_rect(3), bars.bar_rect(1)
    assert down.right() == pytest.approx(up.left())
    assert down.width() == pytest.approx(2 * up.width())
    # The scale is that of both maps, twice as wide as the largest value.
    assert down.width() == pytest.approx(bars.bar_rect(1).width())
    red, blue = pixel(bars, up.center()), pixel(bars, down.center())
    assert red[0] > red[2] + 60
    assert blue[2] > blue[0] + 60
    assert bars.describe(up.center()) == "d = 4: 1"
    assert "b = 2: -2" in bars.accessibleName()


def test_tokens_can_be_read_on_every_colour(qtbot: QtBot) -> None:
    view = AttributionView()
    shown(qtbot, view)
    words = ("call", "me", "ishmael") * 3
    values = np.linspace(-1, 1, len(words))
    given = attribution(TOKENS, np.arange(len(words)), values, tokens=words)
    view.show_map(given, (-1.0, 1.0), "Gradient")
    strip = view.tokens
    assert strip.isVisible()
    rects = strip.rects()
    corner = [pixel(strip, rect.topLeft() + QPointF(4, 2)) for rect in (rects[0], rects[-1])]
    assert corner[0][2] > corner[0][0]
    assert corner[1][0] > corner[1][2]
    for color in paint(values, -1.0, 1.0, "diverging"):
        ground = QColor(*(int(c) for c in color)).name()
        lights = sorted((luminance(ground), luminance(on_color(ground))))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.0
    assert strip.minimumHeight() >= rects[-1].bottom()


def test_sequences_are_two_heat_maps_and_others_are_told(qtbot: QtBot) -> None:
    view = AttributionView()
    shown(qtbot, view)
    values = np.array([[0.0, 1.0], [2.0, 0.5], [0.0, 0.0]])
    view.show_map(attribution(VALUES, np.ones((3, 2)), values), (0.0, 8.0), "Gradient")
    assert view.value_sequence.isVisible()
    assert view.value_sequence.limits() == (0.0, 8.0)
    odd = np.ones((2, 2, 2, 2))
    view.show_map(attribution(VALUES, odd, odd), (0.0, 1.0), "Gradient")
    assert "no picture for a sample of shape [2, 2, 2, 2]" in view._text.text()
    view.clear("Nothing yet.")
    assert view.text() == "Nothing yet."


def test_a_line_without_room_ends_in_dots_and_tells_all_in_its_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("muted")
    label.write("Sundararajan et al., Axiomatic attribution for deep networks, 2017")
    shown(qtbot, label, 80, 24)
    assert label.toolTip() == label.text()
    narrow = label.grab().toImage()
    label.write("Sundararajan et al., another text behind the dots")
    assert label.grab().toImage() == narrow
