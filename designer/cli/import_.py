"""Bring an ONNX or Keras model into a project file, with its weights as a run to start from."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.design.analysis import Analysis
from core.design.layout import arranged
from core.design.layout.rows import folded
from core.design.outlook import outlook
from core.errors import InputError
from core.project.importing import Taken, import_project
from designer.cli.output import DONE, print_json
from designer.qt_application import qt_application

# So many nodes are shown in one row; more are broken into rows that fill a view of this shape.
_ONE_ROW = 24
_VIEW = 1.6


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="an .onnx or a .keras file")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE.loom", help="the project to write"
    )
    parser.add_argument(
        "--size",
        action="append",
        default=[],
        metavar="NAME=N",
        help="a dimension that the model leaves open, such as sequence=128 "
        "(in Keras files INPUT.AXIS=128); may be repeated",
    )
    parser.add_argument("--force", action="store_true", help="replace FILE.loom if it exists")


def run(options: argparse.Namespace) -> int:
    """Import and tell."""
    _check(options.model.suffix.lower(), options.model)
    if options.output.exists() and not options.force:
        raise InputError(
            f"{options.output} exists already", "Choose another name with -o, or add --force."
        )
    taken = import_project(options.model, options.output, _sizes(options.size), _places)
    if options.json:
        print_json(report(taken))
    else:
        _tell(taken)
    return DONE


def _check(suffix: str, model: Path) -> None:
    """Raise InputError for files of other kinds, with what to make of them."""
    if suffix in (".pt", ".pth"):
        raise InputError(
            f"{model} is no ONNX or Keras file", "Export the model with torch.onnx.export first."
        )
    if suffix in (".h5", ".hdf5"):
        raise InputError(
            f"{model} is no ONNX or .keras file",
            "Load it with Keras 3 and save it again with model.save('model.keras').",
        )


def report(taken: Taken) -> dict[str, Any]:
    """What ``--json`` prints."""
    imported = taken.imported
    return {
        "file": str(taken.file),
        "name": imported.design.name,
        "run": taken.run.id if taken.run else None,
        "nodes": len(imported.design.nodes),
        "operators": imported.operators,
        "parameters": taken.parameters,
        "opset": imported.opset,
        "producer": imported.producer,
        "notes": list(imported.notes),
        "unsupported": [asdict(unread) for unread in imported.unread],
    }


def _sizes(texts: list[str]) -> dict[str, int]:
    found = {}
    for text in texts:
        name, equals, number = text.rpartition("=")
        if not equals or not number.isdecimal() or int(number[:9]) < 1 or len(number) > 6:
            raise InputError(
                f"--size {text!r} is not of the form NAME=N", "For example --size sequence=128."
            )
        found[name] = int(number)
    return found


def _places(analysis: Analysis) -> Mapping[str, tuple[float, float]]:
    """Where the nodes stand, by how large the canvas draws them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = qt_application("the layout of nodes needs Qt")
    from designer.graph import GraphMaker
    from widgets.canvas.scene import CanvasScene
    from widgets.canvas.style import Style
    from widgets.fonts import load_fonts
    from widgets.theme import light

    load_fonts(app)
    scene = CanvasScene(Style(light()))
    shown = outlook(analysis, analysis.design, ())
    scene.show(GraphMaker().graph(shown, analysis.parameters))
    sizes = {i: item.layout.rect.size().toTuple() for i, item in scene.nodes.items()}
    places = arranged(analysis.design, sizes)
    return places if len(places) <= _ONE_ROW else folded(analysis.design, places, sizes, _VIEW)


def _tell(taken: Taken) -> None:
    imported = taken.imported
    print(
        f"wrote {taken.file}: {len(imported.design.nodes)} nodes, {taken.parameters:,} parameters"
    )
    if taken.run:
        print(f"weights are in run {taken.run.id}")
    for note in imported.notes:
        print(f"note: {note}")
    for unread in imported.unread:
        operator = f"{unread.domain}.{unread.op}" if unread.domain else unread.op
        print(f"unsupported: {operator} at {unread.place} (node {unread.name}): {unread.reason}")
