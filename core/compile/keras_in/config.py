"""The layers of a Keras model and how they are called, read from its configuration as data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.compile.imported import UnsupportedError

MOST_LAYERS, MOST_DEPTH = 20_000, 16
MODELS = ("Functional", "Sequential", "Model")


class ConfigError(Exception):
    """The configuration is not that of a model; the text says why."""


@dataclass(frozen=True)
class Ref:
    """An output of one call of a layer, and the shape that Keras says it has."""

    layer: str
    call: int
    output: int
    shape: tuple[int | None, ...] = ()
    dtype: str = "float32"


@dataclass(frozen=True)
class Call:
    """What a layer is called with: constants, ``Ref``, and lists and dicts of these."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def refs(self) -> list[Ref]:
        """All outputs that are read, in their order."""
        return list(parts_of(Ref, self.args, self.kwargs))


@dataclass(frozen=True)
class Layer:
    """One layer. ``stored`` is its place among the layers' weights, "" for plain operations.

    ``inner`` are the layers of a model that is used as a layer, ``given`` is the shape that Keras
    built it for, where that is in the file.
    """

    kind: str
    name: str
    config: Mapping[str, Any]
    calls: tuple[Call, ...] = ()
    stored: str = ""
    inner: KerasModel | None = None
    custom: bool = False
    given: tuple[int | None, ...] = ()

    def number(self, name: str, default: float) -> float:
        """A setting that is a number. Raises UnsupportedError for anything else."""
        value = self.config.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnsupportedError(f"its {name} is no number")
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """A setting that is a whole number."""
        value = self.config.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnsupportedError(f"its {name} is no whole number")
        return value

    def text(self, name: str, default: str = "") -> str:
        """A setting that is text."""
        value = self.config.get(name, default)
        if not isinstance(value, str):
            raise UnsupportedError(f"its {name} is no text")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A setting that is on or off."""
        value = self.config.get(name, default)
        if not isinstance(value, bool):
            raise UnsupportedError(f"its {name} is neither true nor false")
        return value

    def integers(self, name: str, default: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """A setting that is one whole number or a list of such, of lists too, as one row."""
        return tuple(_flat_integers(name, self.config.get(name, default)))


@dataclass(frozen=True)
class KerasModel:
    """A Functional or Sequential model, as layers that call each other."""

    name: str
    layers: Mapping[str, Layer]
    inputs: tuple[Ref, ...]
    outputs: tuple[Ref, ...]


def _flat_integers(name: str, value: Any) -> Iterator[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _flat_integers(name, one)
    else:
        raise UnsupportedError(f"its {name} is no list of whole numbers")


def parts_of(kind: type | tuple[type, ...], *values: Any) -> Iterator[Any]:
    """All objects of these types in nested lists and dicts, in their order."""
    for value in values:
        if isinstance(value, kind):
            yield value
        elif isinstance(value, list | tuple):
            yield from parts_of(kind, *value)
        elif isinstance(value, dict):
            yield from parts_of(kind, *value.values())


def model_of(entry: Mapping[str, Any], depth: int = 0) -> KerasModel:
    """The model that a serialised object is. Raises ConfigError."""
    kind, config = entry.get("class_name"), entry.get("config")
    if depth > MOST_DEPTH:
        raise ConfigError(f"models stand in each other more than {MOST_DEPTH} deep")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise ConfigError(f"it is a {str(kind)[:80]!r}, whose layers are not in the file")
    if len(config["layers"]) > MOST_LAYERS:
        raise ConfigError(f"it has more than {MOST_LAYERS} layers")
    layers = _layers(config["layers"], depth)
    name = str(config.get("name", ""))
    if "input_layers" in config:
        ends = (_ends(config.get(key)) for key in ("input_layers", "output_layers"))
        return KerasModel(name, {layer.name: layer for layer in layers}, *ends)
    return _sequential(name, layers, config)


def _layers(entries: list[Any], depth: int) -> list[Layer]:
    count: Counter[str] = Counter()
    found = []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict):
            raise ConfigError("one of its layers has no configuration")
        kind = entry.get("class_name")
        name = entry.get("name", entry["config"].get("name"))
        if not isinstance(kind, str) or not isinstance(name, str):
            raise ConfigError("one of its layers has no class or no name")
        module = str(entry.get("module"))
        stored = ""
        if ".ops." not in f"{module}.":
            snake = _snake_case(kind)
            stored = f"{snake}_{count[snake]}" if count[snake] else snake
            count[snake] += 1
        inner = None
        ours = module.split(".")[0] in ("keras", "None")
        if kind in MODELS and "layers" in entry["config"]:
            inner = model_of(entry, depth + 1)
        calls = entry.get("inbound_nodes", [])
        if not isinstance(calls, list) or not all(isinstance(c, dict) for c in calls):
            raise ConfigError(f"the calls of {name[:80]!r} are not as Keras 3 writes them")
        read = tuple(_call(c) for c in calls)
        built = entry.get("build_config")
        given = _shape(built.get("input_shape") if isinstance(built, dict) else None)
        found.append(Layer(kind, name, entry["config"], read, stored, inner, not ours, given))
    if len({layer.name for layer in found}) < len(found):
        raise ConfigError("two of its layers have one name")
    return found


def _call(entry: Mapping[str, Any]) -> Call:
    args, kwargs = _value(entry.get("args", [])), _value(entry.get("kwargs", {}))
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise ConfigError("one of its calls has no list of arguments")
    return Call(tuple(args), kwargs)


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") != "__keras_tensor__":
        return {key: _value(one) for key, one in value.items()}
    config = value.get("config")
    found = _ends(config.get("keras_history") if isinstance(config, dict) else None)
    if not isinstance(config, dict) or len(found) != 1:
        raise ConfigError("one of its tensors comes from nowhere")
    end, shape = found[0], config.get("shape")
    return Ref(end.layer, end.call, end.output, _shape(shape), str(config.get("dtype")))


def _shape(value: Any) -> tuple[int | None, ...]:
    if not isinstance(value, list | tuple):
        return ()
    fine = all(n is None or (type(n) is int and n > 0) for n in value)
    return tuple(value) if fine else ()


def _ends(value: Any) -> tuple[Ref, ...]:
    """The outputs that nested lists of (layer, call, output) name."""
    if isinstance(value, dict):
        return tuple(end for one in value.values() for end in _ends(one))
    if not isinstance(value, list):
        raise ConfigError("it does not say what its inputs and outputs are")
    if len(value) == 3 and isinstance(value[0], str):
        if type(value[1]) is not int or type(value[2]) is not int:
            raise ConfigError("one of its inputs and outputs has no number")
        return (Ref(value[0], value[1], value[2]),)
    return tuple(end for one in value for end in _ends(one))


def _sequential(name: str, layers: list[Layer], config: Mapping[str, Any]) -> KerasModel:
    """Layers behind each other as layers that call each other."""
    if not layers or layers[0].kind != "InputLayer":
        shape = config.get("build_input_shape")
        if not shape:
            raise ConfigError("it was saved before it was built, so that its sizes are not known")
        layers = [Layer("InputLayer", "input", {"batch_shape": shape}), *layers]
    shapes = _given(layers)
    found = {layers[0].name: layers[0]}
    before = Ref(layers[0].name, 0, 0)
    for layer, shape in zip(layers[1:], shapes[1:], strict=True):
        taken = layer.name if layer.name not in found else f"{layer.name}_"
        call = Call((replace(before, shape=shape),))
        found[taken] = replace(layer, name=taken, calls=(call,))
        before = Ref(taken, 0, 0)
    return KerasModel(name, found, (Ref(layers[0].name, 0, 0),), (before,))


# Layers that Keras does not build, and whose output is as large as their input.
_SAME_SIZE = ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Dropout", "GaussianNoise")


def _given(layers: list[Layer]) -> list[tuple[int | None, ...]]:
    """The shape that each layer is given, () where neither it nor those behind it say so."""
    found: list[tuple[int | None, ...]] = []
    for layer in reversed(layers):
        behind = found[-1] if found and layer.kind in _SAME_SIZE else ()
        found.append(layer.given or behind)
    return found[::-1]


def _snake_case(name: str) -> str:
    """A class's name as Keras calls its weights."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
