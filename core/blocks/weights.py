"""What blocks with weights have in common: initialisers, penalties, constraints, freezing, dtype.

Not a block itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.blocks.block import Block, Learning
from core.blocks.call import Call, Name, call
from core.params import param

DEFAULT = "default"
# The field's names, and how Flax makes them. ``default`` is what the layer itself would take.
KERNEL_INITIALIZERS: Mapping[str, Call] = {
    "glorot_uniform": call("nnx.initializers.glorot_uniform"),
    "glorot_normal": call("nnx.initializers.glorot_normal"),
    "he_uniform": call("nnx.initializers.he_uniform"),
    "he_normal": call("nnx.initializers.he_normal"),
    "lecun_uniform": call("nnx.initializers.lecun_uniform"),
    "lecun_normal": call("nnx.initializers.lecun_normal"),
    "orthogonal": call("nnx.initializers.orthogonal"),
    "normal": call("nnx.initializers.normal", 0.02),
    "truncated_normal": call("nnx.initializers.truncated_normal", 0.02),
    "uniform": call("layers.uniform", 0.05),
    "zeros": call("nnx.initializers.zeros_init"),
    "ones": call("nnx.initializers.ones_init"),
}
BIAS_INITIALIZERS: Mapping[str, Call] = {
    name: KERNEL_INITIALIZERS[name] for name in ("zeros", "ones", "normal", "uniform")
}
_CONSTRAINTS = ("none", "max_norm", "unit_norm", "non_negative")
_DTYPES = ("float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Trained(Block):
    """Base of blocks with trained values that may be frozen."""

    trainable: bool = param(
        True,
        label="Trainable",
        help="Off: the weights are frozen, training leaves them as they are.",
        advanced=True,
    )

    @property
    def learning(self) -> Learning:
        return Learning(self.trainable)


@dataclass(frozen=True)
class WithKernel(Trained):
    """Base of blocks with kernels: how these start, what holds them back, what they compute in."""

    kernel_init: str = param(
        DEFAULT,
        label="Kernel initialiser",
        help="How the weights start: Glorot (Xavier), He and LeCun scale them by the number of "
        "inputs and outputs; normal has a deviation of 0.02, truncated_normal the same without "
        "what lies beyond 0.04, uniform goes from -0.05 to 0.05.",
        choices=(DEFAULT, *KERNEL_INITIALIZERS),
        advanced=True,
    )
    l1: float = param(
        0.0,
        label="L1",
        help="Adds this times the sum of all |weight| to the loss; biases are left alone.",
        minimum=0.0,
        advanced=True,
    )
    l2: float = param(
        0.0,
        label="L2",
        help="Adds this times the sum of all squared weights to the loss; biases are left alone.",
        minimum=0.0,
        advanced=True,
    )
    constraint: str = param(
        "none",
        label="Constraint",
        help="What the weights are held to after each step: max_norm and unit_norm limit the "
        "length of each unit's weight vector, non_negative sets negative weights to zero.",
        choices=_CONSTRAINTS,
        advanced=True,
    )
    norm_limit: float = param(
        2.0,
        label="Norm limit",
        help="Greatest length of a unit's weight vector under max_norm.",
        minimum=0.001,
        advanced=True,
    )
    dtype: str = param(
        "float32",
        label="Computes in",
        help="Number format of this layer's work; weights and what goes on stay float32.",
        choices=_DTYPES,
        advanced=True,
    )

    @property
    def learning(self) -> Learning:
        options = {"limit": self.norm_limit} if self.constraint == "max_norm" else {}
        held = None
        if self.constraint != "none":
            held = call(f"layers.{self.constraint}", Name("weights"), **options)
        return Learning(self.trainable, self.l1, self.l2, held)

    def kernel_options(self, name: str = "kernel_init") -> dict[str, Any]:
        """The option of a layer's call that sets the kernel's initialiser, if it is chosen."""
        return _chosen(name, self.kernel_init, KERNEL_INITIALIZERS)

    def dtype_options(self) -> dict[str, Any]:
        """The option of a layer's call that sets what it computes in, if that is not float32."""
        return {} if self.dtype == "float32" else {"dtype": Name(f"jnp.{self.dtype}")}

    def as_float32(self, value: Call) -> Call:
        """The layer's output as float32, whatever it is computed in."""
        return value if self.dtype == "float32" else call("layers.as_float32", value)


@dataclass(frozen=True)
class Weighted(WithKernel):
    """Base of blocks with kernels and biases."""

    bias_init: str = param(
        DEFAULT,
        label="Bias initialiser",
        help="How the biases start; zeros by default.",
        choices=(DEFAULT, *BIAS_INITIALIZERS),
        advanced=True,
    )

    def bias_options(self, name: str = "bias_init") -> dict[str, Any]:
        """The option of a layer's call that sets the bias's initialiser, if it is chosen."""
        return _chosen(name, self.bias_init, BIAS_INITIALIZERS)

    def weight_options(self) -> dict[str, Any]:
        """The options of a layer's call for initialisers and number format."""
        return {**self.kernel_options(), **self.bias_options(), **self.dtype_options()}


def _chosen(option: str, name: str, known: Mapping[str, Call]) -> dict[str, Any]:
    return {} if name == DEFAULT else {option: known[name]}
