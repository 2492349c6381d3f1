"""What choosing data changes in a design: the binding, and the columns that its nodes read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.blocks.inputs import Input
from core.data.dataset import Description
from core.design import edits
from core.design.document import Design
from core.design.problems import best_column, bind
from core.project.teacher import COLUMN


def choose_data(design: Design, data: Mapping[str, Any], found: Description) -> Design:
    """Bind the design to ``data`` and let its Input and Target nodes read what is ``found`` there.

    A node whose column is still there keeps it and takes over its shape. The others get the
    columns that no node reads yet, in order; nodes that shared a column share the new one, so that
    an autoencoder goes on to predict its own input. Where nothing on offer suits them, nodes stay.
    """
    design = edits.set_data(design, data)
    moved: dict[str, str] = {}
    for role, offered in (("input", found.inputs), ("target", found.targets)):
        readers = _readers(design, role)
        if data.get(COLUMN):
            readers = {i: block for i, block in readers.items() if block.column != COLUMN}
        used = {block.column for block in readers.values()}
        free = [name for name in offered if name not in used]
        for node, block in readers.items():
            column = _column(block, moved, found, free, offered)
            if not column:
                continue
            if block.column and block.column != column:
                moved[block.column] = column
            if block.column != column or block.infer() != found.columns[column]:
                design = bind(design, node, column, found.columns[column])
    return design


def stored_path(path: str | Path, project: Path | None) -> str:
    """How a path is saved: seen from the folder of the project file, with ``/`` between folders.

    It is absolute while there is no project file, and where the path lies neither below the
    project's folder nor beside it. A relative path is one that starts at that folder already.
    """
    text = os.path.expanduser(str(path).strip())
    if not text:
        return ""
    home = project.parent if project else Path.cwd()
    try:
        given = home / text
        # The last part is not resolved: a link beside the project is meant to stay one.
        full = given.resolve() if given.name == ".." else given.parent.resolve() / given.name
        if project is None:
            return full.as_posix()
        seen = Path(os.path.relpath(full, home.resolve()))
    except (OSError, RuntimeError, ValueError):
        # On another drive, or nothing that can be a path: reading it says what is wrong.
        return Path(text).as_posix()
    return full.as_posix() if seen.parts[:2] == ("..", "..") else seen.as_posix()


def _readers(design: Design, role: str) -> dict[str, Input]:
    """The Input or Target nodes in the order of the design, by id."""
    found = {}
    for key, node in design.nodes.items():
        block = node.instance[0] if node.instance else None
        if isinstance(block, Input) and block.role == role:
            found[key] = block
    return found


def _column(
    block: Input,
    moved: Mapping[str, str],
    found: Description,
    free: list[str],
    offered: tuple[str, ...],
) -> str:
    """The column that a node shall read, ``""`` if there is none for it; ``free`` is used up."""
    old = block.column
    before = old if old in found.columns else moved.get(old, "")
    if before and block.suits(found.columns[before]):
        return before
    if best := best_column(block, found.columns, free):
        free.remove(best)
        return best
    return best_column(block, found.columns, reversed(offered))
