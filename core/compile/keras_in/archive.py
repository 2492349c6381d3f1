"""Takes a .keras file apart, trusting nothing in it: sizes are limited and nothing is unpacked."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
REMEDY = "Save the model again with model.save('model.keras')."
_MOST_TEXT = 64 * 2**20
_MOST_WEIGHTS = 8 * 2**30
# Weights hardly shrink when they are packed; what shrinks more is made to fill the memory.
_MOST_PACKED, _SMALL = 100, 64 * 2**20


@dataclass(frozen=True)
class Archive:
    """The members of a .keras file: its configuration, the Keras that wrote it, an HDF5 file."""

    config: dict[str, Any]
    version: str
    weights: bytes


def read_archive(path: Path) -> Archive:
    """The members of a file. Raises InputError naming the file and what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as zipped:
            metadata = _object(zipped, METADATA, path)
            config = _object(zipped, CONFIG, path)
            version = str(metadata.get("keras_version", ""))[:40]
            if version.split(".")[0] in ("0", "1", "2"):
                raise InputError(
                    f"{path} was saved by Keras {version}, which is too old",
                    "Load it with Keras 3, and save it again as a .keras file.",
                )
            return Archive(config, version, _member(zipped, WEIGHTS, path, _MOST_WEIGHTS))
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "Check the path.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder", "Name a .keras file in it.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise InputError(f"{path} is no .keras file, or is cut off", REMEDY) from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


def _member(zipped: zipfile.ZipFile, name: str, path: Path, most: int) -> bytes:
    try:
        info = zipped.getinfo(name)
    except KeyError:
        raise InputError(f"{path} has no {name}", REMEDY) from None
    if info.flag_bits & 1:
        raise InputError(f"{name} in {path} is encrypted", REMEDY)
    packed = info.file_size > _SMALL and info.file_size > _MOST_PACKED * max(info.compress_size, 1)
    if info.file_size > most or packed:
        raise InputError(
            f"{name} in {path} would unpack to {info.file_size:,} bytes, too many to be a model",
            REMEDY,
        )
    with zipped.open(info) as member:
        return member.read(info.file_size + 1)


def _object(zipped: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    raw = _member(zipped, name, path, _MOST_TEXT)
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise InputError(f"{name} in {path} cannot be read as JSON", REMEDY) from None
    if not isinstance(found, dict):
        raise InputError(f"{name} in {path} is no JSON object", REMEDY)
    return found
