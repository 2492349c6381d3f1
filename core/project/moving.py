"""Takes a design to another folder so that it still finds its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.data.source import resolve, sources
from core.design.document import Design

_PLACES = ("path", "folder")


def moved(design: Design, old: Path, new: Path) -> Design:
    """A design whose relative data paths counted from ``old``, for a project file in ``new``."""
    source = design.data.get("source") if design.data else None
    if not isinstance(source, Mapping) or old.resolve() == new.resolve():
        return design
    kind = source.get("kind")
    known = sources().get(kind) if isinstance(kind, str) else None
    names = [p.name for p in known.params() if p.kind in _PLACES] if known else []
    changed = {
        name: _from(new, resolve(old, source[name]))
        for name in names
        if isinstance(source.get(name), str) and source[name].strip()
    }
    data: dict[str, Any] = {**(design.data or {}), "source": {**source, **changed}}
    return replace(design, data=data) if changed else design


def _from(folder: Path, place: Path) -> str:
    """A place as seen from a folder: relative if it is in there."""
    whole, root = place.resolve(), folder.resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)
