"""MaskTokens: hides tokens, so that a network learns to tell them from the others."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class MaskTokens(Block):
    """Hides a share of the tokens behind a mask id, and says which: what BERT learns from.

    Two outputs: ``tokens`` ``[B, T]`` with the mask id at the places that were drawn, and ``mask``
    ``[B, T]`` int32, 1 there and 0 elsewhere. Give the first to an Embedding, the second to a
    Masked token loss, whose target is the input. Training draws other places at each step;
    otherwise they follow from the seed and the sample's tokens alone, so that evaluation always
    hides the same of a sample, whatever batch it comes in. Mute the block to use the trained
    network on whole texts. (BERT leaves a tenth of the chosen tokens and exchanges another tenth;
    here all are hidden.)

    Input ``[B, T]`` int32. No weights.

    Source: Devlin et al., BERT: pre-training of deep bidirectional transformers, 2019.
    """

    kind = "MaskTokens"
    label = "Mask tokens"
    family = "Regularization"
    keywords = ("cloze", "mlm", "masked language model", "hide", "corrupt", "bert")
    inputs = (port("input", 2, dtype="int32", remedy="Wire the tokens, before any Embedding."),)
    outputs = ("tokens", "mask")
    example = {"input": (6,)}
    formula = "tokens_t = mask id where mask_t = 1, else input_t;   mask_t ~ Bernoulli(rate)"
    gradient = "none"
    changes_while_training = True

    rate: float = param(
        0.15, label="Rate", help="Share of the tokens that is hidden.", minimum=0.0, maximum=1.0
    )
    mask_id: int = param(
        -1,
        label="Mask id",
        help="The id that stands for a hidden token; -1: the first one after the vocabulary, which "
        "is one larger behind this block.",
        minimum=-1,
    )
    seed: int = param(
        0,
        label="Seed",
        help="Chooses the places that are hidden outside training.",
        minimum=0,
        advanced=True,
    )

    def _id(self, input: Tensor) -> int:
        return self.mask_id if self.mask_id >= 0 else input.classes

    def infer(self, input: Tensor) -> tuple[Tensor, Tensor]:
        classes = max(input.classes, self._id(input) + 1) if input.classes else 0
        return Tensor(input.shape, "int32", classes), Tensor(input.shape, "int32", 2)

    def layer(self, input: Tensor) -> Call:
        options = {"seed": self.seed} if self.seed else {}
        return call("layers.TokenMask", self.rate, self._id(input), **options, rngs=RNGS)

    def forward(self, input: Tensor) -> Call:
        return call(LAYER, Name("input"))
