"""What the figures of layers are called in a run's record. No JAX."""

from __future__ import annotations

SERIES = "layer"


def point_name(node: str, figure: str) -> str:
    """The name of a point; ``node`` is what people call the node."""
    return f"{node}.{figure}"
