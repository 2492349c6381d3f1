"""What can be added is known by its kind: a block's saved name, ``group:ID`` or ``file:PATH``."""

from __future__ import annotations

from pathlib import Path

_GROUP, _FILE = "group:", "file:"


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
