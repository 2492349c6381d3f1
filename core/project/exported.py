"""A design, or what a run trained, as Python code and as weights for it. No JAX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.compile.source import Source, exported_names, write_source
from core.design.analysis import analyse
from core.design.document import Design
from core.errors import InputError
from core.project.file import from_text, write_atomically
from core.project.runs import Run
from core.project.weights import run_weights, write_weights


def source_of(design: Design) -> Source:
    """The code of a design. Raises InputError naming the first error that the design has."""
    return write_source(analyse(design))


def trained_source(run: Run) -> Source:
    """The code of the design as it was when a run trained it. Raises InputError."""
    return source_of(from_text(run.snapshot, f"the design of run {run.id}"))


def trained_weights(source: Source, run: Run) -> dict[str, np.ndarray]:
    """A run's weights by the names that the code has for them. Raises InputError."""
    return called_as(source, run_weights(run))


def called_as(source: Source, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights that the code has, by its names for them."""
    return {new: arrays[old] for old, new in exported_names(source, arrays).items()}


def write_code(path: Path, source: Source) -> None:
    """Write the code, never half. Raises InputError."""
    try:
        write_atomically(path, source.text.encode())
    except OSError as error:
        raise _unwritten(path, error) from error


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write weights as safetensors, never half. Raises InputError."""
    try:
        write_weights(path, dict(arrays))
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path} cannot be written: {error.strerror or error}", "Choose another folder."
    )
