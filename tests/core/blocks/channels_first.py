"""PyTorch's layout, channels behind the batch, and back, for tests that compare with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def first(x: np.ndarray) -> torch.Tensor:
    """``[B, ..., C]`` as PyTorch's ``[B, C, ...]``."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, -1, 1)))


def last(x: torch.Tensor) -> np.ndarray:
    """PyTorch's ``[B, C, ...]`` as ``[B, ..., C]``."""
    return np.moveaxis(x.numpy(), 1, -1)


def kernel(value: Any) -> torch.Tensor:
    """A kernel ``[*size, in, out]`` as PyTorch's ``[out, in, *size]``."""
    array = np.asarray(value[...])
    axes = tuple(range(array.ndim - 2))
    turned = array.transpose(array.ndim - 1, array.ndim - 2, *axes)
    return torch.from_numpy(np.ascontiguousarray(turned))


def vector(value: Any) -> torch.Tensor | None:
    """A bias, where there is one."""
    return None if value is None else torch.from_numpy(np.array(value[...]))
