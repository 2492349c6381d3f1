"""Writes a design as a Python file that needs nothing of Layerloom."""

from __future__ import annotations

import argparse
from typing import Any

from core.project.exported import (
    source_of,
    trained_source,
    trained_weights,
    write_arrays,
    write_code,
)
from core.project.file import load
from core.project.runs import find_run


def arguments(group: Any) -> None:
    """Python files have no options of their own."""


def export(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Write the code, with the weights of a run beside it where one is asked for."""
    design = load(options.file)
    if not options.run:
        source = source_of(design)
        write_code(options.output, source)
        return {"model": source.model}, f"wrote {options.output} (class {source.model})"
    _, run = find_run(options.file, options.run)
    source = trained_source(run)
    weights = options.output.with_suffix(".safetensors")
    arrays = trained_weights(source, run)
    write_code(options.output, source)
    write_arrays(weights, arrays)
    told = f"wrote {options.output} (class {source.model}) and {weights} (run {run.id})"
    return {"model": source.model, "run": run.id, "weights": str(weights)}, told
