"""Which function of this package translates each function and layer that blocks name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

from core.compile.onnx_out.graph import InexpressibleError

_FUNCTIONS: dict[str, Callable[..., Any]] = {}
_LAYERS: dict[str, Callable[..., Any]] = {}
# One function under several names.
_ALIASES = (("jax.numpy.", "jnp."), ("jax.nn.", "nnx."))


def function(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the translation of functions: called with the graph and then their arguments.

    Arrays are given as ``Value``; its parameters are all that is translated, so that a call with
    another option is refused instead of mistaken.
    """

    def register(translation: Callable[..., Any]) -> Callable[..., Any]:
        _add(_FUNCTIONS, names, translation)
        return translation

    return register


def layer(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the translation of layers: called with what the layer is built with.

    Random streams, initialisers and number formats are left out: layers are exported in float32. It
    gives the function that is called with the graph, the layer's ``Weights`` and the inputs.
    """

    def register(translation: Callable[..., Any]) -> Callable[..., Any]:
        _add(_LAYERS, names, translation)
        return translation

    return register


def function_of(name: str) -> Callable[..., Any]:
    """The translation of a function. Raises InexpressibleError."""
    return _found(_FUNCTIONS, name)


def layer_of(name: str) -> Callable[..., Any]:
    """The translation of a layer. Raises InexpressibleError."""
    return _found(_LAYERS, name)


def called(translation: Callable[..., Any], name: str, *args: Any, **options: Any) -> Any:
    """Call a translation; an argument that it does not take raises InexpressibleError."""
    try:
        inspect.signature(translation).bind(*args, **options)
    except TypeError as error:
        raise InexpressibleError(
            f"{name} is not translated as it is called here: {error}"
        ) from None
    return translation(*args, **options)


def _add(
    registry: dict[str, Callable[..., Any]], names: tuple[str, ...], made: Callable[..., Any]
) -> None:
    for name in names:
        if registry.setdefault(_common(name), made) is not made:
            raise ValueError(f"{name} is translated twice")


def _found(registry: dict[str, Callable[..., Any]], name: str) -> Callable[..., Any]:
    _load()
    found = registry.get(_common(name))
    if found is None:
        raise InexpressibleError(f"{name} has no translation to ONNX")
    return found


def _common(name: str) -> str:
    for long, short in _ALIASES:
        if name.startswith(long):
            return short + name.removeprefix(long)
    return name


@cache
def _load() -> None:
    package = importlib.import_module("core.compile.onnx_out.functions")
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{module}")
