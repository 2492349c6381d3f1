"""Normalization: brings activations to mean 0 and variance 1, then scales and shifts them."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import RNGS, Call, call
from core.blocks.weights import Trained
from core.params import param
from core.tensor import Tensor


def _epsilon(default: float) -> float:
    return param(
        default,
        label="Epsilon",
        help="Added to the variance, so that nothing is divided by zero.",
        minimum=1e-12,
    )


@dataclass(frozen=True)
class BatchNorm(Trained):
    """Normalizes each channel with the mean and variance of the batch.

    y = scale (x - mean) / sqrt(variance + epsilon) + bias, for each index of the last axis. While
    training, mean and (biased) variance are those of the batch over all other axes, and running
    averages follow them: running = momentum running + (1 - momentum) batch. In evaluation the
    running averages are used.

    Input ``[B, ..., C]`` float32, output the same shape. Trained: scale ``[C]``, bias ``[C]``; the
    running mean ``[C]`` and variance ``[C]`` are state and not counted as parameters.

    Source: Ioffe and Szegedy, Batch normalization, 2015.
    """

    kind = "BatchNorm"
    label = "Batch normalization"
    family = "Normalization"
    keywords = ("batchnorm", "bn", "normalisation", "standardize")
    inputs = (port("input", 2, 3, 4, 5),)
    example = {"input": (4, 4, 3)}
    changes_while_training = True

    momentum: float = param(
        0.9,
        label="Momentum",
        help="Share of the old running average that each step keeps.",
        minimum=0.0,
        maximum=0.9999,
    )
    epsilon: float = _epsilon(1e-5)

    def infer(self, input: Tensor) -> Tensor:
        return input

    def parameters(self, input: Tensor) -> int:
        return 2 * input.features

    def flops(self, input: Tensor) -> int:
        return 4 * input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.BatchNorm",
            input.features,
            momentum=self.momentum,
            epsilon=self.epsilon,
            use_fast_variance=False,
            rngs=RNGS,
        )


@dataclass(frozen=True)
class LayerNorm(Trained):
    """Normalizes the last axis of each sample with its own mean and variance.

    y = scale (x - mean) / sqrt(variance + epsilon) + bias, with mean and (biased) variance over the
    last axis. Training and evaluation are the same.

    Input ``[B, ..., F]`` float32, output the same shape. Trained: scale ``[F]``, bias ``[F]``.

    Source: Ba, Kiros and Hinton, Layer normalization, 2016.
    """

    kind = "LayerNorm"
    label = "Layer normalization"
    family = "Normalization"
    keywords = ("layernorm", "ln", "normalisation", "transformer")
    inputs = (port("input", 2, 3, 4, 5),)
    example = {"input": (5, 8)}

    epsilon: float = _epsilon(1e-6)

    def infer(self, input: Tensor) -> Tensor:
        return input

    def parameters(self, input: Tensor) -> int:
        return 2 * input.features

    def flops(self, input: Tensor) -> int:
        return 8 * input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.LayerNorm",
            input.features,
            epsilon=self.epsilon,
            use_fast_variance=False,
            rngs=RNGS,
        )
