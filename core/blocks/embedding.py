"""Ids to vectors and back: Embedding and Unembedding."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.weights import WithKernel
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class _Table(WithKernel):
    """What both share: a table with a vector for each id."""

    family = "Dense"

    vocabulary: int = param(1000, label="Vocabulary", help="Number of different ids.", minimum=1)

    def _table(self, features: int) -> Call:
        return call(
            "nnx.Embed",
            self.vocabulary,
            features,
            **self.kernel_options("embedding_init"),
            **self.dtype_options(),
            rngs=RNGS,
        )


@dataclass(frozen=True)
class Embedding(_Table):
    """Turns each integer id into a trained vector.

    Input ``[B, ...]`` int32 with ids below ``vocabulary``, output ``[B, ..., features]`` float32.
    Weights ``[vocabulary, features]``, no bias. The vector of a padding id is zero and is not
    trained.

    Source: Bengio et al., A neural probabilistic language model, 2003.
    """

    kind = "Embedding"
    label = "Embedding"
    keywords = ("lookup", "tokens", "words", "vocabulary")
    inputs = (port("input", 1, 2, 3, dtype="int32"),)
    formula = "y = W[x]"

    features: int = param(64, label="Features", help="Length of each vector.", minimum=1)
    padding_id: int = param(
        -1,
        label="Padding id",
        help="The id that fills up short sequences, whose vector is zero; -1 if there is none.",
        minimum=-1,
        advanced=True,
    )

    def infer(self, input: Tensor) -> Tensor:
        if input.classes > self.vocabulary:
            raise ShapeError(
                f"ids go up to {input.classes - 1}, but Vocabulary is {self.vocabulary}",
                f"Set Vocabulary to {input.classes}.",
            )
        if self.padding_id >= self.vocabulary:
            raise ShapeError(
                f"Padding id is {self.padding_id}, but Vocabulary is {self.vocabulary}",
                f"Set Padding id below {self.vocabulary}, or to -1.",
            )
        return input.with_sizes(*input.sizes, self.features)

    def parameters(self, input: Tensor) -> int:
        return self.vocabulary * self.features

    def layer(self, input: Tensor) -> Call:
        return self._table(self.features)

    def forward(self, input: Tensor) -> Call:
        vectors = self.as_float32(call(LAYER, Name("input")))
        if self.padding_id < 0:
            return vectors
        padding = call("jnp.expand_dims", call("jnp.equal", Name("input"), self.padding_id), -1)
        return call("jnp.where", padding, 0.0, vectors)


@dataclass(frozen=True)
class Unembedding(_Table):
    """Turns vectors into a number for each id, by their products with the vectors of a table.

    y = x W^T. With ``weights_of`` W is the table of that Embedding, which is then trained by both;
    else the block has a table of its own.

    Input ``[B, ..., F]`` float32, output logits ``[B, ..., vocabulary]`` float32. Weights
    ``[vocabulary, F]``, none where they are those of an Embedding; no bias.

    Source: Press and Wolf, Using the output embedding to improve language models, 2017.
    """

    kind = "Unembedding"
    label = "Unembedding"
    keywords = ("tied weights", "language model head", "lm head", "logits", "vocabulary", "tokens")
    inputs = (port("input", 2, 3, 4),)
    formula = "y = x Wᵀ"

    weights_of: str = param(
        "",
        label="Weights of",
        help="The id of an Embedding whose table is used; empty for weights of its own.",
    )

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(*input.sizes[:-1], self.vocabulary)

    def parameters(self, input: Tensor) -> int:
        return self.vocabulary * input.features

    def flops(self, input: Tensor) -> int:
        return 2 * input.size * self.vocabulary

    def layer(self, input: Tensor) -> Call:
        return self._table(input.features)

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call("nnx.Embed.attend", Name(LAYER), Name("input")))
