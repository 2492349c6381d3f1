"""A graph of blocks while it is made of layers, with what runs through each of its wires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.blocks.block import ShapeError
from core.blocks.catalog import blocks
from core.compile.imported import Arrays, Unread, UnsupportedError
from core.compile.keras_in.config import Layer, parts_of
from core.compile.keras_in.store import Store
from core.compile.onnx_in.naming import clean
from core.design.document import End, Group, Node
from core.tensor import Tensor

# Arrays that are kept, but not trained.
_STATE = ("mean", "var")


@dataclass(frozen=True)
class Value:
    """An output of a node, and what runs through it."""

    end: End
    tensor: Tensor


@dataclass(frozen=True)
class Mask:
    """Where a value is not 0, which says what of a sequence is real."""

    value: Value


@dataclass
class Book:
    """What all graphs of a model share: its weights, the groups made so far, and notes."""

    store: Store
    groups: dict[str, Group] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Keep what the user should know, once."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass
class Sheet:
    """The nodes and wires of one graph: the design's, or a group's. ``weights`` go by node id."""

    book: Book
    nodes: dict[str, Node] = field(default_factory=dict)
    wires: dict[End, End] = field(default_factory=dict)
    weights: dict[str, Arrays] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def node(self, kind: str, name: str, params: Mapping[str, Any]) -> str:
        """Make a node that is called ``name`` or, where that is taken, nearly so."""
        wanted = clean(name) or "node"
        found, number = wanted, 2
        while found in self.names:
            found, number = f"{wanted}_{number}", number + 1
        self.names.add(found)
        key = f"n{len(self.nodes) + 1}"
        self.nodes[key] = Node(key, found, kind, dict(params))
        return key

    def wire(self, key: str, inputs: Mapping[str, Value]) -> None:
        """Feed the ports of a node."""
        for port, value in inputs.items():
            self.wires[End(key, port)] = value.end


@dataclass(frozen=True)
class Making:
    """One call of a layer that becomes blocks: ``args`` and ``kwargs`` hold what it reads.

    ``place`` is where its weights are stored.
    """

    sheet: Sheet
    layer: Layer
    place: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @property
    def inputs(self) -> list[Value]:
        """All values that are read, in their order."""
        return list(parts_of(Value, self.args))

    @property
    def input(self) -> Value:
        """The only value that is read. Raises UnsupportedError if there are more."""
        if len(self.inputs) != 1:
            raise UnsupportedError(f"it reads {len(self.inputs)} values")
        return self.inputs[0]

    def note(self, text: str) -> None:
        """Tell the user something about this layer."""
        self.sheet.book.note(f"{clean(self.layer.name)}: {text}")

    def weight(self, index: int, *shape: int, of: str = "") -> np.ndarray:
        """A variable of the layer, or of a part ``of`` it, of this shape; or UnsupportedError."""
        found = self.sheet.book.store.array(f"{self.place}{of}", index)
        if found.shape != shape:
            raise UnsupportedError(
                f"its variable {index} is {list(found.shape)}, not {list(shape)}"
            )
        return found

    def add(
        self,
        kind: str,
        params: Mapping[str, Any],
        inputs: Value | Sequence[Value] | Mapping[str, Value],
        weights: Mapping[str, np.ndarray] | None = None,
        suffix: str = "",
    ) -> Value:
        """Make a node. Raises UnsupportedError where the block cannot be so."""
        cls = blocks()[kind]
        known = {p.name: p.default for p in cls.params() if not p.advanced}
        chosen = {**known, **params}
        if not self.layer.config.get("trainable", True) and "trainable" in {
            p.name for p in cls.params()
        }:
            chosen["trainable"] = False
        block, faults = cls.read(chosen)
        if faults:
            raise UnsupportedError(faults[0].message)
        if isinstance(inputs, Value):
            inputs = [inputs]
        if not isinstance(inputs, Mapping):
            inputs = dict(zip(block.port_names, inputs, strict=True))
        given = {port: value.tensor for port, value in inputs.items()}
        try:
            for port in block.ports():
                if port.name in given:
                    port.check(given[port.name])
            made = block.infer(**given)
            size = block.parameters(**given)
        except ShapeError as error:
            raise UnsupportedError(error.message) from None
        arrays = {k: np.asarray(v, np.float32) for k, v in (weights or {}).items()}
        if sum(a.size for name, a in arrays.items() if name not in _STATE) != size:
            raise UnsupportedError("its weights do not fit its settings")
        assert isinstance(made, Tensor), "only blocks with one output are made"
        key = self.sheet.node(kind, f"{self.layer.name}{suffix}", chosen)
        self.sheet.wire(key, inputs)
        if arrays:
            self.sheet.weights[key] = arrays
        return Value(End(key, "output"), made)
