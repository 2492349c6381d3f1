"""Texts, marks and outlines on the canvas can be read in both themes, for every family and hue.

Texts want a contrast of 4.5, what is no text 3 (WCAG 2.2, 1.4.3 and 1.4.11).
"""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from tests.widgets.drag import view_point
from tests.widgets.test_theme import contrast
from widgets.canvas import Canvas
from widgets.canvas.graph import HUES
from widgets.canvas.style import Style, mix, readable_on
from widgets.theme import FAMILIES, Theme, dark, light

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LOOKS = [Style(dark()), Style(light())]
looks = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.theme.name)


def ratio(one: QColor, two: QColor) -> float:
    return contrast(one.name(), two.name())


def over(ground: QColor, color: QColor) -> QColor:
    """What is seen of a translucent colour on a ground."""
    return mix(ground, QColor(color.name()), color.alphaF())


@looks
@pytest.mark.parametrize("family", [*FAMILIES, "no such family"])
def test_the_header_of_every_family(look: Style, family: str) -> None:
    tones = look.family(family)
    assert ratio(look.text, tones.header) >= 4.5, "title"
    assert ratio(look.muted, tones.header) >= 4.5, "subtitle"
    assert min(ratio(tones.strip, ground) for ground in (look.surface, look.background)) >= 3
    assert ratio(tones.strip, tones.header) >= 3, "icon"
    for badge in ("error", "warning"):
        assert ratio(look.badge_color(badge), tones.header) >= 3
    assert ratio(look.accent, tones.header) >= 3, "outline of a selected node"
    assert ratio(look.muted, look.family(family, muted=True).header) >= 4.5, "title while muted"


@looks
def test_what_stands_below_the_header_and_beside_the_pointer(look: Style) -> None:
    assert ratio(look.muted, look.surface) >= 4.5, "details and names of ports"
    assert ratio(look.text, look.label_surface) >= 4.5, "label of a wire that is drawn"
    assert ratio(look.muted, look.background) >= 4.5, "hint on an empty canvas"
    assert ratio(look.muted, look.muted_surface) >= 4.5, "details of a muted node"
    assert ratio(look.muted, look.label_surface) >= 4.5, "chip that counts copies, and legend"
    assert ratio(look.wire, look.background) >= 3
    assert ratio(look.wire_active, look.background) >= 3


@looks
@pytest.mark.parametrize("badge", ["error", "warning"])
def test_the_mark_in_a_badge(look: Style, badge: str) -> None:
    color = look.badge_color(badge)
    assert ratio(readable_on(color), color) >= 4.5


@looks
@pytest.mark.parametrize("hue", HUES)
def test_frames_and_notes_of_every_colour(look: Style, hue: str) -> None:
    tones = look.hue(hue)
    assert ratio(tones.frame_text, over(look.background, tones.frame_fill)) >= 4.5
    assert ratio(look.text, tones.note_fill) >= 4.5


@looks
def test_outlines(look: Style) -> None:
    ring = look.accent
    for ground in (look.background, look.surface, QColor(look.theme.window)):
        assert ratio(ring, ground) >= 3
    assert ratio(look.selected_pen.color(), over(look.background, look.selection_halo)) >= 3


def picture(canvas: Canvas) -> QImage:
    return canvas.viewport().grab().toImage()


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_a_selected_node_is_outlined_for_the_eye(canvas: Canvas, theme: Theme) -> None:
    canvas.set_theme(theme)
    corner = view_point(canvas, canvas.node_rect("b").bottomLeft())
    across = [corner + QPoint(x, -14) for x in range(-2, 4)]
    ground = canvas.graph_scene.look.background

    def strongest() -> float:
        image = picture(canvas)
        return max(ratio(image.pixelColor(point), ground) for point in across)

    assert strongest() < 3
    canvas.select(["b"])
    assert strongest() >= 3


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
@pytest.mark.parametrize(
    ("node", "held", "port"), [("b", NONE, "in"), ("c", SHIFT, "x")], ids=["taker", "own"]
)
def test_the_port_on_offer_is_marked_for_the_eye(
    canvas: Canvas, theme: Theme, node: str, held: Qt.KeyboardModifier, port: str
) -> None:
    """From b its own input is offered first; of c the first input is chosen to begin with."""
    canvas.set_theme(theme)
    canvas.select([node])
    ring = view_point(canvas, canvas.port_position(node, port, False)) - QPoint(6, 7)
    before = picture(canvas)
    QTest.keyClick(canvas, Qt.Key.Key_W, held)
    image = picture(canvas)
    assert ratio(image.pixelColor(ring), canvas.graph_scene.look.background) >= 3
    assert ratio(image.pixelColor(ring), before.pixelColor(ring)) >= 3
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert picture(canvas).pixelColor(ring) == before.pixelColor(ring)
