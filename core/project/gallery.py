"""The examples that come with Layerloom."""

from __future__ import annotations

from pathlib import Path

from core.project.file import SUFFIX

FOLDER = Path(__file__).parents[2] / "projects"


def examples() -> dict[str, Path]:
    """The example projects by name."""
    return {path.stem: path for path in sorted(FOLDER.glob(f"*{SUFFIX}"))}
