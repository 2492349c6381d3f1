"""What the constructor of an exported class is given: what differs from copy to copy of a group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.compile.source.definitions import Place
from core.compile.source.naming import Names
from core.design.analysis import Analysis
from core.design.flat import first_copy
from core.design.ports import OWN_NAMES

Parameters = tuple[dict[str, tuple[Any, ...]], dict[int, str], frozenset[str]]


def parameters_of(
    analysis: Analysis,
    copies: Sequence[str],
    rows: Sequence[Sequence[tuple[Place, Any]]],
    names: Names,
    attributes: Iterable[str],
) -> Parameters:
    """The parameters of a class with their values, the constants they stand for, and those kept.

    ``rows`` has the constants of each copy. Constants that are alike in all copies stay as they
    are, and those that differ alike are one parameter.
    """
    free = Names({*names.taken, *attributes})
    known: dict[str, str] = {}
    parameters: dict[str, tuple[Any, ...]] = {}
    slots: dict[int, str] = {}
    kept = set()
    for number, column in enumerate(zip(*rows, strict=True)):
        values = tuple(value for _, value in column)
        if all(repr(value) == repr(values[0]) for value in values):
            continue
        place = column[0][0]
        mark = repr(values)
        if mark not in known:
            known[mark] = free.variable(_wanted(analysis, copies, place, values))
            parameters[known[mark]] = values
        slots[number] = known[mark]
        if place.when == "called":
            kept.add(known[mark])
    return parameters, slots, frozenset(kept)


def type_of(values: Sequence[Any]) -> str:
    """The type of a parameter with these values, as it is written."""
    return " | ".join(dict.fromkeys(map(_type, values)))


def _wanted(
    analysis: Analysis, copies: Sequence[str], place: Place, values: tuple[Any, ...]
) -> str:
    """What a parameter is best called: like what the group exposes, or what it stands for."""
    uses = [analysis.flat.uses[first_copy(copy)] for copy in copies]
    chosen = [use.block.values() for use in uses]
    for name in chosen[0]:
        if name not in OWN_NAMES and repr(tuple(c[name] for c in chosen)) == repr(values):
            return name
    ports = uses[0].block.entries
    for port in ports:
        found = [analysis.nodes[f"{copy}/{port.name}"].inputs.get("input") for copy in copies]
        if all(t is not None and t.rank > 1 for t in found):
            features = tuple(t.features for t in found if t is not None)
            if repr(features) == repr(values):
                return "in_features" if len(ports) == 1 else f"{port.label}_features"
    return f"{place.item.name}_{place.option or 'size'}"


def _type(value: Any) -> str:
    if isinstance(value, tuple):
        inner = dict.fromkeys(map(_type, value)) or {"int": None}
        return f"tuple[{' | '.join(inner)}, ...]"
    return "None" if value is None else type(value).__name__
