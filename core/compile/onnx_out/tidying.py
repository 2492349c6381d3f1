"""Leaves out what nobody needs, and gives values the names that people look for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.compile.onnx_out.graph import Body, Op

# Operators whose outputs are all there, read or not.
_WHOLE = ("Split", "Scan")


def renamed(ops: Iterable[Op], names: Mapping[str, str]) -> list[Op]:
    """The operators with other names for values."""

    def each(given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in given)

    def attribute(given: Any) -> Any:
        if not isinstance(given, Body):
            return given
        return replace(given, ops=tuple(renamed(given.ops, names)))

    return [
        replace(
            op,
            inputs=each(op.inputs),
            outputs=each(op.outputs),
            attributes={name: attribute(value) for name, value in op.attributes.items()},
        )
        for op in ops
    ]


def without_unused(ops: Iterable[Op], wanted: Iterable[str]) -> tuple[Op, ...]:
    """The operators that lead to what is wanted; outputs that nobody reads lose their names."""
    read, kept = set(wanted), []
    for op in reversed(list(ops)):
        if read.intersection(op.outputs):
            outputs = [name if name in read else "" for name in op.outputs]
            while outputs and not outputs[-1]:
                outputs.pop()
            given = op.outputs if op.type in _WHOLE else tuple(outputs)
            kept.append(replace(op, outputs=given))
            read.update(op.reads)
    return tuple(reversed(kept))
