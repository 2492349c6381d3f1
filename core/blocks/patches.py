"""Cutting images into patches that a transformer reads as a sequence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.weights import Weighted
from core.blocks.windows import per_axis
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class PatchEmbedding(Weighted):
    """Cuts an image into patches and turns each into one vector of a sequence.

    Every patch is laid out and multiplied by one matrix, which is a convolution whose stride is its
    kernel.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32, output
    ``[B, patches, features]``, the patches in row-major order. Each axis must be a multiple of the
    patch. Weights ``[*patch, C, features]``, bias ``[features]``.

    Source: Dosovitskiy et al., An image is worth 16x16 words, 2021.
    """

    kind = "PatchEmbedding"
    label = "Patch embedding"
    family = "Attention"
    keywords = ("vit", "vision transformer", "patchify", "tokens", "tubelet", "convolution")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (8, 8, 3)}
    formula = "y[t] = flatten(patch t) W + b"

    patch_size: tuple[int, ...] = param(
        (4,),
        label="Patch size",
        help="Extent of a patch: one number for all axes, or one for each.",
        minimum=1,
    )
    features: int = param(64, label="Features", help="Length of each patch's vector.", minimum=1)
    use_bias: bool = param(True, label="Bias", help="Add a trained bias to each vector.")

    def patch(self, input: Tensor) -> tuple[int, ...]:
        """The extent of a patch along each axis. Raises ShapeError."""
        return per_axis(self.patch_size, input, "Patch size")

    def infer(self, input: Tensor) -> Tensor:
        patch = self.patch(input)
        for length, extent in zip(input.sizes, patch, strict=False):
            if length % extent:
                raise ShapeError(
                    f"patches of {extent} do not fill an axis of {length} of the input {input}",
                    f"Set Patch size to a divisor of {length}, or put ZeroPad or Crop before it.",
                )
        count = math.prod(n // k for n, k in zip(input.sizes, patch, strict=False))
        return input.with_sizes(count, self.features)

    def parameters(self, input: Tensor) -> int:
        weights = math.prod(self.patch(input)) * input.features
        return (weights + self.use_bias) * self.features

    def flops(self, input: Tensor) -> int:
        weights = math.prod(self.patch(input)) * input.features
        return self.infer(input).size * (2 * weights + self.use_bias)

    def layer(self, input: Tensor) -> Call:
        patch = self.patch(input)
        return call(
            "nnx.Conv",
            input.features,
            self.features,
            kernel_size=patch,
            strides=patch,
            padding="VALID",
            use_bias=self.use_bias,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        sequence = (-1, *self.infer(input).sizes)
        return self.as_float32(call("jnp.reshape", call(LAYER, Name("input")), sequence))
