"""Asks where code and weights shall be written, and writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from core.compile.source import write_source
from core.design.analysis import Analysis
from core.project.exported import trained_source, trained_weights, write_arrays, write_code
from core.project.runs import Run


def export_code(analysis: Analysis, propose: Callable[[str], Path], parent: QWidget) -> Path | None:
    """Write the design as Python code; returns the file, None if the user says no.

    Raises InputError for a design with errors, and where the file cannot be written.
    """
    source = write_source(analysis)
    path = _ask("Export code", propose("py"), "Python files (*.py)", parent)
    if path is not None:
        write_code(path, source)
    return path


def export_weights(run: Run, propose: Callable[[str], Path], parent: QWidget) -> Path | None:
    """Write the weights of a run, called as in the code of the design that it trained.

    Returns the file, None if the user says no. Raises InputError.
    """
    arrays = trained_weights(trained_source(run), run)
    path = _ask("Export weights", propose("safetensors"), "Weights (*.safetensors)", parent)
    if path is not None:
        write_arrays(path, arrays)
    return path


def _ask(title: str, proposed: Path, filters: str, parent: QWidget) -> Path | None:
    name, _ = QFileDialog.getSaveFileName(parent, title, str(proposed), filters)
    if not name:
        return None
    return Path(name) if Path(name).suffix else Path(name).with_suffix(proposed.suffix)
