"""Writes the ready groups that the palette offers, ``resources/groups/*.loomblock``.

Run it as ``python -m tools.ready_groups``; it needs Qt, for the sizes of the nodes, but no display.
"""

from __future__ import annotations

import os
from functools import partial

from core.design import edits, marks
from core.design.analysis import analyse
from core.design.document import Design
from core.design.layout import arranged
from core.design.layout.rows import folded
from core.design.levels import at_level, level
from core.design.outlook import outlook
from designer.library import READY, SUFFIX, file_stem, write_group
from tools.ready_groups.convolutions import convolutional_blocks
from tools.ready_groups.recipe import made
from tools.ready_groups.transformers import transformer_layers

_NOTE = (560.0, 112.0)
_NOTE_GAP = 72.0
# Width by height of a usual canvas, which the rows of nodes shall fill.
_SHAPE = 2.4


def tidy(design: Design, use: str, note: str) -> Design:
    """The design with the group's nodes arranged, and its note above them."""
    from designer.graph import GraphMaker
    from widgets.canvas.scene import CanvasScene
    from widgets.canvas.style import Style
    from widgets.theme import light

    inside = level(design, (use,))
    shown = outlook(analyse(design), inside, (use,))
    scene = CanvasScene(Style(light()))
    scene.show(GraphMaker().graph(shown, 0))
    sizes = {i: item.layout.rect.size().toTuple() for i, item in scene.nodes.items()}
    places = folded(inside, arranged(inside, sizes), sizes, _SHAPE)
    left, top = (min(place[axis] for place in places.values()) for axis in (0, 1))
    rect = (left, top - _NOTE[1] - _NOTE_GAP, *_NOTE)
    design = at_level((use,), partial(edits.move, positions=places))(design)
    return at_level((use,), partial(marks.add_note, text=note, rect=rect))(design)


def main() -> None:
    """Write every group anew."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from designer.qt_application import qt_application
    from widgets.fonts import load_fonts

    load_fonts(qt_application("the groups are laid out with Qt"))
    for recipe in (*transformer_layers(), *convolutional_blocks()):
        design, use = made(recipe)
        path = READY / f"{file_stem(recipe.title)}{SUFFIX}"
        write_group(tidy(design, use, recipe.note), use, path)


if __name__ == "__main__":
    main()
