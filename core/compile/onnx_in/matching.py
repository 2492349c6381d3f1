"""Looks at the nodes around a node, for recognising patterns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.compile.onnx_in.graph import OnnxGraph, OnnxNode


@dataclass
class Matcher:
    """A graph whose nodes may have been replaced by recognised ones."""

    graph: OnnxGraph
    made: dict[str, OnnxNode] = field(default_factory=dict)

    def replaced(self, node: OnnxNode) -> None:
        """Take a recognised node for the maker of its outputs."""
        self.made.update(dict.fromkeys(node.outputs, node))

    def maker(self, name: str, *ops: str) -> OnnxNode | None:
        """The node that makes a value, if it is one of these operators."""
        found = self.made.get(name) or self.graph.makers.get(name)
        return found if found is not None and found.op in ops and not found.domain else None

    def constant(self, name: str) -> np.ndarray | None:
        """The values of a constant."""
        return self.graph.constants.get(name)

    def scalar(self, name: str) -> float | None:
        """The number that a constant holds."""
        found = self.graph.constants.get(name)
        if found is None or found.size != 1 or found.dtype.kind not in "fiu":
            return None
        return float(found.reshape(-1)[0])

    def is_scalar(self, name: str, value: float) -> bool:
        """Whether a constant is this number, to single precision."""
        found = self.scalar(name)
        return found is not None and abs(found - value) <= 1e-3 * abs(value)

    def with_scalar(self, node: OnnxNode | None, value: float | None = None) -> str | None:
        """The other input of a node that takes a number: this one, if one is given."""
        if node is None or len(node.inputs) != 2:
            return None
        for one, other in (node.inputs, reversed(node.inputs)):
            number = self.scalar(other)
            if number is not None and (value is None or self.is_scalar(other, value)):
                return one
        return None

    def with_vector(self, node: OnnxNode | None) -> tuple[str, str] | None:
        """The computed and the constant input of a node, in that order."""
        if node is None or len(node.inputs) != 2:
            return None
        for one, other in (node.inputs, tuple(reversed(node.inputs))):
            if other in self.graph.constants and one not in self.graph.constants:
                return one, other
        return None

    def axes(self, node: OnnxNode) -> tuple[int, ...] | None:
        """The axes of a Reduce, an input of newer versions."""
        if node.input(1):
            found = self.constant(node.input(1))
            return None if found is None else tuple(int(v) for v in found.reshape(-1))
        value = node.attributes.get("axes")
        return tuple(value) if isinstance(value, tuple) else None
