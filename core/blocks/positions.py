"""Blocks that tell a sequence's elements where they stand, and the token in front of them."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.weights import Trained, WithKernel
from core.params import param
from core.tensor import Tensor


def _base() -> float:
    return param(
        10000.0,
        label="Base",
        help="The slowest pair of features turns once in about 2 pi times this many elements.",
        minimum=1.0,
        advanced=True,
    )


@dataclass(frozen=True)
class PositionalEmbedding(WithKernel):
    """Adds a trained vector to each element of a sequence, one for each position.

    y[t] = x[t] + P[t].

    Input ``[B, T, F]`` float32, output the same shape. Weights P ``[length, F]``, where the length
    is T unless another one is set; there is no bias.

    Source: Gehring et al., Convolutional sequence to sequence learning, 2017.
    """

    kind = "PositionalEmbedding"
    label = "Positional embedding"
    family = "Attention"
    keywords = ("position", "learned positions", "transformer", "order")
    inputs = (port("input", 3),)
    keeps_elements = True
    example = {"input": (5, 4)}
    formula = "y[t] = x[t] + P[t]"

    length: int = param(
        0,
        label="Length",
        help="How many positions are known, at least as many as the sequence has; 0 is as many.",
        minimum=0,
    )

    def infer(self, input: Tensor) -> Tensor:
        if self.length and self.length < input.sizes[0]:
            raise ShapeError(
                f"the input {input} has {input.sizes[0]} elements, but only {self.length} "
                "positions are known",
                f"Set Length to {input.sizes[0]}, or to 0.",
            )
        return input

    def parameters(self, input: Tensor) -> int:
        return (self.length or input.sizes[0]) * input.features

    def flops(self, input: Tensor) -> int:
        return input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.Embed",
            self.length or input.sizes[0],
            input.features,
            **self.kernel_options("embedding_init"),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        places = call(LAYER, call("jnp.arange", input.sizes[0]))
        return call("jnp.add", Name("input"), self.as_float32(places))


@dataclass(frozen=True)
class SinusoidalEncoding(Block):
    """Adds fixed waves to each element of a sequence, so that its position can be read.

    y[t, 2 i] = x[t, 2 i] + sin(t / base^(2 i / F)); y[t, 2 i + 1] = x[t, 2 i + 1] +
    cos(t / base^(2 i / F)), with positions t from 0.

    Input ``[B, T, F]`` float32, output the same shape. No weights.

    Source: Vaswani et al., Attention is all you need, 2017.
    """

    kind = "SinusoidalEncoding"
    label = "Sinusoidal encoding"
    family = "Attention"
    keywords = ("position", "positional encoding", "sine", "transformer", "order")
    inputs = (port("input", 3),)
    keeps_elements = True
    example = {"input": (5, 4)}
    formula = (
        "y[t, 2i] = x[t, 2i] + sin(t / base^(2i / F))\n"
        "y[t, 2i + 1] = x[t, 2i + 1] + cos(t / base^(2i / F))"
    )

    base: float = _base()

    def infer(self, input: Tensor) -> Tensor:
        return input

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        length, features = input.sizes
        return call("jnp.add", Name("input"), call("layers.waves", length, features, self.base))


@dataclass(frozen=True)
class RotaryEmbedding(Block):
    """Turns pairs of features by their position, so that products of two see their distance.

    Pair i at position t turns by the angle a = t / base^(2 i / D): (u, v) becomes
    (u cos a - v sin a, u sin a + v cos a), with positions t from 0. Pairs are neighbours, as in the
    paper, or D / 2 apart, as in LLaMA.

    Input ``[B, T, D]`` or ``[B, T, heads, D]`` float32 with D even, output the same shape. No
    weights. Multi-head attention can do the same to its queries and keys by itself.

    Source: Su et al., RoFormer: Enhanced transformer with rotary position embedding, 2021.
    """

    kind = "RotaryEmbedding"
    label = "Rotary embedding"
    family = "Attention"
    keywords = ("rope", "position", "rotary positions", "transformer", "relative")
    inputs = (port("input", 3, 4),)
    keeps_elements = True
    example = {"input": (5, 4)}
    formula = "(u, v) → (u cos a - v sin a, u sin a + v cos a),  a = t / base^(2i / D)"

    base: float = _base()
    pairs: str = param(
        "neighbours",
        label="Pairs",
        help="Which features turn together: neighbours, or those half of the features apart.",
        choices=("neighbours", "halves"),
        advanced=True,
    )

    def infer(self, input: Tensor) -> Tensor:
        if input.features % 2:
            raise ShapeError(
                f"the input {input} has {input.features} features, which make no pairs",
                "Give it an even number of features, for example with a Dense before it.",
            )
        return input

    def flops(self, input: Tensor) -> int:
        return 3 * input.size

    def forward(self, input: Tensor) -> Call:
        options = {"halves": True} if self.pairs == "halves" else {}
        return call("layers.turned_pairs", Name("input"), self.base, **options)


@dataclass(frozen=True)
class ClassToken(Trained):
    """Puts a trained vector before a sequence, in which a transformer gathers what it is about.

    Input ``[B, T, F]`` float32, output ``[B, T + 1, F]``, whose first element is the vector. It has
    F trained values.

    Sources: Devlin et al., BERT, 2019; Dosovitskiy et al., An image is worth 16x16 words, 2021.
    """

    kind = "ClassToken"
    label = "Class token"
    family = "Attention"
    keywords = ("cls", "vit", "bert", "vision transformer", "prepend")
    inputs = (port("input", 3),)
    example = {"input": (5, 4)}
    formula = "y = (c, x[1], …, x[T])"

    def infer(self, input: Tensor) -> Tensor:
        length, features = input.sizes
        return input.with_sizes(length + 1, features)

    def parameters(self, input: Tensor) -> int:
        return input.features

    def layer(self, input: Tensor) -> Call:
        return call("layers.ClassToken", input.features, rngs=RNGS)
