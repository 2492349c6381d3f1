"""Weights as named arrays on disk: those of a run, or of any safetensors file. No JAX."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.errors import InputError
from core.project.file import write_atomically
from core.project.runs import CHECKPOINT, WEIGHTS, Run

_OF_CHECKPOINT = ("param/", "rest/")


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file by name. Raises InputError naming the file."""
    try:
        return load_file(path)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "Choose a .safetensors file.") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError(
            f"{path} is no readable safetensors file: {error}",
            "Export the weights again.",
        ) from None


def run_weights(run: Run) -> dict[str, np.ndarray]:
    """The final weights of a run, or its last checkpoint's, named ``attribute.kernel``.

    Raises InputError.
    """
    path = run.directory / WEIGHTS
    if path.is_file():
        return read_weights(path)
    saved = read_weights(run.directory / CHECKPOINT)
    return {
        name.partition("/")[2]: value
        for name, value in saved.items()
        if name.startswith(_OF_CHECKPOINT) and np.issubdtype(value.dtype, np.floating)
    }


def write_weights(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays as safetensors, never half. Raises OSError."""
    owned = {name: np.array(value, order="C") for name, value in arrays.items()}
    write_atomically(path, save(owned))
