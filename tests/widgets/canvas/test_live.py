"""What nodes show while something runs: room, picture, level, legend, and that all of it goes."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from tests.widgets.canvas.samples import chain, node, wire
from widgets import theme
from widgets.canvas import Canvas, Frame, Graph, Live, LiveScale
from widgets.canvas.hits import hit_at
from widgets.canvas.hover import tooltip_for
from widgets.canvas.live_legend import LiveLegend
from widgets.canvas.style import Style

SCALE = LiveScale("Level", "too low", "too high")


def picture(color: str) -> QImage:
    image = QImage(8, 4, QImage.Format.Format_RGB32)
    image.fill(color)
    return image


def shown(canvas: Canvas, name: str, part: str) -> QImage:
    """What the canvas shows of a part of a node."""
    item = canvas.graph_scene.nodes[name]
    rect: QRectF = getattr(item.layout, part).translated(item.pos())
    return canvas.viewport().grab(canvas.viewportTransform().mapRect(rect).toRect()).toImage()


def middle(image: QImage) -> str:
    return image.pixelColor(image.width() // 2, image.height() // 2).name()


@pytest.fixture
def shares(canvas: Canvas) -> Canvas:
    """a -> b, both with a share, and c without one, in a frame."""
    nodes = [node("a", -300, 0, share=0.5), node("b", 0, 0, share=0.5), node("c", 0, 260)]
    wires = (wire("a.out", "b.in"),)
    canvas.show_graph(Graph({n.id: n for n in nodes}, wires, (Frame("f", "Frame", ("b",)),)))
    return canvas


def test_the_picture_is_drawn_in_its_room_and_exchanged(shares: Canvas) -> None:
    for color in ("#ff0000", "#00ff00"):
        shares.set_live({"b": Live(picture(color))})
        assert middle(shown(shares, "b", "thumbnail")) == color


def test_a_level_has_a_colour_and_a_place(shares: Canvas) -> None:
    style, marks = shares.graph_scene.look, []
    for tint in (-1.0, 0.0, 1.0):
        shares.set_live({"b": Live(tint=tint)}, SCALE)
        image = shown(shares, "b", "gauge")
        row = [image.pixelColor(x, 2).name() for x in range(image.width())]
        assert row.count(style.gauge_color(tint).name()) > image.width() / 2
        marks.append(row.index(style.text.name()))
    assert marks == sorted(marks)
    assert marks[1] == pytest.approx(image.width() / 2, abs=3)
    assert len({style.gauge_color(tint).name() for tint in (-1.0, 0.0, 1.0)}) == 3


def test_nodes_grow_once_and_shrink_again(shares: Canvas) -> None:
    before = {name: shares.node_rect(name) for name in "abc"}
    port, frame = shares.port_position("b", "in", False), shares.graph_scene.frames["f"].rect
    shares.set_live({"b": Live(), "c": Live()})
    grown = {name: shares.node_rect(name) for name in "abc"}
    assert grown["a"] == before["a"]
    assert grown["b"].height() > before["b"].height()
    assert shares.port_position("b", "in", False) == port
    assert shares.graph_scene.frames["f"].rect.contains(grown["b"])
    shares.set_live({"b": Live(picture("#ff0000"), 0.5, "x"), "c": Live()}, SCALE)
    assert {name: shares.node_rect(name) for name in "abc"} == grown
    shares.set_live({})
    assert {name: shares.node_rect(name) for name in "abc"} == before
    assert shares.graph_scene.frames["f"].rect == frame


def test_the_text_is_in_the_tooltip(shares: Canvas) -> None:
    shares.set_live({"b": Live(text="one < two\nthree")})
    hit = hit_at(shares.graph_scene, shares.node_rect("b").center(), 1.0)
    text = tooltip_for(hit, shares.graph_scene)
    assert text == "<b>node b</b><br>one &lt; two<br>three"


def test_the_legend_stands_in_the_corner_while_there_is_anything_to_explain(
    shares: Canvas,
) -> None:
    legend = shares.findChild(LiveLegend)
    assert not legend.isVisible()
    shares.set_live({"b": Live()})
    assert not legend.isVisible()
    shares.set_live({"b": Live(tint=0.0)}, SCALE)
    assert legend.isVisible()
    assert legend.accessibleName() == "Level"
    for size in ((1000, 700), (500, 400)):
        shares.resize(*size)
        assert shares.rect().contains(legend.geometry())
        assert legend.geometry().left() < 20
        assert shares.rect().bottom() - legend.geometry().bottom() < 20
    shares.set_live({}, SCALE)
    assert not legend.isVisible()


def test_levels_are_seen_when_zoomed_out(shares: Canvas) -> None:
    shares.set_zoom(0.2)
    shares.center_on("b")
    shares.set_live({"b": Live(tint=1.0)}, SCALE)
    rect = shares.node_rect("b")
    at = shares.viewportTransform().map(QPointF(rect.center().x(), rect.bottom() - 12))
    image = shares.viewport().grab().toImage()
    expected = shares.graph_scene.look.gauge_color(1.0).name()
    assert image.pixelColor(at.toPoint()).name() == expected


def test_nodes_may_be_unknown_or_go(shares: Canvas) -> None:
    shares.set_live({"nobody": Live(), "b": Live()})
    shares.show_graph(chain())
    shares.show_graph(Graph({}))
    shares.set_live({})
    assert shares.graph_scene.live == {}


def test_a_picture_file_shows_nodes_as_they_are_without_it(shares: Canvas, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    shares.render_to(path)
    plain = path.read_text(encoding="utf-8").count("<path")
    shares.set_live({"a": Live(picture("#ff0000"), 0.5), "b": Live(picture("#ff0000"))}, SCALE)
    shares.render_to(path)
    names = [element.tag.rpartition("}")[2] for element in ElementTree.parse(path).iter()]
    assert "image" not in names
    assert names.count("path") == plain


@pytest.mark.parametrize("look", [theme.dark(), theme.light()], ids=["dark", "light"])
def test_the_ends_of_the_scale_differ_in_lightness_or_hue_for_everyone(look: theme.Theme) -> None:
    """Blue against red keeps a difference in the blue channel for the colour-blind."""
    style = Style(look)
    low, middle_color, high = (style.gauge_color(level) for level in (-1.0, 0.0, 1.0))
    assert low.blue() - high.blue() > 100
    assert low.blue() - low.red() > 100
    assert high.red() - middle_color.red() > 20 or high.green() < middle_color.green() - 60
