"""Blocks that change the extent of sequences, images and volumes: Upsample, ZeroPad and Crop."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.windows import SIDES_HELP, per_axis, per_side
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Upsample(Block):
    """Makes each axis a whole number of times as long, by repetition or interpolation.

    nearest repeats every value. bilinear interpolates linearly along each axis: output place q
    lies at (q + 1/2) / factor - 1/2 of the input, and the edge values go on outside. (PyTorch
    calls this linear, bilinear or trilinear with align_corners=False.)

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, each
    ``factors`` times as long. No weights.

    Source: Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts, 2016.
    """

    kind = "Upsample"
    label = "Upsample"
    family = "Shape"
    keywords = (
        "resize",
        "interpolate",
        "bilinear",
        "nearest",
        "enlarge",
        "upsampling2d",
        "pixel shuffle",
        "depth to space",
    )
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (4, 3, 2)}
    formula = "nearest: y[q] = x[⌊q / factor⌋]; bilinear: y[q] = x at (q + ½) / factor − ½"

    factors: tuple[int, ...] = param(
        (2,),
        label="Factors",
        help="How many times as long: one number for all axes, or one for each.",
        minimum=1,
    )
    method: str = param(
        "nearest",
        label="Method",
        help="nearest repeats values; bilinear interpolates between them.",
        choices=("nearest", "bilinear"),
    )

    def _factors(self, input: Tensor) -> tuple[int, ...]:
        return per_axis(self.factors, input, "Factors")

    def infer(self, input: Tensor) -> Tensor:
        sizes = (n * f for n, f in zip(input.sizes, self._factors(input), strict=False))
        return input.with_sizes(*sizes, input.features)

    def flops(self, input: Tensor) -> int:
        if self.method == "nearest":
            return 0
        neighbours = 2 ** sum(f > 1 for f in self._factors(input))
        return 2 * neighbours * self.infer(input).size

    def forward(self, input: Tensor) -> Call:
        if self.method == "bilinear":
            return call("layers.upsample_linear", Name("input"), self._factors(input))
        value: Call | Name = Name("input")
        for axis, factor in enumerate(self._factors(input), start=1):
            value = call("jnp.repeat", value, factor, axis=axis)
        assert isinstance(value, Call)
        return value


@dataclass(frozen=True)
class ZeroPad(Block):
    """Adds zeros around sequences, images and volumes.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, each
    as much longer as its pads before and after. No weights.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
    """

    kind = "ZeroPad"
    label = "Zero padding"
    family = "Shape"
    keywords = ("pad", "border", "margin", "zeropadding2d", "edges")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (4, 4, 2)}
    formula = "y[p + before] = x[p], 0 elsewhere"

    pads: tuple[int, ...] = param(
        (1,),
        label="Pads",
        help=f"Zeros to add: {SIDES_HELP}",
        minimum=0,
    )

    def infer(self, input: Tensor) -> Tensor:
        sides = per_side(self.pads, input, "Pads")
        sizes = (n + sum(both) for n, both in zip(input.sizes, sides, strict=False))
        return input.with_sizes(*sizes, input.features)

    def forward(self, input: Tensor) -> Call:
        sides = per_side(self.pads, input, "Pads")
        return call("jnp.pad", Name("input"), ((0, 0), *sides, (0, 0)))


@dataclass(frozen=True)
class Crop(Block):
    """Cuts elements off the edges of sequences, images and volumes.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, each
    as much shorter as is cut off before and after. No weights.

    Source: Ronneberger, Fischer and Brox, U-Net: convolutional networks for biomedical image
    segmentation, 2015.
    """

    kind = "Crop"
    label = "Crop"
    family = "Shape"
    keywords = ("cut", "cropping2d", "trim", "border", "slice")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (5, 5, 2)}
    formula = "y[p] = x[p + before]"

    crop: tuple[int, ...] = param(
        (1,),
        label="Crop",
        help=f"Elements to cut off: {SIDES_HELP}",
        minimum=0,
    )

    def infer(self, input: Tensor) -> Tensor:
        sides = per_side(self.crop, input, "Crop")
        for length, both in zip(input.sizes, sides, strict=False):
            if sum(both) >= length:
                raise ShapeError(
                    f"Crop takes {sum(both)} off an axis of {length} of the input {input}, "
                    "and nothing is left",
                    f"Cut off at most {length - 1} in all on this axis.",
                )
        sizes = (n - sum(both) for n, both in zip(input.sizes, sides, strict=False))
        return input.with_sizes(*sizes, input.features)

    def forward(self, input: Tensor) -> Call:
        value: Call | Name = Name("input")
        for axis, (before, after) in enumerate(per_side(self.crop, input, "Crop"), start=1):
            end = input.sizes[axis - 1] - after
            value = call("jax.lax.slice_in_dim", value, before, end, axis=axis)
        assert isinstance(value, Call)
        return value
