"""Draws a design as SVG, PNG or PDF."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path
from typing import Any

from core.design.analysis import Analysis, analyse
from core.design.layout import arranged
from core.design.outlook import outlook
from core.errors import InputError
from core.project.facts import data_facts
from core.project.file import load
from designer.qt_application import qt_application

MAX_SCALE = 4.0


def arguments(group: Any) -> None:
    """Declare the options of pictures."""
    ground = group.add_mutually_exclusive_group()
    ground.add_argument("--white", action="store_true", help="light colours on white")
    ground.add_argument("--transparent", action="store_true", help="no background")
    group.add_argument("--theme", choices=("dark", "light"), default="light")
    group.add_argument(
        "--scale", type=_scale, default=2.0, help=f"pixels of a PNG per unit, 1 to {MAX_SCALE:g}"
    )


def export(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Draw it; no display is needed. Returns what is told as JSON and as text."""
    design = load(options.file)
    if not design.nodes:
        raise InputError(
            f"{options.file}: the design is empty, there is nothing to draw",
            "Add a block to it first.",
        )
    analysis = analyse(design, data_facts(design, options.file.parent))
    shown = outlook(analysis, design, ())
    background = "white" if options.white else "transparent" if options.transparent else "theme"
    width, height = draw(
        shown, options.output, options.form, options.theme, background, options.scale
    )
    told = f"wrote {options.output} ({width} x {height} pixels)"
    return {"width": width, "height": height}, told


def draw(
    analysis: Analysis,
    path: Path,
    form: str,
    theme: str = "light",
    background: str = "theme",
    scale: float = 2.0,
) -> tuple[int, int]:
    """Write the picture of a design; returns its size in pixels. Raises InputError."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = qt_application("pictures need Qt")
    from designer.graph import GraphMaker
    from widgets.canvas.export import Picture, render_to
    from widgets.canvas.scene import CanvasScene
    from widgets.canvas.style import Style
    from widgets.fonts import load_fonts
    from widgets.theme import dark, light

    load_fonts(app)
    scene = CanvasScene(Style(dark() if theme == "dark" else light()))
    scene.show(GraphMaker().graph(analysis, analysis.parameters))
    if len(set(map(analysis.design.position, analysis.design.nodes))) == 1:
        # Nobody has placed the nodes; they would all be drawn on one another.
        sizes = {i: item.layout.rect.size().toTuple() for i, item in scene.nodes.items()}
        scene.place(arranged(analysis.design, sizes))
    size = render_to(scene, path, Picture(background, scale=scale), form)
    return size.width(), size.height()


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 1 <= value <= MAX_SCALE:
        raise argparse.ArgumentTypeError(f"must be between 1 and {MAX_SCALE:g}, not {text!r}")
    return value
