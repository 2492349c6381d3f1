"""The catalogue of blocks, found by walking this package."""

from __future__ import annotations

from core.blocks.block import Block
from core.errors import InputError
from core.registry import kinds


def blocks() -> dict[str, type[Block]]:
    """Every block class by its saved kind name."""
    return kinds("core.blocks", Block)


def block(kind: str) -> type[Block]:
    """The block class of this kind. Raises InputError for a kind nobody knows."""
    found = blocks().get(kind)
    if found is None:
        raise InputError(f"unknown block {kind!r}", "A newer Layerloom may know it; see `doctor`.")
    return found
