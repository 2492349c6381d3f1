"""An ONNX graph as plain data, apart from the file it came in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from core.compile.imported import Arrays, UnsupportedError

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class OnnxNode:
    """One operator. An input or output that is left out has the name ""."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    domain: str = ""
    scope: str = ""

    def input(self, index: int) -> str:
        """The name of an input, "" where it is left out."""
        return self.inputs[index] if index < len(self.inputs) else ""

    def number(self, name: str, default: float) -> float:
        """An attribute that is a number. Raises UnsupportedError for anything else."""
        value = self.attributes.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnsupportedError(f"its attribute {name} is no number")
        return value

    def integer(self, name: str, default: int) -> int:
        """An attribute that is a whole number."""
        return int(self.number(name, default))

    def text(self, name: str, default: str) -> str:
        """An attribute that is text."""
        value = self.attributes.get(name, default)
        if not isinstance(value, str):
            raise UnsupportedError(f"its attribute {name} is no text")
        return value

    def integers(self, name: str, default: Sequence[int] = ()) -> tuple[int, ...]:
        """An attribute that is a list of whole numbers."""
        value = self.attributes.get(name, default)
        if not isinstance(value, list | tuple) or not all(isinstance(v, int) for v in value):
            raise UnsupportedError(f"its attribute {name} is no list of whole numbers")
        return tuple(value)


@dataclass(frozen=True)
class OnnxInput:
    """What a graph is fed: ``shape`` has a name or "" where a size is not fixed."""

    name: str
    shape: tuple[int | str, ...]
    dtype: np.dtype


@dataclass(frozen=True)
class OnnxGraph:
    """Nodes in computing order, their constants, and what is known of shapes."""

    name: str
    nodes: tuple[OnnxNode, ...]
    inputs: tuple[OnnxInput, ...]
    outputs: tuple[str, ...]
    constants: Arrays
    shapes: Shapes = field(default_factory=dict)
    opset: int = 0
    producer: str = ""

    @cached_property
    def makers(self) -> Mapping[str, OnnxNode]:
        """The node that makes each value."""
        return {name: node for node in self.nodes for name in node.outputs if name}

    @cached_property
    def readers(self) -> Mapping[str, list[OnnxNode]]:
        """The nodes that read each value, once for each time; graph outputs not counted."""
        found: dict[str, list[OnnxNode]] = {}
        for node in self.nodes:
            for name in node.inputs:
                if name:
                    found.setdefault(name, []).append(node)
        return found

    def uses(self, name: str) -> int:
        """How often a value is read, as an output of the graph included."""
        return len(self.readers.get(name, ())) + self.outputs.count(name)


def dotted(path: str) -> str:
    """``/layer1/layer1.0/conv1/Conv`` -> ``layer1.0.conv1``: the module that made a node.

    PyTorch writes each module's whole path again where it is within a numbered one.
    """
    parts = [part for part in path.strip("/").split("/")[:-1] if part]
    found: list[str] = []
    for part in parts:
        stem = re.sub(r"\.\d+$", "", part)
        if found and stem != part and found[-1] == stem:
            found.pop()
        found.append(part)
    return ".".join(found)
