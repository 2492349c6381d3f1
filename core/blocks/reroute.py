"""Reroute: a dot that a wire is laid through; it computes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.tensor import Tensor


@dataclass(frozen=True)
class Reroute(Block):
    """Passes its input on unchanged, so that a long wire can be laid around other nodes.

    On the canvas it is a dot, which may feed several inputs. Input ``[B, ...]`` of any type, output
    the same. Nothing is computed and nothing is trained.
    """

    kind = "Reroute"
    label = "Reroute dot"
    family = "Shape"
    keywords = ("identity", "pass", "knot", "bend", "elbow", "wire", "relay")
    inputs = (port("input", 1, 2, 3, 4, 5, 6, dtype=""),)
    pointwise = True
    passes_on = True
    formula = "y = x"

    def infer(self, input: Tensor) -> Tensor:
        return input

    def forward(self, input: Tensor) -> Call:
        return call("jnp.asarray", Name("input"))
