"""Weights that start from numbers which the user gives, in place of drawn ones.

Not a block itself but a choice of the blocks with one kernel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.blocks.block import ShapeError
from core.blocks.call import Call, call
from core.blocks.weights import Weighted
from core.params import param


@dataclass(frozen=True)
class GivenWeights(Weighted):
    """Base of blocks whose one kernel and bias may start from given numbers."""

    kernel_values: tuple[float, ...] = param(
        (),
        kind="floats",
        label="Kernel values",
        help="The weights to start from, in place of drawn ones: row by row, the last axis is that "
        "of the units. One number stands for all.",
        advanced=True,
    )
    bias_values: tuple[float, ...] = param(
        (),
        kind="floats",
        label="Bias values",
        help="The biases to start from, one for each unit; one number stands for all.",
        advanced=True,
    )

    def given_options(self, kernel: tuple[int, ...]) -> dict[str, Any]:
        """The options of a layer's call that start a kernel of this shape, and a bias, so."""
        given = {"kernel_init": (self.kernel_values, kernel)}
        given["bias_init"] = (self.bias_values, kernel[-1:])
        return {name: _starting(*both) for name, both in given.items() if both[0]}

    def check_given(self, kernel: tuple[int, ...], use_bias: bool) -> None:
        """Raise ShapeError unless there are as many numbers as the kernel, and the bias, have."""
        _check("Kernel values", self.kernel_values, kernel)
        if use_bias:
            _check("Bias values", self.bias_values, kernel[-1:])


def _check(label: str, values: tuple[float, ...], shape: tuple[int, ...]) -> None:
    count = math.prod(shape)
    if len(values) not in (0, 1, count):
        name = label.split()[0].lower()
        raise ShapeError(
            f"{label} has {len(values)} numbers, but the {name} {list(shape)} has {count}",
            f"Give {count} numbers, one that stands for all, or none.",
        )


def _starting(values: tuple[float, ...], shape: tuple[int, ...]) -> Call:
    if len(values) == 1:
        return call("nnx.initializers.constant", values[0])
    return call("nnx.initializers.constant", call("jnp.array", _nested(values, shape)))


def _nested(values: tuple[float, ...], shape: tuple[int, ...]) -> list[Any]:
    """The numbers as lists of lists, of the shape."""
    if len(shape) == 1:
        return list(values)
    step = len(values) // shape[0]
    parts = (values[n * step : (n + 1) * step] for n in range(shape[0]))
    return [_nested(part, shape[1:]) for part in parts]
