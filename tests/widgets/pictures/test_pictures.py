"""The colours and lengths on the screen are those of the values."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolTip

from widgets.pictures.colormaps import NOT_A_NUMBER, paint, rgb_of, span, table
from widgets.pictures.feature_maps import FeatureMapGrid
from widgets.pictures.saliency_view import SaliencyView, overlay
from widgets.pictures.sequence_map import SequenceMap
from widgets.pictures.token_strip import TokenStrip
from widgets.pictures.value_view import ValueView
from widgets.pictures.vector_bars import VectorBars


def shown(qtbot, widget, width: int = 300, height: int = 200):
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def pixel(widget, where: QPointF) -> tuple[int, int, int]:
    color = widget.grab().toImage().pixelColor(where.toPoint())
    return color.red(), color.green(), color.blue()


def lightness(rgb: np.ndarray) -> np.ndarray:
    raw = rgb / 255
    linear = np.where(raw <= 0.04045, raw / 12.92, ((raw + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("name", ["gray", "viridis", "inferno"])
def test_sequential_maps_rise_in_lightness(name: str) -> None:
    colors = table(name)
    assert colors.shape == (256, 3)
    assert (np.diff(lightness(colors)) > -1e-3).all()
    assert lightness(colors[-1]) - lightness(colors[0]) > 0.7


def test_viridis_has_its_published_ends_and_middle() -> None:
    np.testing.assert_array_equal(table("viridis")[[0, 255]], [[68, 1, 84], [253, 231, 37]])
    np.testing.assert_allclose(table("viridis")[128], [33, 145, 140], atol=3)


def test_diverging_is_pale_in_the_middle_and_strong_at_the_ends() -> None:
    colors = table("diverging").astype(int)
    assert np.ptp(colors[128]) < 8
    assert colors[0][2] > colors[0][0] + 80
    assert colors[255][0] > colors[255][2] + 80


def test_paint_puts_ends_at_ends_and_marks_what_is_no_number() -> None:
    values = np.array([0.0, 1.0, 0.5, -9.0, 9.0, np.nan, np.inf])
    colors = paint(values, 0.0, 1.0, "gray")[:, 0]
    assert colors.tolist() == [0, 255, 128, 0, 255, 128, 128]
    assert tuple(paint(values, 0, 1, "viridis")[5]) == NOT_A_NUMBER
    np.testing.assert_array_equal(
        paint(np.full(3, 7.0), 7, 7, "viridis"), [table("viridis")[0]] * 3
    )
    assert span(np.array([np.nan, -np.inf])) == (0.0, 0.0)


def test_rgb_of_keeps_or_stretches_brightness() -> None:
    assert rgb_of(np.full((1, 1, 3), 200, np.uint8)).tolist() == [[[200, 200, 200]]]
    assert rgb_of(np.array([[[0.2, 0.4, 1.0]]])).tolist() == [[[51, 102, 255]]]
    assert rgb_of(np.array([[[-1.0], [3.0]]]))[0, :, 0].tolist() == [0, 255]


def test_feature_maps_have_the_colours_of_their_values(qtbot) -> None:
    values = np.zeros((2, 3, 4))
    values[0, 0, 0], values[1, 2, 3], values[0, 1, 2] = 1.0, -1.0, np.nan
    grid = shown(qtbot, FeatureMapGrid())
    grid.set_value(values)
    for channel, rect in enumerate(grid.tile_rects()):
        for row in range(2):
            for column in range(3):
                at = rect.topLeft() + QPointF(
                    (column + 0.5) * rect.width() / 3, (row + 0.5) * rect.height() / 2
                )
                want = paint(values[row, column, channel], -1.0, 1.0, "viridis")
                assert pixel(grid, at) == tuple(want), (channel, row, column)


def test_feature_maps_stay_inside_and_apart(qtbot) -> None:
    for count in (1, 3, 12, 64, 512):
        grid = shown(qtbot, FeatureMapGrid(), 330, 240)
        grid.set_value(np.zeros((7, 5, count)))
        rects = grid.tile_rects()
        assert len(rects) + grid.hidden_channels() == count
        for i, rect in enumerate(rects):
            assert rect.right() <= 330.01
            assert rect.bottom() <= 240.01
            assert not any(rect.intersects(other) for other in rects[:i])
    assert grid.hidden_channels() > 0
    grid.resize(1600, 1200)
    assert grid.hidden_channels() == 0


def test_feature_map_tooltip_tells_channel_range_and_value(qtbot) -> None:
    values = np.zeros((2, 2, 2))
    values[1, 0, 1] = 2.5
    grid = shown(qtbot, FeatureMapGrid())
    grid.set_value(values)
    rect = grid.tile_rects()[1]
    where = QPoint(int(rect.left() + 3), int(rect.bottom() - 3))
    text = "Channel 1\nfrom 0 to 2.5\n2.5 at row 1, column 0"
    assert grid.describe(QPointF(where)) == text
    event = QHelpEvent(QHelpEvent.Type.ToolTip, where, grid.mapToGlobal(where))
    QApplication.sendEvent(grid, event)
    assert QToolTip.text() == text
    QToolTip.hideText()
    assert grid.describe(QPointF(-1, -1)) == ""


def test_constant_and_empty_maps_are_drawn(qtbot) -> None:
    grid = shown(qtbot, FeatureMapGrid())
    grid.set_value(np.full((3, 3, 2), 5.0))
    assert pixel(grid, grid.tile_rects()[0].center()) == tuple(table("viridis")[0])
    grid.set_value(np.full((3, 3, 2), np.nan))
    assert pixel(grid, grid.tile_rects()[1].center()) == NOT_A_NUMBER
    grid.set_value(np.zeros((3, 3, 0)))
    assert grid.tile_rects() == []
    with pytest.raises(ValueError, match=r"\[H, W, C\]"):
        grid.set_value(np.zeros(3))


@pytest.mark.parametrize("labels", [(), ("a", "b", "c", "d")])
def test_bars_are_as_long_as_their_values(qtbot, labels) -> None:
    bars = shown(qtbot, VectorBars())
    bars.set_value(np.array([1.0, 4.0, -2.0, 0.5]), labels)
    rects = [bars.bar_rect(i) for i in range(4)]
    long = [r.width() if labels else r.height() for r in rects]
    np.testing.assert_allclose(np.array(long) / long[0], [1, 4, 2, 0.5], rtol=1e-6)
    if labels:
        assert rects[2].right() == pytest.approx(rects[0].left())
    else:
        assert rects[2].top() == pytest.approx(rects[0].bottom())


def test_highlighted_bar_stands_out_and_hover_tells_the_value(qtbot) -> None:
    bars = shown(qtbot, VectorBars())
    bars.set_value(np.array([1.0, 0.75]), ("cat", "dog"), highlight=0)
    accent = bars.palette().highlight().color()
    assert QColor(*pixel(bars, bars.bar_rect(0).center())) == accent
    assert QColor(*pixel(bars, bars.bar_rect(1).center())) != accent
    assert bars.describe(bars.bar_rect(1).center()) == "dog: 0.75"


def test_labelled_rows_without_room_keep_the_largest(qtbot) -> None:
    bars = shown(qtbot, VectorBars(), 300, 120)
    values = np.array([0.0, 0.1, 0.9, 0.2, 0.8, np.nan, 0.3, 0.05, 0.7])
    bars.set_value(values, [f"class {i}" for i in range(9)])
    assert bars.visible_elements() == [2, 4, 8, 6]
    bars.grab()
    bars.set_value(values)
    assert bars.visible_elements() == list(range(9))
    assert bars.bar_rect(5).height() == 1.0


def test_sequence_map_runs_time_to_the_right(qtbot) -> None:
    values = np.zeros((4, 2))
    values[3, 0], values[0, 1] = 2.0, -1.0
    made = shown(qtbot, SequenceMap())
    made.set_value(values)
    rect = made.map_rect()

    def at(step: int, feature: int) -> QPointF:
        return QPointF(rect.width() * (step + 0.5) / 4, rect.height() * (feature + 0.5) / 2)

    assert made.limits() == (-2.0, 2.0)
    assert pixel(made, at(3, 0)) == tuple(table("diverging")[255])
    assert pixel(made, at(0, 1)) == tuple(paint(np.float64(-1), -2, 2, "diverging"))
    assert pixel(made, at(1, 1)) == tuple(table("diverging")[128])
    assert made.describe(at(3, 0)) == "Step 3, feature 0: 2"


@pytest.mark.parametrize(
    ("shape", "page"),
    [((5,), "bars"), ((6, 4), "sequence"), ((4, 4, 3), "maps"), ((3, 4, 4, 2), "maps")],
)
def test_value_view_picks_the_picture(qtbot, shape, page) -> None:
    view = shown(qtbot, ValueView())
    view.show_value(np.ones(shape), "Conv 1", "caption")
    assert view.picture() is getattr(view, page)
    assert view.title() == "Conv 1"
    assert view.caption().startswith("caption")
    assert ("Slice 1 of 3" in view.caption()) == (len(shape) == 4)
    view.grab()


def test_value_view_says_what_it_cannot_show(qtbot) -> None:
    view = shown(qtbot, ValueView())
    view.show_value(np.ones((2, 2, 2, 2, 2)), "odd", "")
    assert view.picture().text() == "There is no picture for an array of shape [2, 2, 2, 2, 2]."
    view.show_value(np.array([1.0, np.nan]), "bad", "two units", ("a", "b"))
    assert view.caption() == "two units. Some values are not finite"
    view.show_value(np.float32(3.0), "loss", "")
    assert view.picture() is view.bars
    view.clear("Train first.")
    assert view.picture().text() == "Train first."


def test_overlay_glows_where_the_saliency_is() -> None:
    image = np.full((2, 2, 1), 0.5)
    made = overlay(image, np.array([[0.0, 1.0], [0.25, np.nan]]))
    assert made[0, 1].tolist() == table("inferno")[255].tolist()
    assert len(set(made[0, 0].tolist())) == 1
    np.testing.assert_array_equal(overlay(image, np.zeros((2, 2)))[0, 0], made[0, 0])


def test_saliency_view_tells_truth_prediction_and_verdict_in_words(qtbot) -> None:
    view = shown(qtbot, SaliencyView())
    heat = np.zeros((4, 4, 3))
    heat[2, 1] = 1.0
    view.show_saliency(np.zeros((4, 4, 3)), heat, "cat", "dog", False, 0.613)
    assert view.texts() == ("cat", "dog (61.3%)", "wrong")
    pixels = view.overlay_pane.image()
    brightest = max((pixels.pixelColor(x, y).lightness(), y, x) for x in range(4) for y in range(4))
    assert brightest[1:] == (2, 1)
    assert view.overlay_pane.isVisible()
    view.show_saliency(np.zeros((4, 4, 3)), heat, "cat", "cat", True)
    assert view.texts() == ("cat", "cat", "correct")
    view.show_saliency(np.zeros((4, 4, 3)), heat, "3.2", "3.1", None)
    assert view.texts()[2] == ""
    captions = {label.text(): label for label in view.findChildren(QLabel)}
    assert captions["True"].isVisible()
    view.show_saliency(np.zeros((4, 4, 3)), heat, "", "left", None, 0.75)
    assert view.texts() == ("", "left (75.0%)", "")
    assert not captions["True"].isVisible()
    assert view.accessibleName() == "Predicted left (75.0%)"


def test_saliency_of_vectors_tokens_and_sequences(qtbot) -> None:
    view = shown(qtbot, SaliencyView(), 300, 300)
    view.show_saliency(np.array([5.1, 3.5]), np.array([0.2, 0.9]), "a", "a", True, None, ("x", "y"))
    assert view.bars.describe(view.bars.bar_rect(1).center()) == "y = 3.5: 0.9"
    view.show_saliency(np.array([4, 7], np.int32), np.array([1.0, 0.1]), "a", "b", False)
    assert view.tokens.describe(view.tokens.rects()[0].center()) == "4: 1"
    view.show_saliency(np.ones((5, 2)), np.ones((5, 2)), "a", "b", False)
    assert view.saliency_sequence.isVisible()
    with pytest.raises(ValueError, match="does not fit"):
        view.show_saliency(np.ones((5, 2)), np.ones((4, 2)), "a", "b", False)


def test_tokens_stand_in_reading_order_and_the_strongest_shines(qtbot) -> None:
    strip = shown(qtbot, TokenStrip(), 120, 120)
    strip.set_tokens(["t", "h", "e", " ", "\n", *"whale"], np.array([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]))
    rects = strip.rects()
    assert strip.describe(rects[3].center()) == "␣: 0"
    places = [(r.top(), r.left()) for r in rects]
    assert places == sorted(places)
    assert rects[-1].top() > rects[0].top(), "a long text is wrapped"
    assert all(r.right() <= strip.width() for r in rects)
    picture = strip.grab().toImage()
    corner = [picture.pixelColor((r.topLeft() + QPointF(3, 3)).toPoint()) for r in rects]
    lights = [c.lightness() for c in corner]
    assert lights.index(max(lights)) == 5
