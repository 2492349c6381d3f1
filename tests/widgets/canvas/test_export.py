"""Pictures of the canvas: real text, the background asked for, nothing from the screen's caches."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from core.errors import InputError
from tests.pdf import Pdf
from tests.widgets.canvas.samples import chain, node
from widgets.canvas import Canvas, Frame, Graph
from widgets.canvas.export import Picture
from widgets.canvas.graph import NoteView
from widgets.fonts import load_fonts
from widgets.theme import dark, light

SVG = "{http://www.w3.org/2000/svg}"


def svg_texts(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()
    assert root.findall(f".//{SVG}image") == []
    return ["".join(e.itertext()).strip() for e in root.iter(f"{SVG}text")]


@pytest.fixture
def framed(canvas: Canvas) -> Canvas:
    """The chain with a frame around its first two nodes."""
    graph = chain()
    frames = (Frame("g1", "A frame", ("a", "b")),)
    canvas.show_graph(Graph(graph.nodes, graph.wires, frames))
    canvas.select(["a"])
    return canvas


def test_an_svg_holds_text_and_no_bitmaps(framed: Canvas, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    framed.render_to(path)
    assert {"node a", "node b", "node c", "A frame"} <= set(svg_texts(path))


def test_a_pdf_holds_text_on_a_page_of_the_pictures_size(
    qapp: QApplication, tmp_path: Path
) -> None:
    load_fonts(qapp)
    canvas = Canvas()
    views = [node("a", 0, 0, detail=("[B, 8] 12,345 parameters",)), node("b", 400, 90)]
    canvas.show_graph(Graph({view.id: view for view in views}))
    path = tmp_path / "picture.pdf"
    canvas.render_to(path)
    pdf = Pdf(path)
    assert {"node a", "node b", "[B, 8] 12,345 parameters"} <= set(pdf.texts())
    assert pdf.images() == 0
    content = canvas.graph_scene.content_rect()
    wanted = (content.width() + 64, content.height() + 64)
    assert pdf.page_size() == pytest.approx([pixels * 72 / 96 for pixels in wanted], abs=1)


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_a_png_is_as_large_as_asked_for(canvas: Canvas, tmp_path: Path, scale: float) -> None:
    path = tmp_path / "picture.png"
    canvas.render_to(path, Picture(scale=scale, margin=10))
    content = canvas.graph_scene.content_rect()
    image = QImage(str(path))
    assert image.width() == pytest.approx(scale * (content.width() + 20), abs=scale)
    assert image.height() == pytest.approx(scale * (content.height() + 20), abs=scale)


def test_backgrounds(canvas: Canvas, tmp_path: Path) -> None:
    colors = {}
    for name in ("theme", "white", "transparent"):
        path = tmp_path / f"{name}.png"
        canvas.render_to(path, Picture(name))
        colors[name] = QImage(str(path)).pixelColor(0, 0)
    assert colors["theme"].name() == dark().base
    assert colors["white"].name() == "#ffffff"
    assert colors["transparent"].alpha() == 0


def test_white_takes_the_light_colours_whatever_the_theme(canvas: Canvas, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    canvas.set_theme(dark())
    canvas.render_to(path, Picture("white"))
    assert light().text in path.read_text(encoding="utf-8")
    assert dark().text not in path.read_text(encoding="utf-8")


def test_another_theme_may_be_asked_for(canvas: Canvas, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    canvas.render_to(path, Picture(theme=light()))
    assert light().text in path.read_text(encoding="utf-8")


def test_a_part_leaves_out_the_other_nodes_and_what_hangs_on_them(
    framed: Canvas, tmp_path: Path
) -> None:
    whole, part, pair = (tmp_path / f"{name}.svg" for name in ("whole", "part", "pair"))
    framed.render_to(whole)
    framed.render_to(part, Picture(items=["b", "c"]))
    framed.render_to(pair, Picture(items=["a", "b"]))
    assert {"node b", "node c"} <= set(svg_texts(part))
    assert not {"node a", "A frame"} & set(svg_texts(part))
    assert {"node a", "node b", "A frame"} <= set(svg_texts(pair))
    wires = [p.read_text(encoding="utf-8").count('stroke-width="1.5"') for p in (whole, part)]
    assert wires[0] > wires[1] == 0


def test_notes_are_drawn_and_may_be_a_part(canvas: Canvas, tmp_path: Path) -> None:
    graph = chain()
    note = NoteView("m1", "Remember this", (-300, 200, 200, 80))
    canvas.show_graph(Graph(graph.nodes, graph.wires, notes=(note,)))
    whole, part = tmp_path / "whole.svg", tmp_path / "part.svg"
    canvas.render_to(whole)
    canvas.render_to(part, Picture(items=["m1"]))
    assert {"Remember this", "node a"} <= set(svg_texts(whole))
    assert svg_texts(part) == ["Remember this"]


def test_selection_and_hover_are_left_out(framed: Canvas, tmp_path: Path) -> None:
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    framed.render_to(one)
    framed.select([])
    framed.render_to(two)
    assert QImage(str(one)) == QImage(str(two))


@pytest.mark.parametrize(
    "name",
    ["picture.bmp", "missing/picture.svg", "missing/picture.png", "missing/picture.pdf"],
)
def test_pictures_that_cannot_be_written_are_refused(
    canvas: Canvas, tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError) as error:
        canvas.render_to(tmp_path / name)
    assert "picture" in error.value.message
    assert error.value.hint


def test_an_empty_canvas_gives_no_picture(canvas: Canvas, tmp_path: Path) -> None:
    canvas.show_graph(Graph({}))
    with pytest.raises(InputError, match="nothing to draw"):
        canvas.render_to(tmp_path / "picture.svg")
