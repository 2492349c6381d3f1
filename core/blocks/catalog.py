"""The catalogue of blocks: those of this package, found by walking it, and of enabled plugins."""

from __future__ import annotations

from functools import cache

from core.blocks.block import Block
from core.errors import InputError
from core.plugins import advice, loaded
from core.registry import kinds


@cache
def blocks() -> dict[str, type[Block]]:
    """Every block class by its saved kind name."""
    own = kinds("core.blocks", Block)
    return own | {kind: cls for plugin in loaded() for kind, cls in plugin.blocks.items()}


def block(kind: str) -> type[Block]:
    """The block class of this kind. Raises InputError for a kind nobody knows."""
    found = blocks().get(kind)
    if found is None:
        hint = advice(kind) or "A newer Layerloom may know it; see `doctor`."
        raise InputError(f"unknown block {kind!r}", hint)
    return found
