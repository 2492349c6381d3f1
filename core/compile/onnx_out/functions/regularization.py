"""What draws random numbers while training, and does nothing once a network is trained."""

from __future__ import annotations

from typing import Any

from core.compile.onnx_out.graph import Graph, InexpressibleError
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weights


def _same(graph: Graph, weights: Weights, x: Value) -> Value:
    return x


@layer("nnx.Dropout")
def dropout(rate: float, *, broadcast_dims: Any = (), deterministic: bool = False) -> Any:
    """Nothing is dropped."""
    return _same


@layer("layers.GaussianNoise")
def gaussian_noise(deviation: float) -> Any:
    """Nothing is added."""
    return _same


@layer("layers.GaussianDropout")
def gaussian_dropout(rate: float) -> Any:
    """Nothing is multiplied."""
    return _same


@layer("layers.RandomCrop")
def random_crop(padding: int) -> Any:
    """Nothing is shifted."""
    return _same


@layer("layers.TokenMask")
def token_mask(rate: float, mask_id: int, *, seed: int = 0) -> Any:
    """Places that no operator draws alike."""

    def apply(graph: Graph, weights: Weights, tokens: Value) -> Value:
        raise InexpressibleError(
            "ONNX cannot draw the places that JAX draws; mute the node, and nothing is hidden"
        )

    return apply


@layer("layers.GaussianSampling")
def gaussian_sampling() -> Any:
    """The mean."""

    def apply(graph: Graph, weights: Weights, mean: Value, log_variance: Value) -> Value:
        return mean

    return apply


@layer("layers.Noise")
def noise(shape: Any, *, distribution: str = "normal", seed: int = 0) -> Any:
    """Numbers that no operator draws alike."""

    def apply(graph: Graph, weights: Weights, like: Value) -> Value:
        raise InexpressibleError(
            "ONNX cannot draw the numbers that JAX draws; put an Input in its place and feed them"
        )

    return apply
