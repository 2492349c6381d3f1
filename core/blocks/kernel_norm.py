"""Kernels that are normalised before each use: weight and spectral normalization.

Not a block itself but a choice of the blocks with one kernel.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import ShapeError
from core.blocks.call import RNGS, Call, call
from core.blocks.given_weights import GivenWeights
from core.params import param

NORM_KEYWORDS = ("weight normalization", "weightnorm", "spectral normalization", "spectralnorm")


@dataclass(frozen=True)
class NormedKernel(GivenWeights):
    """Base of blocks whose one kernel (``kernel``, units last) may be normalised.

    Sources: Salimans and Kingma, Weight normalization, 2016; Miyato et al., Spectral normalization
    for generative adversarial networks, 2018.
    """

    kernel_norm: str = param(
        "none",
        label="Kernel normalization",
        help="weight_norm trains the length of each unit's weights apart from their direction; "
        "spectral_norm divides the kernel by its largest singular value, so that the layer "
        "stretches nothing by more than 1.",
        choices=("none", "weight_norm", "spectral_norm"),
        advanced=True,
    )

    @property
    def changes_while_training(self) -> bool:  # type: ignore[override]
        """Spectral normalization follows the kernel's singular vectors."""
        return self.kernel_norm == "spectral_norm"

    def check_kernel(self, shape: tuple[int, ...], use_bias: bool) -> None:
        """Raise ShapeError for given numbers that do not fit, and a kernel without direction."""
        self.check_given(shape, use_bias)
        if self.kernel_norm != "none" and self._starts_at_zero(shape[-1]):
            raise ShapeError(
                f"{self.kernel_norm} needs a direction, and a kernel of zeros has none",
                "Choose another kernel initialiser or other values, or no kernel normalization.",
            )

    def _starts_at_zero(self, units: int) -> bool:
        """Whether all weights of some unit start at zero."""
        if len(self.kernel_values) > 1:
            return any(not any(self.kernel_values[n::units]) for n in range(units))
        return self.kernel_values == (0.0,) or (
            not self.kernel_values and self.kernel_init == "zeros"
        )

    def norm_parameters(self, units: int) -> int:
        """Number of trained values that the normalization adds: a length for each unit."""
        return units if self.kernel_norm == "weight_norm" else 0

    def with_kernel_norm(self, layer: Call) -> Call:
        """The call that builds the layer with its kernel normalised as chosen."""
        if self.kernel_norm == "weight_norm":
            return call("layers.WeightNorm", layer)
        if self.kernel_norm == "spectral_norm":
            return call("layers.SpectralNorm", layer, rngs=RNGS)
        return layer
