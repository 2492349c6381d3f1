"""The convolutional LSTM over sequences of images."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import RNGS, Call, call
from core.blocks.recurrent import OUTPUT_HELP, OUTPUTS
from core.blocks.weights import Weighted
from core.blocks.windows import Window, per_axis
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class ConvLSTM(Weighted):
    """Reads a sequence of images with an LSTM whose matrix products are convolutions.

    i, f, g, o = split(x * W + h * U + b), where * is a convolution; c' = sigmoid(f) c +
    sigmoid(i) tanh(g); h' = sigmoid(o) tanh(c'), starting from h = c = 0. The output is h. The
    convolution of the state keeps its size; strides and padding are those of the input's. There
    are no connections from c to the gates.

    Input ``[B, T, H, W, C]`` float32; output ``[B, H', W', filters]`` (last step) or
    ``[B, T, H', W', filters]`` (all steps), with H' and W' as after a convolution. Weights W
    ``[kh, kw, C, 4 filters]``, U ``[kh, kw, filters, 4 filters]``, bias ``[4 filters]``:
    4 filters (kh kw (C + filters) + 1) values.

    Source: Shi et al., Convolutional LSTM network, 2015.
    """

    kind = "ConvLSTM"
    label = "Convolutional LSTM"
    family = "Recurrent"
    keywords = ("convlstm", "convlstm2d", "video", "frames", "sequence of images", "nowcasting")
    inputs = (port("input", 5),)
    example = {"input": (3, 5, 4, 2)}
    formula = (
        "i, f, g, o = split(x ∗ W + h ∗ U + b)\nc' = σ(f) c + σ(i) tanh(g)\nh' = σ(o) tanh(c')"
    )

    filters: int = param(
        32, label="Filters", help="Number of channels of the state, and of the output.", minimum=1
    )
    kernel_size: tuple[int, ...] = param(
        (3,),
        label="Kernel size",
        help="Extent of the filters over the image: one number for both axes, or one for each.",
        minimum=1,
    )
    strides: tuple[int, ...] = param(
        (1,),
        label="Strides",
        help="Step between two places of the kernel: one number for both axes, or one for each.",
        minimum=1,
    )
    padding: str = param(
        "SAME",
        label="Padding",
        help="SAME pads the edges, so that stride 1 keeps the size; "
        "VALID uses only places where the kernel fits whole.",
        choices=("SAME", "VALID"),
    )
    use_bias: bool = param(True, label="Bias", help="Add a trained bias to each gate.")
    output: str = param("last step", label="Output", help=OUTPUT_HELP, choices=OUTPUTS)

    def infer(self, input: Tensor) -> Tensor:
        places = self._window(input).places(_image(input))
        steps = input.sizes[:1] if self.output == "all steps" else ()
        return input.with_sizes(*steps, *places, self.filters)

    def parameters(self, input: Tensor) -> int:
        area = self._window(input).area
        return 4 * self.filters * (area * (input.features + self.filters) + self.use_bias)

    def flops(self, input: Tensor) -> int:
        window = self._window(input)
        states = math.prod(window.places(_image(input))) * self.filters
        gates = 4 * (2 * window.area * (input.features + self.filters) + 1 + self.use_bias)
        return input.sizes[0] * states * (gates + 9)

    def layer(self, input: Tensor) -> Call:
        size = self._window(input).size
        of_input = call(
            "nnx.Conv",
            input.features,
            4 * self.filters,
            kernel_size=size,
            strides=self._window(input).strides,
            padding=self.padding,
            use_bias=self.use_bias,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )
        of_state = call(
            "nnx.Conv",
            self.filters,
            4 * self.filters,
            kernel_size=size,
            use_bias=False,
            kernel_init=call("nnx.initializers.orthogonal"),
            **self.dtype_options(),
            rngs=RNGS,
        )
        every = self.output == "all steps"
        return call("layers.ConvLSTM", of_input, of_state, all_steps=every)

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(super().forward(input=input))

    def _window(self, input: Tensor) -> Window:
        image = _image(input)
        return Window(
            "Kernel size",
            per_axis(self.kernel_size, image, "Kernel size"),
            per_axis(self.strides, image, "Strides"),
            (1, 1),
            self.padding,
        )


def _image(input: Tensor) -> Tensor:
    """One image of the sequence."""
    return input.with_sizes(*input.sizes[1:])
