"""Groups for what a Keras model uses as one: models in it, and layers called repeatedly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.blocks.group_ports import GroupInput, GroupOutput
from core.compile.keras_in.config import Layer
from core.compile.keras_in.sheet import Making, Sheet, Value
from core.compile.onnx_in.naming import clean
from core.design.document import Design, End, Group
from core.design.layout import arranged
from core.design.ports import GROUP_KIND

# About what the canvas draws a node as, in pixels; the inside of a group is laid out by it.
_SIZE = (170.0, 76.0)


class Grouping:
    """One layer as a group: its first call makes it, later ones use it with the same weights."""

    def __init__(self, layer: Layer, fill: Callable[[Making], list[Value]]) -> None:
        self._layer, self._fill = layer, fill
        self._group, self._owner = "", ""

    def use(self, m: Making) -> list[Value]:
        """Make a node that uses the group. Raises UnsupportedError and ConfigError."""
        sheet, given = Sheet(m.sheet.book), m.inputs
        groups = m.sheet.book.groups
        before = len(groups)
        entries = [self._entry(sheet, value, i) for i, value in enumerate(given, 1)]
        inner = iter(entries)
        args = tuple(_swapped(value, inner) for value in m.args)
        kwargs = {k: v for k, v in m.kwargs.items() if not isinstance(v, Value | list | dict)}
        made = self._fill(replace(m, sheet=sheet, args=args, kwargs=kwargs))
        exits = [self._exit(sheet, value, i) for i, value in enumerate(made, 1)]
        owner = self._owner
        if owner:
            for extra in list(groups)[before:]:
                del groups[extra]
        else:
            self._keep(sheet, groups)
        params = {"group": self._group, "weights_of": owner}
        key = m.sheet.node(GROUP_KIND, self._layer.name, {k: v for k, v in params.items() if v})
        if not owner:
            self._owner = key
            m.sheet.weights |= {f"{key}/{k}": arrays for k, arrays in sheet.weights.items()}
            m.sheet.unread += [replace(u, node=f"{key}/{u.node}") for u in sheet.unread]
        m.sheet.wire(key, {e.end.node: v for e, v in zip(entries, given, strict=True)})
        return [Value(End(key, x), v.tensor) for x, v in zip(exits, made, strict=True)]

    def _entry(self, sheet: Sheet, value: Value, number: int) -> Value:
        key = sheet.node(GroupInput.kind, f"input_{number}", {})
        return Value(End(key, "output"), value.tensor)

    def _exit(self, sheet: Sheet, value: Value, number: int) -> str:
        key = sheet.node(GroupOutput.kind, f"output_{number}", {})
        sheet.wire(key, {"input": value})
        return key

    def _keep(self, sheet: Sheet, groups: dict[str, Group]) -> None:
        self._group = f"g{len(groups) + 1}"
        name = clean(self._layer.name)
        groups[self._group] = Group(sheet.nodes, sheet.wires, id=self._group, name=name)


def _swapped(value: Any, inner: Any) -> Any:
    """An argument with the values of the group's inputs in place of those outside."""
    if isinstance(value, Value):
        return next(inner)
    if isinstance(value, list):
        return [_swapped(one, inner) for one in value]
    if isinstance(value, dict):
        return {key: _swapped(one, inner) for key, one in value.items()}
    return value


def arranged_groups(groups: Mapping[str, Group]) -> dict[str, Group]:
    """Groups with their nodes side by side."""
    found = {}
    for key, group in groups.items():
        inside = Design(nodes=group.nodes, wires=group.wires)
        places = arranged(inside, dict.fromkeys(group.nodes, _SIZE))
        found[key] = replace(group, view={"positions": dict(places)})
    return found
