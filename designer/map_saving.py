"""Saves an attribution as a picture or as numbers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import WorkError
from core.explain.attribution.map import Attribution
from core.project.file import write_atomically, writing
from widgets.pictures.attribution_view import AttributionView

_FILTERS = {"png": "Pictures (*.png)", "npz": "NumPy arrays (*.npz)"}


def ask_and_save(view: AttributionView, kind: str, folder: Path, parent: QWidget) -> str:
    """Ask for a file and save what is shown, as ``png`` or ``npz``; returns what to tell.

    Raises WorkError naming the file that cannot be written.
    """
    shown = view.shown
    if shown is None:
        return ""
    sample = "own" if shown.is_own else shown.number + 1
    start = folder / f"{shown.method}_{sample}.{kind}"
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save map", str(start), _FILTERS[kind])
    if not chosen:
        return ""
    file = Path(chosen)
    file = file if file.suffix else file.with_suffix(f".{kind}")
    if kind == "npz":
        save_numbers(shown, file)
    elif not view.picture().save(str(file), "PNG"):
        raise WorkError(f"{file} cannot be written", "Choose another folder.")
    return f"Saved {file.name}"


def save_numbers(shown: Attribution, file: Path) -> None:
    """Write ``values``, ``sample`` and ``about``, which is JSON, into an .npz file."""
    arrays: dict[str, Any] = {"about": np.array(json.dumps(shown.to_json())), **shown.arrays()}
    content = io.BytesIO()
    np.savez(content, **arrays)
    with writing(file):
        write_atomically(file, content.getvalue())
