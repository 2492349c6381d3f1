"""Designs that use the groups which come with Layerloom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.design import edits
from core.design.document import Design
from core.design.fragment import paste
from tests.grouped import called

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "groups"
TITLES = sorted(path.stem for path in FOLDER.glob("*.loomblock"))


def add_ready(design: Design, title: str, name: str, **params: Any) -> Design:
    """The design with one more use of a ready group, whose id is its name."""
    text = (FOLDER / f"{title}.loomblock").read_text("utf-8")
    design, (use,) = paste(design, text)
    design = called(design, use, name)
    return edits.set_params(design, name, **params)
