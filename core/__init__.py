"""Everything Layerloom does without a window: designs, compiling, data, training, explaining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.project.project import Project, load

__all__ = ["Project", "load"]


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for, so that importing a part stays quick."""
    if name in __all__:
        from core.project import project

        return getattr(project, name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")
