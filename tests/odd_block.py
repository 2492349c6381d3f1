"""A block that no export but Python code can express, for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.design.document import Design
from core.tensor import Tensor


@dataclass(frozen=True)
class Odd(Block):
    """The imaginary part of the Fourier transform of the last axis."""

    kind = "Odd"
    label = "Odd block"
    family = "Shape"
    keywords = ("odd",)
    inputs = (port("input", 2, 3, 4, 5),)

    def infer(self, input: Tensor) -> Tensor:
        return input

    def forward(self, input: Tensor) -> Call:
        return call("jnp.imag", call("jnp.fft.fft", Name("input")))


def with_odd(design: Design, *names: str) -> Design:
    """The design with odd blocks in the place of nodes."""
    nodes = {
        i: replace(n, block="Odd", params={}) if n.name in names else n
        for i, n in design.nodes.items()
    }
    return replace(design, nodes=nodes)
