"""Reads and writes project files (``NAME.loom``)."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from core.design.document import Design
from core.errors import InputError, WorkError
from core.project.content import to_content
from core.project.json_text import pretty
from core.project.migrate import migrate
from core.project.reader import Reader

SUFFIX = ".loom"
# Nobody nests parameters this deep; it bounds the recursion of whatever walks over them.
DEEPEST = 64


def to_text(design: Design) -> str:
    """The text of the project file."""
    return pretty(to_content(design)) + "\n"


def save(design: Design, path: Path) -> None:
    """Write the project file atomically: the old one stays until the new one is whole on disk.

    Raises WorkError naming the file when it cannot be written.
    """
    try:
        content = to_text(design).encode("utf-8", "replace")
    except ValueError as error:
        raise WorkError(
            f"{path} could not be saved: {error}", "Correct the value that is not a finite number."
        ) from error
    try:
        write_atomically(path, content)
    except OSError as error:
        raise WorkError(
            f"{path} could not be saved: {error.strerror or error}",
            "Choose another folder, or free some space. The old file is unharmed.",
        ) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What is done inside writes ``path``; where it cannot be written, this raises WorkError."""
    try:
        yield
    except OSError as error:
        raise WorkError(
            f"{path} could not be written: {error.strerror or error}",
            "Choose another folder, or free some space.",
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside ``path``, flush to disk, then rename over it. Raises OSError.

    A link is followed, so that it stays one.
    """
    path = Path(os.path.realpath(path))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: Path) -> Design:
    """Read a project file. Raises InputError naming the file and what is wrong with it."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"{path} does not exist", "Check the path; `layerloom gallery` lists examples."
        ) from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder", "Name a .loom file in it.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return from_text(raw, str(path))


def from_text(raw: bytes | str, where: str) -> Design:
    """The design in a project file's text; ``where`` names the file in messages.

    Raises InputError.
    """
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        content = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        if "\\ud" in text.lower():
            json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{where} is not a Layerloom project: it holds half a character (\\ud...)",
            "Mend it in a text editor.",
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            f"{where} is not a Layerloom project: it is not UTF-8 text", "Open a .loom file."
        ) from None
    except json.JSONDecodeError as error:
        whole = text.rstrip().endswith("}")
        raise InputError(
            f"{where} is not a Layerloom project: {error.msg} "
            f"at line {error.lineno}, column {error.colno}",
            "Mend the JSON there."
            if whole
            else "The file looks cut off; take a copy from your backup or version control.",
        ) from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"{where} is not a Layerloom project: {error}") from None
    if _deeper_than(content, DEEPEST):
        raise InputError(
            f"{where} is not a Layerloom project: it is nested more than {DEEPEST} levels deep",
            "Open a .loom file.",
        )
    if not isinstance(content, dict):
        raise InputError(
            f"{where} is not a Layerloom project: it holds no JSON object", "Open a .loom file."
        )
    return Reader(where).design(migrate(content, where))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _deeper_than(content: Any, most: int) -> bool:
    level = [content]
    for _ in range(most):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        level = inner
    return bool(level)
