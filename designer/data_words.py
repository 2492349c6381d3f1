"""How columns of data are described in words."""

from __future__ import annotations

from core.tensor import Tensor

NOTHING = "Choose the data that this design learns from: a built-in set or files of your own."


def column_text(name: str, tensor: Tensor) -> str:
    """``image [B, 8, 8, 1]``, ``label: 10 classes``, ``tokens [B, 32] int32, 45 ids``."""
    if tensor.classes and tensor.rank == 1:
        return f"{name}: {tensor.classes} classes"
    return f"{name} {tensor}" + (f", {tensor.classes} ids" if tensor.classes else "")
