"""Brings the content of older project files to the present format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.errors import InputError

FORMAT_VERSION = 2


def _frames_into_view(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 called frames groups; version 2 keeps them with the view, and has real groups."""
    frames, view = content.get("groups", []), content.get("view", {})
    if not frames or not isinstance(view, dict):
        return content
    return {**content, "groups": [], "view": {**view, "frames": frames}}


# From each older version to the next one.
STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _frames_into_view}


def migrate(content: dict[str, Any], where: str) -> dict[str, Any]:
    """The content in the present format. Raises InputError for a version nobody here knows."""
    version = content.get("layerloom")
    if version is None:
        raise InputError(
            f'{where} is not a Layerloom project: it has no "layerloom" version',
            "Open a .loom file that Layerloom saved; `layerloom gallery` copies an example.",
        )
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise InputError(f"{where} has the format version {version!r}, which never existed")
    if version > FORMAT_VERSION:
        raise InputError(
            f"{where} has format version {version}, newer than the {FORMAT_VERSION} known here",
            "Update Layerloom to open it.",
        )
    while version < FORMAT_VERSION:
        content = STEPS[version](content)
        version += 1
    return content
