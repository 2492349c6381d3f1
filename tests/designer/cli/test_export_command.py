"""`layerloom export`: pictures without a display."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage

from core.design.document import Design
from core.design.grouping import make_group
from core.project.file import save
from tests.designer.cli.line import Line
from tests.designs import add, iris_mlp, saved
from tests.pdf import Pdf
from widgets.theme import dark, light


def test_an_svg_has_the_names_of_the_nodes(call: Line, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "picture.svg"
    answer = call("export", file, "--to", "svg", "-o", out, "--json")
    assert (answer.code, answer.err) == (0, "")
    root = ElementTree.parse(out).getroot()
    _, _, width, height = root.attrib["viewBox"].split()
    assert answer.json == {
        "file": str(out),
        "format": "svg",
        "width": int(width),
        "height": int(height),
    }
    texts = ["".join(e.itertext()).strip() for e in root.iter() if e.tag.endswith("}text")]
    assert {"dense", "dense_2", "loss"} <= set(texts)


def test_a_pdf(call: Line, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "picture.pdf"
    answer = call("export", file, "-o", out)
    assert answer.code == 0
    assert str(out) in answer.out
    assert "dense_2" in Pdf(out).texts()


@pytest.mark.parametrize(
    ("options", "color"),
    [
        ((), light().base),
        (("--theme", "dark"), dark().base),
        (("--white", "--theme", "dark"), "#ffffff"),
    ],
)
def test_the_ground_of_a_png(
    call: Line, file: Path, tmp_path: Path, options: tuple[str, ...], color: str
) -> None:
    out = tmp_path / "picture.png"
    assert call("export", file, "-o", out, *options).code == 0
    assert QImage(str(out)).pixelColor(0, 0).name() == color


def test_scale_and_transparency_of_a_png(call: Line, file: Path, tmp_path: Path) -> None:
    sizes = {}
    for scale in ("1", "3"):
        out = tmp_path / f"{scale}.png"
        answer = call("export", file, "-o", out, "--scale", scale, "--transparent", "--json")
        image = QImage(str(out))
        assert (answer.json["width"], answer.json["height"]) == image.size().toTuple()
        assert image.pixelColor(0, 0).alpha() == 0
        sizes[scale] = image.size()
    assert sizes["3"] == sizes["1"] * 3


def test_a_file_without_suffix_takes_the_format_asked_for(
    call: Line, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "picture"
    assert call("export", file, "--to", "pdf", "-o", out).code == 0
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("-o", "picture.gif"), "picture.gif: a design cannot be written as .gif"),
        (("-o", "picture"), "a file without suffix"),
        (("-o", "picture.png", "--to", "svg"), "the suffix says png, --to says svg"),
        (("-o", "missing/picture.png"), "missing/picture.png: the picture cannot be written"),
        (("-o", "missing/picture.svg"), "missing/picture.svg: the picture cannot be written"),
        (("-o", "missing/picture.pdf"), "missing/picture.pdf: the picture cannot be written"),
        (("-o", "picture.png", "--scale", "5"), "must be between 1 and 4, not '5'"),
        (("-o", "picture.png", "--scale", "nan"), "must be between 1 and 4"),
        (("-o", "picture.png", "--to", "docx"), "'docx'"),
        (("-o", "picture.png", "--white", "--transparent"), "not allowed with"),
        ((), "-o"),
    ],
)
def test_wrong_calls_say_what_is_wrong(
    call: Line,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in call.wrong("export", file, *options)
    assert not list(tmp_path.glob("picture*"))


def test_a_group_is_drawn_as_one_node(call: Line, tmp_path: Path) -> None:
    design, _ = make_group(iris_mlp(), ["dense", "activation"], "Hidden layer")
    out = tmp_path / "picture.svg"
    assert call("export", saved(design, tmp_path), "-o", out).code == 0
    text = out.read_text(encoding="utf-8")
    assert "Hidden layer" in text
    assert ">activation<" not in text.replace(" ", "").replace("\n", "")


def test_nodes_that_nobody_placed_are_laid_out(call: Line, tmp_path: Path) -> None:
    sizes = []
    for name, design in (
        ("many", replace(iris_mlp(), view={})),
        ("one", add(Design(), "Dense", "dense")),
    ):
        path, out = tmp_path / f"{name}.loom", tmp_path / f"{name}.svg"
        save(design, path)
        sizes.append(call("export", path, "-o", out, "--json").json["width"] - 64)
    assert sizes[0] > 4 * sizes[1]


def test_an_empty_design_is_refused(call: Line, tmp_path: Path) -> None:
    path = tmp_path / "empty.loom"
    save(Design(), path)
    assert "empty.loom: the design is empty" in call.wrong("export", path, "-o", tmp_path / "x.svg")


def test_no_display_is_needed(file: Path, tmp_path: Path) -> None:
    gone = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    clean = {name: value for name, value in os.environ.items() if name not in gone}
    out = tmp_path / "picture.png"
    command = [sys.executable, "-m", "designer", "export", str(file), "-o", str(out), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=clean, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["width"] == QImage(str(out)).width()
