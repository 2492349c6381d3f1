"""Brings another program's model into a project: the design as a file, its weights as a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.compile.imported import Imported
from core.compile.keras_in.converting import import_keras
from core.compile.onnx_in.converting import import_model
from core.compile.plan import layer_names
from core.design import edits
from core.design.analysis import Analysis, analyse
from core.design.document import Design
from core.errors import InputError, WorkError
from core.project.environment import environment
from core.project.file import SUFFIX, save, to_text
from core.project.runs import IMPORTED, WEIGHTS, Run, store_of
from core.project.weights import write_weights

# How files are read, by their suffix; files of any other suffix are taken for ONNX.
_READERS = {".keras": import_keras}
Places = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Taken:
    """What was written: the project file, the run with the weights (if there are any)."""

    imported: Imported
    file: Path
    run: Run | None
    parameters: int


def import_project(
    model: Path,
    output: Path,
    sizes: Mapping[str, int],
    arrange: Callable[[Analysis], Places],
) -> Taken:
    """Write a model as a project file, and its weights as a run in the store beside it.

    It is a Keras model if its suffix is .keras, else one of ONNX.

    ``sizes`` are numbers for dimensions that the model leaves open, ``arrange`` says where the
    nodes stand. The design begins training with these weights. Raises InputError or WorkError.
    """
    if output.suffix != SUFFIX:
        raise InputError(f"{output} is no project file", f"Give it the suffix {SUFFIX}.")
    if not output.parent.is_dir():
        raise InputError(f"the folder {output.parent} does not exist", "Make it first.")
    read = _READERS.get(model.suffix.lower(), import_model)
    imported = read(model, sizes)
    analysis = analyse(imported.design)
    design = edits.move(imported.design, dict(arrange(analysis)))
    arrays = named(imported, analysis)
    run = None
    if arrays:
        run = _kept(design, output, arrays, model)
        design = edits.set_recipe(design, {**design.recipe, "initial_weights": run.id})
    save(design, output)
    parameters = sum(r.parameters for r in analysis.nodes.values())
    return Taken(replace(imported, design=design), output, run, parameters)


def named(imported: Imported, analysis: Analysis) -> dict[str, np.ndarray]:
    """The weights as runs name them: ``attribute.kernel``."""
    names = layer_names(analysis)
    return {
        f"{names[node]}.{name}": array
        for node, arrays in imported.weights.items()
        for name, array in arrays.items()
    }


def _kept(design: Design, output: Path, arrays: dict[str, np.ndarray], model: Path) -> Run:
    store = store_of(output)
    run = store.create(output.stem, to_text(design), environment=environment())
    try:
        write_weights(run.directory / WEIGHTS, arrays)
    except OSError as error:
        raise WorkError(
            f"the weights could not be written to {run.directory}: {error.strerror or error}",
            "Free some space, or choose another folder.",
        ) from error
    summary: dict[str, Any] = {"source": model.name, "parameters": _size(arrays)}
    store.set_status(run, IMPORTED, summary)
    return store.get(run.id)


def _size(arrays: Mapping[str, np.ndarray]) -> int:
    return sum(array.size for array in arrays.values())
