"""The graph while it is built: operators, constants and weights as plain data. No onnx package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.compile.onnx_out.value import Order, Value, channels_first, plain
from core.compile.onnx_out.weights import Arrays, Weight
from core.tensor import Shape

Given = Value | Weight | np.ndarray | None


class InexpressibleError(Exception):
    """What a node computes has no translation; ``reason`` says what of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Op:
    """One operator of ONNX; ``node`` is the design's node that it works for."""

    type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    node: str

    @property
    def reads(self) -> set[str]:
        """The names that it needs, those of graphs within it included."""
        within = (a.reads for a in self.attributes.values() if isinstance(a, Body))
        return {name for name in self.inputs if name}.union(*within)


@dataclass(frozen=True)
class Body:
    """A graph within an operator, which may read what is around it."""

    ops: tuple[Op, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]

    @property
    def reads(self) -> set[str]:
        """The names that it reads from around it."""
        made = {name for op in self.ops for name in op.outputs}
        given = {value.name for value in self.inputs}
        names = {name for op in self.ops for name in op.reads}
        return names - made - given


class Graph:
    """Notes down operators in computing order.

    ``arrays`` holds constants and weights by name, as functions of the network's arrays; ``node``
    is the design's node that is being translated. Names that are ``kept`` go to no value.
    """

    def __init__(self, kept: Iterable[str] = ()) -> None:
        self.ops: list[Op] = []
        self.arrays: dict[str, Callable[[Arrays], np.ndarray]] = {}
        self.node = ""
        # What each enlarged value was before, and by how much each axis grew.
        self.enlarged: dict[str, tuple[Value, dict[int, int]]] = {}
        self._names = set(kept)
        self._weights: dict[tuple[str, str], str] = {}
        self._constants: dict[tuple[str, tuple[int, ...], bytes], Value] = {}
        self._ordered: dict[tuple[str, Order], Value] = {}

    def op(
        self,
        type_: str,
        *inputs: Given,
        shape: Shape,
        dtype: str = "float32",
        order: Sequence[int] = (),
        **attributes: Any,
    ) -> Value:
        """Add an operator with one output, whose shape (the design's) and axes' order are given."""
        made = Value(self.free(f"{self.node}/{type_}"), shape, dtype, plain(order))
        self.note(type_, inputs, (made,), **attributes)
        return made

    def note(
        self,
        type_: str,
        inputs: Sequence[Given],
        outputs: Sequence[Value | None],
        **attributes: Any,
    ) -> None:
        """Add an operator whose outputs are named already; None is one that nobody wants."""
        names = [self._name_of(value) for value in inputs]
        while names and not names[-1]:
            names.pop()
        outs = tuple(value.name if value else "" for value in outputs)
        self.ops.append(Op(type_, tuple(names), outs, attributes, self.node))

    def value(
        self, what: str, shape: Shape, dtype: str = "float32", order: Sequence[int] = ()
    ) -> Value:
        """A fresh value that an operator is yet to give."""
        return Value(self.free(f"{self.node}/{what}"), shape, dtype, plain(order))

    def constant(self, array: np.ndarray) -> Value:
        """A constant; equal ones are kept once."""
        array = np.asarray(array)
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self._constants:
            name = self.free(f"{self.node}/constant")
            self.arrays[name] = lambda _: array
            self._constants[key] = Value(name, array.shape, str(array.dtype))
        return self._constants[key]

    def weight(self, weight: Weight, shape: Shape, dtype: str = "float32") -> Value:
        """A weight as a value, where its shape matters."""
        return Value(self._name_of(weight), shape, dtype)

    def within(self) -> Graph:
        """A graph for the inside of an operator, which shares constants, weights and names."""
        inner = Graph()
        inner.node, inner.arrays = self.node, self.arrays
        inner._names, inner._weights, inner._constants = (
            self._names,
            self._weights,
            self._constants,
        )
        return inner

    def ordered(self, value: Value, order: Sequence[int]) -> Value:
        """The value with its axes in this order; each is transposed once."""
        wanted = plain(order)
        if value.order == wanted:
            return value
        key = (value.name, wanted)
        if key not in self._ordered:
            turn = [value.axes.index(axis) for axis in order or range(value.rank)]
            made = self.op(
                "Transpose", value, shape=value.shape, dtype=value.dtype, order=wanted, perm=turn
            )
            self._ordered[key] = made
            self._ordered[(made.name, value.order)] = value
        return self._ordered[key]

    def plain(self, value: Value) -> Value:
        """The value with its axes as the design has them."""
        return self.ordered(value, ())

    def channels_first(self, value: Value) -> Value:
        """The value with its channels (the last axis) behind the batch."""
        return self.ordered(value, channels_first(value.rank))

    def has(self, value: Value, order: Order) -> bool:
        """Whether the value is there in this order already."""
        return value.order == order or (value.name, order) in self._ordered

    def free(self, wanted: str) -> str:
        """A name that nothing has yet."""
        name, number = wanted, 2
        while name in self._names:
            name, number = f"{wanted}_{number}", number + 1
        self._names.add(name)
        return name

    def _name_of(self, given: Given) -> str:
        if given is None:
            return ""
        if isinstance(given, Value):
            return given.name
        if isinstance(given, np.ndarray):
            return self.constant(given).name
        key = (given.name, given.form)
        if key not in self._weights:
            self._weights[key] = self.free(given.name)
            self.arrays[self._weights[key]] = given.make
        return self._weights[key]


def ints(*numbers: int) -> np.ndarray:
    """Shape, axes and the like, as operators want them."""
    return np.asarray(numbers, np.int64)
