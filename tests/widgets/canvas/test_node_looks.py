"""What a node shows of its view: icon, share, mute, pile, copies, and a badge to click."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest

from tests.widgets.canvas.samples import chain, node
from tests.widgets.drag import press_move_release, send_mouse, view_point
from tests.widgets.test_theme import contrast
from widgets import icons, theme
from widgets.canvas import Canvas, Graph
from widgets.canvas.hits import hit_at
from widgets.canvas.hover import tooltip_for
from widgets.canvas.style import Style

LEFT = Qt.MouseButton.LeftButton


def show(canvas: Canvas, **looks: object) -> None:
    """Show one node called ``n`` at the origin, in the middle of the view."""
    canvas.show_graph(Graph({"n": node("n", 0, 0, **looks)}))
    canvas.center_on("n")


def grab(canvas: Canvas, rect: QRectF) -> QImage:
    """What the canvas shows of a rectangle of the node."""
    area = canvas.viewportTransform().mapRect(rect.translated(canvas.node_rect("n").topLeft()))
    return canvas.viewport().grab(area.toAlignedRect()).toImage()


def colors(image: QImage) -> set[str]:
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {image.pixelColor(x, y).name() for x, y in places}


def tooltip(canvas: Canvas, at: QPointF) -> str:
    return tooltip_for(hit_at(canvas.graph_scene, at, canvas.zoom), canvas.graph_scene)


def click_badge(canvas: Canvas, keys: Qt.KeyboardModifier | None = None) -> None:
    at = view_point(canvas, canvas.badge_rect("n").center())
    QTest.mouseClick(canvas.viewport(), LEFT, keys or Qt.KeyboardModifier.NoModifier, at)


@pytest.mark.parametrize("name", theme.FAMILIES)
def test_every_family_has_an_icon_that_stands_out_from_the_header(name: str, qapp: object) -> None:
    assert icons.family_icon(name) in icons.names()
    for look in (theme.dark(), theme.light()):
        header = Style(look).family(name).header.name()
        assert contrast(look.family_color(name), header) >= 3.0, look.name


def test_an_unknown_family_has_no_icon(qapp: object) -> None:
    assert icons.family_icon("Made up") == ""


@pytest.mark.parametrize("zoom", [0.5, 1.0, 1.37, 2.0])
def test_the_icon_has_its_familys_colour_at_any_zoom(canvas: Canvas, zoom: float) -> None:
    canvas.set_zoom(zoom)
    show(canvas, icon="family-convolution", color_key="Convolution")
    corner = canvas.graph_scene.nodes["n"].layout.icon
    image = grab(canvas, QRectF(corner.x() - 1, corner.y() - 1, 20, 20))
    assert canvas.graph_scene.look.theme.family_color("Convolution") in colors(image)


def test_texts_make_room_for_icon_badge_and_copies(canvas: Canvas) -> None:
    looks = {"title": "word " * 30, "subtitle": "kind " * 30, "badge": "error", "copies": 120}
    show(canvas, icon="family-dense", **looks)
    layout, fonts = canvas.graph_scene.nodes["n"].layout, canvas.graph_scene.fonts
    title, subtitle = (t for t in layout.texts if t.role in ("title", "subtitle"))
    for text in (title, subtitle):
        assert text.at.x() >= layout.icon.x() + 18
        right = text.at.x() + fonts.width(text.role, text.text)
        other = layout.badge if text is title else layout.chip
        assert right <= other.left()
    assert not layout.chip.intersects(layout.badge)
    (copies,) = (text for text in layout.texts if text.text == "× 120")
    assert layout.chip.contains(QPointF(copies.at.x(), copies.at.y()))
    assert layout.chip.right() <= layout.rect.right()


@pytest.mark.parametrize(("share", "part"), [(0.0, 0.0), (0.25, 0.25), (1.0, 1.0)])
def test_the_bar_is_filled_as_far_as_the_share(canvas: Canvas, share: float, part: float) -> None:
    show(canvas, share=share)
    track = canvas.graph_scene.nodes["n"].layout.bar
    image = grab(canvas, track)
    full = canvas.graph_scene.look.family("Dense").strip.name()
    middle = image.height() // 2
    filled = sum(image.pixelColor(x, middle).name() == full for x in range(image.width()))
    assert filled == pytest.approx(part * image.width(), abs=2)


def test_a_changed_share_is_drawn_and_nothing_else_moves(canvas: Canvas) -> None:
    graph = chain()
    views = {i: replace(view, share=0.5) for i, view in graph.nodes.items()}
    canvas.show_graph(Graph(views, graph.wires))
    before, rect = canvas.viewport().grab().toImage(), canvas.node_rect("b")
    canvas.show_graph(Graph({**views, "b": replace(views["b"], share=0.75)}, graph.wires))
    assert canvas.viewport().grab().toImage() != before
    assert canvas.node_rect("b") == rect


def test_a_muted_node_is_faded_crossed_by_a_line_and_says_so(canvas: Canvas) -> None:
    show(canvas)
    style = canvas.graph_scene.look
    header = QRectF(0, 10, canvas.node_rect("n").width(), 28)
    assert style.text.name() in colors(grab(canvas, header))
    show(canvas, muted=True)
    shown = colors(grab(canvas, header))
    assert style.text.name() not in shown
    assert style.family("Dense").header.name() not in shown
    # The line leaves the text free and is seen beside it.
    right = canvas.node_rect("n").width() - 30
    assert style.wire.name() in colors(grab(canvas, QRectF(right, 22, 15, 4)))
    assert "Muted" in tooltip(canvas, canvas.node_rect("n").center())
    canvas.select(["n"])
    assert "muted" in canvas.accessibleDescription()


def test_a_container_is_a_pile_and_tells_its_copies(canvas: Canvas) -> None:
    show(canvas)
    width, height = canvas.node_rect("n").width(), canvas.node_rect("n").height()
    below = QRectF(width / 2, height + 5, 4, 6)
    assert len(colors(grab(canvas, below))) == 1
    show(canvas, container=True, copies=12)
    assert canvas.node_rect("n").height() == height
    assert len(colors(grab(canvas, below))) > 1
    text = tooltip(canvas, canvas.node_rect("n").center())
    assert "12 times" in text
    assert "graph of its own" in text


def test_icons_are_lines_in_a_picture_file(canvas: Canvas, tmp_path: Path) -> None:
    looks = {"share": 0.5, "muted": True, "container": True, "copies": 3}
    canvas.show_graph(Graph({"n": node("n", 0, 0, icon="family-loss", **looks)}))
    path = tmp_path / "picture.svg"
    canvas.render_to(path)
    names = [element.tag.rpartition("}")[2] for element in ElementTree.parse(path).iter()]
    assert "image" not in names
    paths = names.count("path")
    canvas.show_graph(Graph({"n": node("n", 0, 0, **looks)}))
    canvas.render_to(path)
    fewer = [element.tag.rpartition("}")[2] for element in ElementTree.parse(path).iter()]
    assert fewer.count("path") < paths


def test_a_click_on_the_badge_asks_for_the_fix(canvas: Canvas) -> None:
    show(canvas, badge="error", badge_text="It does not fit.", fix="Make it fit")
    asked = QSignalSpy(canvas.fix_requested)
    click_badge(canvas)
    assert [asked.at(i)[0] for i in range(asked.count())] == ["n"]
    assert canvas.selected_nodes() == ["n"]
    assert "Click to: Make it fit" in tooltip(canvas, canvas.badge_rect("n").center())


def test_the_cursor_is_a_hand_over_a_badge_with_a_fix_only(canvas: Canvas) -> None:
    for fix, shape in (
        ("Make it fit", Qt.CursorShape.PointingHandCursor),
        ("", Qt.CursorShape.ArrowCursor),
    ):
        show(canvas, badge="error", badge_text="It does not fit.", fix=fix)
        at = view_point(canvas, canvas.badge_rect("n").center())
        none = Qt.MouseButton.NoButton
        send_mouse(canvas.viewport(), QEvent.Type.MouseMove, at, none, none)
        assert canvas.viewport().cursor().shape() == shape


def test_what_is_no_click_on_a_fix_asks_for_nothing(canvas: Canvas) -> None:
    show(canvas, badge="error", badge_text="It does not fit.", fix="Make it fit")
    asked, moved = QSignalSpy(canvas.fix_requested), QSignalSpy(canvas.moved)
    start = view_point(canvas, canvas.badge_rect("n").center())
    press_move_release(canvas.viewport(), start, start + QPointF(60, 40).toPoint())
    assert moved.count() == 1
    click_badge(canvas, Qt.KeyboardModifier.ShiftModifier)
    canvas.set_zoom(0.2)
    click_badge(canvas)
    show(canvas, badge="error", badge_text="It does not fit.")
    canvas.reset_zoom()
    click_badge(canvas)
    assert asked.count() == 0


def test_a_point_asks_for_the_fix_of_the_one_selected_node(canvas: Canvas) -> None:
    graph = chain()
    bad = replace(graph.nodes["b"], badge="error", badge_text="?", fix="Make it fit")
    canvas.show_graph(Graph({**graph.nodes, "b": bad}, graph.wires))
    asked = QSignalSpy(canvas.fix_requested)
    for selection in ([], ["a"], ["a", "b"], ["b"]):
        canvas.select(selection)
        QTest.keyClick(canvas, Qt.Key.Key_Period)
    assert [asked.at(i)[0] for i in range(asked.count())] == ["b"]


def test_the_owner_adds_to_the_tooltip(canvas: Canvas) -> None:
    show(canvas, title="a < b")
    at = canvas.node_rect("n").center()
    hit = hit_at(canvas.graph_scene, at, 1.0)
    assert tooltip(canvas, at) == ""
    text = tooltip_for(hit, canvas.graph_scene, lambda name: f"{name} is 7 & more")
    assert text == "<b>a &lt; b</b><br>n is 7 &amp; more"
