"""A Keras model as a design and the weights of its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.blocks.inputs import Input
from core.compile.imported import Imported, Unread, UnsupportedError
from core.compile.keras_in.archive import REMEDY, read_archive
from core.compile.keras_in.config import Call, ConfigError, KerasModel, Layer, Ref, model_of
from core.compile.keras_in.feeding import sample_of
from core.compile.keras_in.grouping import Grouping, arranged_groups
from core.compile.keras_in.layers import converters
from core.compile.keras_in.sheet import Book, Making, Mask, Sheet, Value
from core.compile.keras_in.store import Store
from core.compile.onnx_in.naming import clean
from core.design.document import Design, End
from core.errors import InputError
from core.tensor import Tensor

# Errors that malformed settings and shapes lead to inside of a converter.
_MALFORMED = (
    *(ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError),
    *(RecursionError, MemoryError),
)
Found = Value | Mask | None


def import_keras(path: Path, sizes: Mapping[str, int] | None = None) -> Imported:
    """The design of a .keras file; ``sizes`` gives numbers for axes that it leaves open.

    They are named by their input (``tokens``), or by it and their axis (``tokens.1``). Raises
    InputError naming the file and what is wrong with it.
    """
    archive = read_archive(path)
    try:
        model = model_of(archive.config)
    except (ConfigError, UnsupportedError) as error:
        raise InputError(f"{path} holds no model that can be read: {error}", REMEDY) from None
    except RecursionError:
        raise InputError(f"{path} is nested too deeply", REMEDY) from None
    store = Store(archive.weights, path)
    try:
        book = Book(store)
        sheet = Sheet(book)
        _Walk(model, sheet, "layers", sizes or {}).outputs({})
    except ConfigError as error:
        raise InputError(f"{path} holds no model that can be read: {error}", REMEDY) from None
    finally:
        store.close()
    if all(node.block == Input.kind for node in sheet.nodes.values()):
        raise InputError(f"{path} computes nothing from its inputs", "Save it with its layers.")
    groups = arranged_groups(book.groups)
    name = clean(model.name) or path.stem
    design = Design(name=name, nodes=sheet.nodes, wires=sheet.wires, groups=groups)
    told = (tuple(sheet.unread), tuple(book.notes), 0, f"Keras {archive.version}".strip())
    return Imported(design, sheet.weights, *told, _layers_in(model))


def _layers_in(model: KerasModel) -> int:
    """How many layers there are, those of models in it included."""
    counts = (_layers_in(x.inner) if x.inner else 1 for x in model.layers.values())
    return sum(counts)


class _Walk:
    """Makes the nodes of one model, each call of a layer after those that it reads."""

    def __init__(
        self, model: KerasModel, sheet: Sheet, stored: str, sizes: Mapping[str, int]
    ) -> None:
        self._model, self._sheet, self._stored, self._sizes = model, sheet, stored, sizes
        self._made: dict[tuple[str, int], list[Found]] = {}
        self._grouping: dict[str, Grouping] = {}

    def outputs(self, given: Mapping[str, Value]) -> list[Value]:
        """What the model gives. Inputs that are not ``given`` by name become nodes.

        Raises ConfigError.
        """
        for ref in self._model.inputs:
            layer = self._layer(ref.layer)
            value = given.get(ref.layer) or self._input(layer)
            self._made[ref.layer, 0] = [value]
        for name, number in self._order():
            layer = self._layer(name)
            self._made[name, number] = self._call(layer, number, layer.calls[number])
        found = [self._at(ref) for ref in self._model.outputs]
        return [value for value in found if isinstance(value, Value)]

    def _layer(self, name: str) -> Layer:
        if name not in self._model.layers:
            raise ConfigError(f"there is no layer {name[:80]!r}")
        return self._model.layers[name]

    def _order(self) -> list[tuple[str, int]]:
        """Calls that the outputs depend on, each after those it reads. Raises ConfigError."""
        done: dict[tuple[str, int], None] = dict.fromkeys(self._made)
        open_: dict[tuple[str, int], None] = {}
        for output in self._model.outputs:
            stack = [(output.layer, output.call)]
            while stack:
                here = stack[-1]
                missing = [key for key in self._read_by(*here) if key not in done]
                if here in done or not missing:
                    done[stack.pop()] = None
                    open_.pop(here, None)
                elif here in open_:
                    raise ConfigError(f"the layer {here[0][:80]!r} depends on itself")
                else:
                    open_[here] = None
                    stack += reversed(missing)
        return [key for key in done if key not in self._made]

    def _read_by(self, name: str, number: int) -> list[tuple[str, int]]:
        calls = self._layer(name).calls
        if (name, number) in self._made:
            return []
        if not 0 <= number < len(calls):
            raise ConfigError(f"the layer {name[:80]!r} has no call {number}")
        return [(ref.layer, ref.call) for ref in calls[number].refs]

    def _at(self, ref: Ref) -> Found:
        found = self._made[ref.layer, ref.call]
        return found[ref.output] if 0 <= ref.output < len(found) else None

    def _input(self, layer: Layer) -> Value:
        tensor = sample_of(layer, self._readers(layer.name), self._sizes, self._sheet.book)
        params: dict[str, Any] = {"column": "", "shape": tensor.sizes, "dtype": tensor.dtype}
        key = self._sheet.node(Input.kind, layer.name, {**params, "classes": tensor.classes})
        return Value(End(key, "output"), tensor)

    def _readers(self, name: str) -> list[Layer]:
        """The layers that read an input, by any of their calls."""
        every = self._model.layers.values()
        return [x for x in every if any(r.layer == name for c in x.calls for r in c.refs)]

    def _call(self, layer: Layer, number: int, call: Call) -> list[Found]:
        before = len(self._sheet.nodes)
        try:
            return self._converted(layer, call)
        except (UnsupportedError, *_MALFORMED) as error:
            self._forget(before)
            known = isinstance(error, UnsupportedError)
            reason = str(error) if known else f"its settings are not valid ({error})"
            return self._kept(layer, number, call, reason[:300])

    def _converted(self, layer: Layer, call: Call) -> list[Found]:
        args = [self._resolved(value) for value in call.args]
        kwargs = {key: self._resolved(value) for key, value in call.kwargs.items()}
        place = self._sheet.book.store.place(self._stored, layer.stored, layer.name)
        m = Making(self._sheet, layer, place, tuple(args), kwargs)
        if layer.inner is not None:
            return list(self._group(layer).use(m))
        if layer.custom:
            raise UnsupportedError("it is a layer of its author's, whose code is not run")
        if layer.kind not in converters():
            raise UnsupportedError("no block computes it")
        if len(layer.calls) > 1 and layer.stored and m.sheet.book.store.holds_any(place):
            return list(self._group(layer).use(m))
        made = converters()[layer.kind](m)
        return [made] if isinstance(made, Value | Mask) else list(made)

    def _group(self, layer: Layer) -> Grouping:
        """The group that stands for a layer which is used more than once, or for a model."""
        if layer.name not in self._grouping:
            self._grouping[layer.name] = Grouping(layer, self._filled)
        return self._grouping[layer.name]

    def _filled(self, m: Making) -> list[Value]:
        """What comes out of a layer, made on the sheet of ``m``."""
        if m.layer.inner is not None:
            inputs = m.layer.inner.inputs
            if len(inputs) != len(m.inputs):
                raise UnsupportedError(f"it reads {len(m.inputs)} values, not {len(inputs)}")
            given = {ref.layer: v for ref, v in zip(inputs, m.inputs, strict=True)}
            walk = _Walk(m.layer.inner, m.sheet, f"{m.place}/layers", self._sizes)
            return walk.outputs(given)
        made = converters()[m.layer.kind](m)
        every = [made] if isinstance(made, Value | Mask) else made
        return [value for value in every if isinstance(value, Value)]

    def _resolved(self, value: Any) -> Any:
        """An argument with values in place of what names them."""
        if isinstance(value, Ref):
            found = self._at(value)
            if found is None:
                raise UnsupportedError(f"{value.layer[:80]} has no output {value.output} here")
            return found
        if isinstance(value, list):
            return [self._resolved(one) for one in value]
        if isinstance(value, dict):
            return {key: self._resolved(one) for key, one in value.items()}
        return value

    def _forget(self, count: int) -> None:
        """Take back the nodes that were made since there were so many."""
        sheet = self._sheet
        gone = set(list(sheet.nodes)[count:])
        for key in gone:
            sheet.names.discard(sheet.nodes.pop(key).name)
            sheet.weights.pop(key, None)
        for target in [end for end in sheet.wires if end.node in gone]:
            del sheet.wires[target]

    def _kept(self, layer: Layer, number: int, call: Call, reason: str) -> list[Found]:
        """An unknown block with the wires of the layer, and what Keras says comes out of it."""
        sheet = self._sheet
        found = [self._at(ref) for ref in call.refs]
        values = [value for value in found if isinstance(value, Value)]
        key = sheet.node(f"keras.{clean(layer.kind)}", layer.name, _plain(layer.config))
        sheet.wire(key, {f"input_{i}": value for i, value in enumerate(values, 1)})
        told = (layer.kind, "", f"{self._stored}/{layer.name}", reason)
        sheet.unread.append(Unread(key, sheet.nodes[key].name, *told))
        first = values[0].tensor if values else Tensor((None, 1))
        ends = [r for r in self._refs() if (r.layer, r.call) == (layer.name, number)]
        shapes = {ref.output: ref for ref in ends}
        count = min(max([*shapes, 0]), 63) + 1
        ports = ["output"] if count == 1 else [f"output_{i}" for i in range(1, count + 1)]
        return [Value(End(key, port), _told(shapes.get(i), first)) for i, port in enumerate(ports)]

    def _refs(self) -> list[Ref]:
        calls = (call for layer in self._model.layers.values() for call in layer.calls)
        return [*(ref for call in calls for ref in call.refs), *self._model.outputs]


def _told(ref: Ref | None, otherwise: Tensor) -> Tensor:
    """What Keras says runs through; like the input of the layer where it does not say."""
    if ref is None or len(ref.shape) < 1 or None in ref.shape[1:]:
        return replace(otherwise, dtype="float32", classes=0)
    return Tensor((None, *ref.shape[1:]), "int32" if "int" in ref.dtype else "float32")


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that are numbers, texts or short rows of numbers; code is left out."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        row = isinstance(value, list) and len(value) < 16 and all(type(v) is int for v in value)
        if (
            row
            or isinstance(value, bool | int | float)
            or (isinstance(value, str) and len(value) < 80)
        ):
            finite = not isinstance(value, float) or np.isfinite(value)
            found |= {str(key)[:80]: value} if finite else {}
    return found
