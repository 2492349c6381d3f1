"""A layer written as data: run, it is the layer that trains; printed, it is exported code.

Nothing here imports JAX; functions are dotted names (``nnx.Linear``) until someone resolves them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Name:
    """A name that gets its value when the call is run: a port, ``layer``, or ``nnx.relu``."""

    name: str


@dataclass(frozen=True)
class Call:
    """``function(*args, **options)``, where arguments may be values, ``Name`` or further calls."""

    function: str
    args: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def run(self, scope: Mapping[str, Any], resolve: Callable[[str], Any]) -> Any:
        """Carry out the call. ``scope`` holds local names; ``resolve`` finds dotted ones."""

        def value(part: Any) -> Any:
            if isinstance(part, Call):
                return part.run(scope, resolve)
            if isinstance(part, Name):
                return scope[part.name] if part.name in scope else resolve(part.name)
            return part

        function = value(Name(self.function))
        return function(*map(value, self.args), **{k: value(v) for k, v in self.options.items()})

    def source(self, names: Mapping[str, str]) -> str:
        """The call as Python code. ``names`` says how local names are written."""

        def text(part: Any) -> str:
            if isinstance(part, Call):
                return part.source(names)
            if isinstance(part, Name):
                return names.get(part.name, part.name)
            return repr(part)

        parts = [*map(text, self.args), *(f"{k}={text(v)}" for k, v in self.options.items())]
        return f"{names.get(self.function, self.function)}({', '.join(parts)})"


def call(function: str, *args: Any, **options: Any) -> Call:
    """Write a ``Call`` the way the call itself is written."""
    return Call(function, args, options)


LAYER = "layer"
RNGS = Name("rngs")
