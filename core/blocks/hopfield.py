"""Associative memories: the modern, continuous Hopfield network and the classic one."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import RNGS, Call, call
from core.blocks.weights import WithKernel
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class _Memory(WithKernel):
    """Base: patterns as weights, and how often the state is renewed."""

    family = "Attention"
    inputs = (port("input", 2, 3, 4, 5),)

    patterns: int = param(16, label="Patterns", help="How many patterns are stored.", minimum=1)
    steps: int = param(1, label="Steps", help="How often the state is renewed.", minimum=1)

    def infer(self, input: Tensor) -> Tensor:
        return input

    def parameters(self, input: Tensor) -> int:
        return self.patterns * input.features


@dataclass(frozen=True)
class Hopfield(_Memory):
    """Modern Hopfield memory: a state is drawn to the stored patterns that are most like it.

    One step is attention with the trained patterns W as keys and values. A large beta gives back
    the nearest pattern, a small one the mean of many.

    Input ``[B, ..., F]`` float32, output the same shape; the last axis is the state. Weights
    ``[patterns, F]``.

    Source: Ramsauer et al., Hopfield networks is all you need, 2021.
    """

    kind = "Hopfield"
    label = "Hopfield"
    keywords = ("associative memory", "modern hopfield", "retrieval", "attention", "prototype")
    formula = "x ← softmax(β x Wᵀ) W,   as often as there are steps"

    beta: float = param(
        1.0, label="Beta", help="Inverse temperature: how sharply it decides.", minimum=0.0001
    )

    def flops(self, input: Tensor) -> int:
        return self.steps * 4 * input.size * self.patterns

    def layer(self, input: Tensor) -> Call:
        return call(
            "layers.Hopfield",
            input.features,
            self.patterns,
            self.beta,
            self.steps,
            **self.kernel_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )


@dataclass(frozen=True)
class BinaryHopfield(_Memory):
    """Classic Hopfield network: signs that flip until they agree with the stored patterns.

    All units are renewed at once, steps times; the patterns are the signs of the weights, stored by
    Hebb's rule without a unit's effect on itself. A unit on which nothing acts keeps its sign. As
    signs have no slope, the gradient is passed on where a value lies between -1 and 1
    (straight-through).

    Input ``[B, ..., F]`` float32, of which the signs count, output the same shape with values -1
    and 1; the last axis is the state. Weights ``[patterns, F]``.

    Sources: Hopfield, Neural networks and physical systems with emergent collective computational
    abilities, 1982; Bengio et al., Estimating or propagating gradients through stochastic neurons,
    2013 (straight-through).
    """

    kind = "BinaryHopfield"
    label = "Hopfield (classic)"
    keywords = ("associative memory", "hebb", "sign", "attractor", "spin", "recall")
    formula = "P = sign(W),   x ← sign(x (Pᵀ P / F without its diagonal)),   as often as steps"
    gradient = "surrogate"

    def flops(self, input: Tensor) -> int:
        features = input.features
        storing = 2 * self.patterns * features**2
        return storing + self.steps * 2 * input.size * features

    def layer(self, input: Tensor) -> Call:
        return call(
            "layers.BinaryHopfield",
            input.features,
            self.patterns,
            self.steps,
            **self.kernel_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )
