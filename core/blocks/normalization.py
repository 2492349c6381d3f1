"""Normalization of activations: to mean 0 and variance 1, or to length 1; then scaled again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import RNGS, Call, Name, call
from core.blocks.weights import Trained
from core.params import param
from core.tensor import Tensor


def _epsilon(default: float, added_to: str = "the variance") -> float:
    return param(
        default,
        label="Epsilon",
        help=f"Added to {added_to}, so that nothing is divided by zero.",
        minimum=1e-12,
    )


@dataclass(frozen=True)
class Scaled(Trained):
    """Base of the normalizations that multiply by a trained scale, one value for each channel."""

    use_scale: bool = param(
        True,
        label="Scale",
        help="Multiply by a trained scale, one for each channel.",
        advanced=True,
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def parameters(self, input: Tensor) -> int:
        return self.use_scale * input.features

    def affine_options(self) -> dict[str, Any]:
        """The options of the layer's call that leave the scale out, where it is not wanted."""
        return {} if self.use_scale else {"use_scale": False}


@dataclass(frozen=True)
class Affine(Scaled):
    """Base of the normalizations with a trained scale and bias for each channel."""

    use_bias: bool = param(
        True, label="Bias", help="Add a trained bias, one for each channel.", advanced=True
    )

    def parameters(self, input: Tensor) -> int:
        return (self.use_scale + self.use_bias) * input.features

    def affine_options(self) -> dict[str, Any]:
        """The options of the layer's call that leave scale or bias out, where not wanted."""
        return super().affine_options() | ({} if self.use_bias else {"use_bias": False})


@dataclass(frozen=True)
class BatchNorm(Affine):
    """Normalizes each channel with the mean and variance of the batch.

    y = scale (x - mean) / sqrt(variance + epsilon) + bias, for each index of the last axis. While
    training, mean and (biased) variance are those of the batch over all other axes, and running
    averages follow them: running = momentum running + (1 - momentum) batch. In evaluation, and
    where the node is frozen, the running averages are used.

    Input ``[B, ..., C]`` float32, output the same shape. Trained: scale ``[C]``, bias ``[C]``; the
    running mean ``[C]`` and variance ``[C]`` are state and not counted as parameters.

    Source: Ioffe and Szegedy, Batch normalization, 2015.
    """

    kind = "BatchNorm"
    label = "Batch normalization"
    family = "Normalization"
    keywords = ("batchnorm", "bn", "normalisation", "standardize")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    example = {"input": (4, 4, 3)}
    formula = (
        "y = scale · (x − mean) / √(variance + ε) + bias; mean, variance over batch and places"
    )
    changes_while_training = True

    momentum: float = param(
        0.9,
        label="Momentum",
        help="Share of the old running average that each step keeps.",
        minimum=0.0,
        maximum=0.9999,
    )
    epsilon: float = _epsilon(1e-5)

    def flops(self, input: Tensor) -> int:
        return 4 * input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.BatchNorm",
            input.features,
            momentum=self.momentum,
            epsilon=self.epsilon,
            use_fast_variance=False,
            **self.affine_options(),
            rngs=RNGS,
        )


@dataclass(frozen=True)
class LayerNorm(Affine):
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
    pointwise = True
    example = {"input": (5, 8)}
    formula = "y = scale · (x − mean) / √(variance + ε) + bias; mean, variance over the last axis"

    epsilon: float = _epsilon(1e-6)

    def flops(self, input: Tensor) -> int:
        return 8 * input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.LayerNorm",
            input.features,
            epsilon=self.epsilon,
            use_fast_variance=False,
            **self.affine_options(),
            rngs=RNGS,
        )


@dataclass(frozen=True)
class RMSNorm(Scaled):
    """Divides the last axis of each sample by its root mean square.

    y = scale x / sqrt(mean of x^2 + epsilon), with the mean over the last axis: layer normalization
    without a mean to take away. Training and evaluation are the same.

    Input ``[B, ..., F]`` float32, output the same shape. Trained: scale ``[F]``.

    Source: Zhang and Sennrich, Root mean square layer normalization, 2019.
    """

    kind = "RMSNorm"
    label = "RMS normalization"
    family = "Normalization"
    keywords = ("rmsnorm", "root mean square", "normalisation", "transformer", "llama")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    example = {"input": (5, 8)}
    formula = "y = scale · x / √(mean(x²) + ε); the mean over the last axis"

    epsilon: float = _epsilon(1e-6, "the mean of squares")

    def flops(self, input: Tensor) -> int:
        return 4 * input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.RMSNorm",
            input.features,
            epsilon=self.epsilon,
            **self.affine_options(),
            rngs=RNGS,
        )


