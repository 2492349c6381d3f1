"""Runs a block's declarative calls with symbolic values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.blocks.call import Call, Name
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import called, function_of, layer_of
from core.compile.onnx_out.weights import Weights

# What only says how a layer starts or what it computes in.
_LEFT_OUT = ("rngs", "dtype", "param_dtype", "precision", "use_fast_variance", "promote_dtype")


@dataclass(frozen=True)
class Bound:
    """A layer with its weights, to be called with symbolic values; ``made`` is what built it."""

    graph: Graph
    made: Call
    weights: Weights
    apply: Callable[..., Any]

    def __call__(self, *args: Any, **options: Any) -> Any:
        """What the layer gives. Raises InexpressibleError."""
        return called(self.apply, self.made.function, self.graph, self.weights, *args, **options)


def evaluate(graph: Graph, part: Any, scope: Mapping[str, Any]) -> Any:
    """What a call gives; ``scope`` holds values by port and the ``layer``.

    Raises InexpressibleError.

    Dotted names that are not called (``jnp.float32``) stay names.
    """
    if isinstance(part, Name):
        return scope.get(part.name, part)
    if not isinstance(part, Call):
        return part
    args = [evaluate(graph, arg, scope) for arg in part.args]
    options = {name: evaluate(graph, value, scope) for name, value in part.options.items()}
    if part.function in scope:
        return scope[part.function](*args, **options)
    return called(function_of(part.function), part.function, graph, *args, **options)


def bound(graph: Graph, layer: Call, attribute: str) -> Bound:
    """The layer that a call builds, an attribute of the network. Raises InexpressibleError."""
    return Bound(graph, layer, Weights(attribute), _built(layer))


def _built(part: Any) -> Any:
    """The translation of a layer, and of the layers that it is built from."""
    if not isinstance(part, Call):
        return part
    args = [_built(arg) for arg in part.args if not _only_starts("", arg)]
    options = {
        name: _built(value) for name, value in part.options.items() if not _only_starts(name, value)
    }
    return called(layer_of(part.function), part.function, *args, **options)


def _only_starts(option: str, value: Any) -> bool:
    is_rngs = isinstance(value, Name) and value.name == "rngs"
    return is_rngs or option in _LEFT_OUT or option.endswith("_init")
