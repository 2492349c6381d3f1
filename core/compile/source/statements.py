"""The steps of a method: what each computes from which values, and what these are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.blocks.call import Call, Name
from core.compile.source.bodies import Body, Item, Value
from core.compile.source.definitions import Definition
from core.compile.source.module import Module
from core.compile.source.naming import Names
from core.compile.source.objects import Filled, object_of

# What a value is called that only the next step reads.
_PASSING = ("x", "h", "y", "z")


@dataclass
class Statement:
    """One step. ``results`` are its values in the order in which they are given.

    ``call`` names what it reads by port, ``inputs`` says which values these are. ``loop`` is what
    its first input and output go round in, empty for a step that is done once.
    """

    item: Item
    call: Call
    inputs: Mapping[str, Value]
    results: tuple[Value, ...]
    names: dict[str, str] = field(default_factory=dict)
    loop: str = ""


@dataclass
class Method:
    """What a method computes, and what its values are called."""

    arguments: Mapping[Value, str]
    statements: list[Statement]
    results: Mapping[str, Value]
    texts: dict[Value, str]


def method_of(
    module: Module,
    made: Definition,
    codes: Mapping[str, Filled],
    order: Sequence[str],
    results: Mapping[str, Value],
    arguments: Mapping[Value, str],
) -> Method:
    """The steps in which a class computes ``results``; ``arguments`` are named as is wanted."""
    body = made.body
    names = Names(module.names.taken)
    wanted = {*arguments.values(), *(body.items[key].name for key in order)}
    passing = next((n for n in _PASSING if n not in wanted and n not in names.taken), "x")
    names.taken.add(passing)
    texts = {value: names.variable(name) for value, name in arguments.items()}
    given = dict(texts)
    statements = [_statement(module, made, codes[key], body.items[key], names) for key in order]
    readers = _readers(statements, results)
    for number, one in enumerate(statements):
        for value in one.results:
            carried = bool(one.loop) and value == one.results[0]
            if value not in readers and not carried:
                texts[value] = "_"
            elif (
                len(one.results) == 1
                and readers.get(value) == {number + 1}
                and _may_pass(one, texts)
            ):
                texts[value] = passing
            else:
                texts[value] = names.variable(_name(module, one.item, value))
        one.names |= {port: texts[value] for port, value in one.inputs.items()}
    return Method(given, statements, results, texts)


def _statement(
    module: Module, made: Definition, code: Filled, item: Item, names: Names
) -> Statement:
    if item.step is not None:
        assert code.forward is not None
        results = tuple(Value(item.key, port) for port in item.outputs)
        layer = {"layer": object_of(module, made, item)} if item.step.layer is not None else {}
        return Statement(item, code.forward, item.inputs, results, layer)
    use = module.made(item)
    held = object_of(module, made, item)
    given = use.instances[0].definition.body
    results = tuple(Value(item.key, port) for port in given.results)
    # A port may be called like an object.
    inputs = {f"@{port}": item.inputs[port] for port in given.arguments}
    args = tuple(map(Name, inputs))
    if use.way == "one":
        return Statement(item, Call(held, args), inputs, results)
    if use.way == "repeated":
        loop = ("for _ in range({})", code.repeat)
        return Statement(item, Call(held, args), inputs, results, loop=_range(*loop))
    block = Names(names.taken).variable("block")
    return Statement(item, Call(block, args), inputs, results, loop=f"for {block} in {held}")


def _range(text: str, count: Any) -> str:
    return text.format(count.name if isinstance(count, Name) else count)


def _readers(
    statements: Sequence[Statement], results: Mapping[str, Value]
) -> dict[Value, set[int]]:
    """For each value the numbers of the steps that read it; the last is what is returned."""
    found: dict[Value, set[int]] = {}
    for number, one in enumerate(statements):
        for value in one.inputs.values():
            found.setdefault(value, set()).add(number)
    for value in results.values():
        found.setdefault(value, set()).add(len(statements))
    return found


def _may_pass(one: Statement, texts: Mapping[Value, str]) -> bool:
    """Whether a step may write over the value before it: not where that enters each repeat."""
    further = list(one.inputs.values())[1:]
    return not one.loop or {texts[value] for value in further}.isdisjoint(_PASSING)


def _name(module: Module, item: Item, value: Value) -> str:
    """What a value shall be called: like its node, and its port where there are several."""
    if item.use is not None:
        block = item.use.block
        if len(block.outputs) > 1:
            labels = dict(zip(block.outputs, block.output_labels, strict=True))
            return f"{item.name}_{labels[value.port]}"
    elif len(item.outputs) > 1:
        return f"{item.name}_{value.port}"
    return item.name


def needed(body: Body, results: Mapping[str, Value]) -> list[str]:
    """The items that results are computed from, in the body's order."""
    found: set[str] = set()
    open_ = [value.item for value in results.values()]
    while open_:
        key = open_.pop()
        if key in body.items and key not in found:
            found.add(key)
            open_ += [value.item for value in body.items[key].inputs.values()]
    return [key for key in body.order if key in found]
