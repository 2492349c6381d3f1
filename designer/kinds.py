"""What can be added is known by its kind.

That is a block's saved name, ``group:ID``, ``file:PATH`` or ``ready:NAME``.
"""

from __future__ import annotations

from pathlib import Path

_GROUP, _FILE, _READY = "group:", "file:", "ready:"


def group_kind(group: str) -> str:
    """The kind of a group of the design."""
    return f"{_GROUP}{group}"


def file_kind(path: Path) -> str:
    """The kind of a block of the user's library."""
    return f"{_FILE}{path}"


def group_of_kind(kind: str) -> str | None:
    """The id of the group that a kind names; None for other kinds."""
    return kind.removeprefix(_GROUP) if kind.startswith(_GROUP) else None


def file_of_kind(kind: str) -> Path | None:
    """The file that a kind names; None for other kinds."""
    return Path(kind.removeprefix(_FILE)) if kind.startswith(_FILE) else None


def ready_kind(path: Path) -> str:
    """The kind of a group that comes with Layerloom."""
    return f"{_READY}{path.stem}"


def ready_of_kind(kind: str) -> str | None:
    """The name of the ready group that a kind names; None for other kinds."""
    return kind.removeprefix(_READY) if kind.startswith(_READY) else None
