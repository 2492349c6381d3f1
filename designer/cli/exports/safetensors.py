"""Writes the weights of a run or untrained ones, called as in the exported Python file."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from core.design.analysis import analyse
from core.design.document import Design
from core.project.exported import (
    called_as,
    source_of,
    trained_source,
    trained_weights,
    write_arrays,
)
from core.project.file import load
from core.project.runs import find_run
from designer.cli.exports.weights import chosen_network


def arguments(group: Any) -> None:
    """Weights have no options of their own."""


def export(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Write the weights of the chosen run or of the newest, or untrained ones."""
    design = load(options.file)
    if options.untrained:
        source, whose, run = source_of(design), "untrained", None
        arrays = called_as(source, _drawn(options, design))
    else:
        _, found = find_run(options.file, options.run)
        arrays, run = trained_weights(trained_source(found), found), found.id
        whose = f"of run {run}"
    write_arrays(options.output, arrays)
    return {"run": run, "arrays": len(arrays)}, (
        f"wrote {options.output} ({len(arrays)} arrays {whose})"
    )


def _drawn(options: argparse.Namespace, design: Design) -> dict[str, np.ndarray]:
    """Freshly drawn weights by their names in runs."""
    network, _ = chosen_network(options, analyse(design))
    from core.compile.weights import named_arrays

    return named_arrays(network)
