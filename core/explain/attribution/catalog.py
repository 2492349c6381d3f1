"""Finds the attribution methods by walking the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import InputError
from core.explain.attribution.method import Method
from core.registry import kinds


def methods() -> Mapping[str, type[Method]]:
    """Every attribution method by its saved kind name."""
    return kinds("core.explain.attribution", Method)


def method_of(kind: str, params: Sequence[tuple[str, Any]] = ()) -> Method:
    """A method with some of its parameters set. Raises InputError naming the first fault."""
    known = methods()
    if kind not in known:
        raise InputError(
            f"there is no attribution method called {kind!r}", f"Choose one of {', '.join(known)}."
        )
    made, faults = known[kind].read(dict(params))
    for fault in faults:
        raise InputError(f"{known[kind].label}: {fault.message}", "Correct the parameter.")
    return made
