"""Writes the weights of a run, called as in the exported Python file."""

from __future__ import annotations

import argparse
from typing import Any

from core.project.exported import trained_source, trained_weights, write_arrays
from core.project.file import load
from core.project.runs import find_run


def arguments(group: Any) -> None:
    """Weights have no options of their own."""


def export(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Write the weights of the chosen run, or of the newest."""
    load(options.file)
    _, run = find_run(options.file, options.run)
    arrays = trained_weights(trained_source(run), run)
    write_arrays(options.output, arrays)
    told = f"wrote {options.output} ({len(arrays)} arrays of run {run.id})"
    return {"run": run.id, "arrays": len(arrays)}, told
