"""Runs a block's declarative calls with symbolic values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.blocks.call import Call, Name
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import called, function_of, layer_of
from core.compile.onnx_out.weights import Weights

# What only says how a layer starts or what it computes in.
_LEFT_OUT = ("rngs", "dtype", "param_dtype", "precision", "use_fast_variance", "promote_dtype")


def evaluate(graph: Graph, part: Any, scope: Mapping[str, Any]) -> Any:
    """What a call gives. ``scope`` holds values by port and the ``layer``. Raises Inexpressible.

    Dotted names that are not called (``jnp.float32``) stay names.
    """
    if isinstance(part, Name):
        return scope.get(part.name, part)
    if not isinstance(part, Call):
        return part
    args = [evaluate(graph, arg, scope) for arg in part.args]
    options = {name: evaluate(graph, value, scope) for name, value in part.options.items()}
    if part.function in scope:
        return called(scope[part.function], part.function, *args, **options)
    return called(function_of(part.function), part.function, graph, *args, **options)


def build_layer(part: Any) -> Any:
    """The translation of a layer from the call that builds it. Raises Inexpressible."""
    if not isinstance(part, Call):
        return part
    args = [build_layer(arg) for arg in part.args if not _only_starts("", arg)]
    options = {
        name: build_layer(value)
        for name, value in part.options.items()
        if not _only_starts(name, value)
    }
    return called(layer_of(part.function), part.function, *args, **options)


def bound(graph: Graph, layer: Call, attribute: str) -> Callable[..., Any]:
    """A layer with its weights, to be called with symbolic values. Raises Inexpressible."""
    apply, weights = build_layer(layer), Weights(attribute)

    def run(*args: Any, **options: Any) -> Any:
        return called(apply, layer.function, graph, weights, *args, **options)

    return run


def _only_starts(option: str, value: Any) -> bool:
    is_rngs = isinstance(value, Name) and value.name == "rngs"
    return is_rngs or option in _LEFT_OUT or option.endswith("_init")