@dataclass(frozen=True)
class GroupNorm(Affine):
    """Normalizes groups of channels of each sample with their own mean and variance.

    y = scale (x - mean) / sqrt(variance + epsilon) + bias. Each sample's C channels are cut into
    groups of neighbours; mean and (biased) variance are over all places and channels of a group.
    One group normalizes over everything, as many groups as channels is instance normalization.
    Training and evaluation are the same.

    Input ``[B, ..., C]`` float32, output the same shape. Trained: scale ``[C]``, bias ``[C]``.

    Source: Wu and He, Group normalization, 2018.
    """

    kind = "GroupNorm"
    label = "Group normalization"
    family = "Normalization"
    keywords = ("groupnorm", "gn", "normalisation")
    inputs = (port("input", 2, 3, 4, 5),)
    example = {"input": (4, 4, 32)}
    formula = "y = scale · (x − mean) / √(variance + ε) + bias; mean, variance of a sample's group"

    groups: int = param(
        8, label="Groups", help="Number of groups; it has to divide the channels.", minimum=1
    )
    epsilon: float = _epsilon(1e-5)

    def infer(self, input: Tensor) -> Tensor:
        if input.features % self.groups:
            near = math.gcd(input.features, self.groups)
            good = near if near < input.size else 1
            raise ShapeError(
                f"{self.groups} groups cannot share the {input.features} channels of {input} "
                "equally",
                f"Set Groups to a divisor of {input.features}, such as {good}.",
            )
        if input.size == self.groups:
            raise ShapeError(
                f"each group of {input} would be one value, which minus its mean is always 0",
                "Set Groups to 1." if self.groups > 1 else "Give the layer before it more units.",
            )
        return input

    def flops(self, input: Tensor) -> int:
        return 8 * input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.GroupNorm",
            input.features,
            num_groups=self.groups,
            epsilon=self.epsilon,
            use_fast_variance=False,
            **self.affine_options(),
            rngs=RNGS,
        )


@dataclass(frozen=True)
class InstanceNorm(Affine):
    """Normalizes each channel of each sample with its own mean and variance.

    y = scale (x - mean) / sqrt(variance + epsilon) + bias, with mean and (biased) variance over all
    places of one channel of one sample. Training and evaluation are the same.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32, output the same shape.
    Trained: scale ``[C]``, bias ``[C]``.

    Source: Ulyanov, Vedaldi and Lempitsky, Instance normalization, 2016.
    """

    kind = "InstanceNorm"
    label = "Instance normalization"
    family = "Normalization"
    keywords = ("instancenorm", "style transfer", "contrast", "normalisation")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (4, 4, 3)}
    formula = (
        "y = scale · (x − mean) / √(variance + ε) + bias; mean, variance of a sample's channel"
    )

    epsilon: float = _epsilon(1e-5)

    def infer(self, input: Tensor) -> Tensor:
        if input.size == input.features:
            raise ShapeError(
                f"each channel of {input} has one value, which minus its mean is always 0",
                "Use LayerNorm, or put it where the channels have more places.",
            )
        return input

    def flops(self, input: Tensor) -> int:
        return 8 * input.size

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.InstanceNorm",
            input.features,
            epsilon=self.epsilon,
            use_fast_variance=False,
            **self.affine_options(),
            rngs=RNGS,
        )


@dataclass(frozen=True)
class L2Normalize(Block):
    """Scales the last axis to length 1.

    y = x / max(||x||, epsilon), with the Euclidean length over the last axis, so that a dot product
    of two outputs is the cosine of their angle. A vector of zeros stays zero.

    Input ``[B, ..., F]`` float32, output the same shape. Nothing is trained.

    Source: Wang et al., NormFace: L2 hypersphere embedding for face verification, 2017.
    """

    kind = "L2Normalize"
    label = "L2 normalize"
    family = "Normalization"
    keywords = ("unit length", "unit norm", "cosine", "hypersphere", "normalisation", "embedding")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = x / max(‖x‖₂, ε); the length over the last axis"

    epsilon: float = param(
        1e-12,
        label="Epsilon",
        help="Least length that is divided by.",
        minimum=1e-12,
        advanced=True,
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def flops(self, input: Tensor) -> int:
        return 3 * input.size

    def forward(self, input: Tensor) -> Call:
        x = Name("input")
        squares = call("jnp.sum", call("jnp.square", x), axis=-1, keepdims=True)
        floor = call("jnp.maximum", squares, self.epsilon**2)
        return call("jnp.multiply", x, call("jax.lax.rsqrt", floor))
