"""Blocks that show a network other views of its pictures while it is trained."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, port
from core.blocks.call import RNGS, Call, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class RandomCrop(Block):
    """Pads pictures with zeros and cuts them out elsewhere, while training: they are shifted.

    Each picture is padded on every side and cut to its size again at a place that is drawn anew, so
    it moves by up to so many pixels up, down and sideways. Two such blocks on one input give two
    views of each picture, as contrastive learning compares them. Evaluation changes nothing.

    Input ``[B, H, W, C]`` float32, output the same shape. No weights; with a padding of 0 nothing
    is drawn.

    Source: Krizhevsky et al., ImageNet classification with deep convolutional neural networks,
    2012; the padding as in He et al., Deep residual learning for image recognition, 2016.
    """

    kind = "RandomCrop"
    label = "Random crop"
    family = "Regularization"
    keywords = ("augmentation", "shift", "translate", "jitter", "views", "simclr")
    inputs = (port("input", 4),)
    example = {"input": (6, 6, 1)}
    formula = "y_ij = x_(i+a)(j+b), a and b drawn from -padding ... padding; evaluation: y = x"
    changes_while_training = True

    padding: int = param(
        1, label="Padding", help="Pixels by which a picture may move.", minimum=0, maximum=512
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def layer(self, input: Tensor) -> Call:
        return call("layers.RandomCrop", self.padding, rngs=RNGS if self.padding else None)
