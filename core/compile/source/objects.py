"""How exported code makes the objects of a class, and how it calls them from anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.blocks.call import RNGS, Call, Name
from core.compile.source.bodies import Item
from core.compile.source.definitions import Definition, Instance, Made
from core.compile.source.module import Module, made_by
from core.compile.source.unify import replaced


@dataclass
class Filled:
    """An item's calls as a class writes them: constants that differ are its parameters."""

    layer: Call | None = None
    forward: Call | None = None
    repeat: Any = 1
    making: list[Call] = field(default_factory=list)


def filled(module: Module, made: Definition) -> dict[str, Filled]:
    """Every item of a class with its calls."""
    numbers = iter(range(1_000_000_000))

    def put(value: Any, is_kept: bool) -> Any:
        slot = made.slots.get(next(numbers))
        if slot is None:
            return value
        return Name(f"self.{slot}" if is_kept else slot)

    found = {}
    for key, item in sorted(module.built(made.body).items()):
        one = found[key] = Filled()
        if item.step is not None:
            if item.step.layer is not None:
                one.layer = replaced(item.step.layer, lambda v: put(v, False))
            one.forward = replaced(item.step.forward, lambda v: put(v, True))
            continue
        use = module.made(item)
        if use.way == "repeated":
            one.repeat = put(use.repeats, True)
        elif use.way == "list" and use.owner == key:
            one.repeat = put(use.repeats, False)
        for instance in made_by(use, key):
            one.making.append(_making(instance, [put(v, False) for v in instance.values]))
    return found


def _making(instance: Instance, values: list[Any]) -> Call:
    """The call that makes one copy of a group."""
    options = dict(zip(instance.definition.parameters, values, strict=True))
    if instance.definition.needs_rngs:
        options["rngs"] = RNGS
    return Call(instance.definition.name, (), options)


def making(made: Made, one: Filled) -> Call | None:
    """The call that makes what stands for a use of a group; None for a list of copies alike."""
    if made.way == "each":
        return Call("nnx.List", (one.making,))
    return None if made.way == "list" else one.making[0]


def object_of(module: Module, made: Definition, item: Item) -> str:
    """The object that does an item's work, from inside of its class."""
    if item.use is None:
        return "self." + path_of(module, made, module.sharing.owner(item.flat, made.body.scope))
    return "self." + made.attributes[module.made(item).owner]


def path_of(module: Module, made: Definition, node: str) -> str:
    """Where a class has the layer of a node in its scope, with dots and brackets between."""
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in way_to(module, made, node)
    ).removeprefix(".")


def way_to(module: Module, made: Definition, node: str) -> list[str | int]:
    """The attributes and numbers in lists that lead to the layer of an unfolded node.

    ``node`` stands in the first copy that the class stands for, and has weights of its own there.
    """
    scope = made.body.scope
    key = module.holder(node, scope)
    way: list[str | int] = [made.attributes[key]]
    item = made.body.items[key]
    if item.use is None:
        return way
    use = module.made(item)
    start = len(scope) + 1 if scope else 0
    depth = key.count("/") + 1
    copy = node[:start] + "/".join(node[start:].split("/")[:depth])
    if use.way in ("list", "each"):
        way.append(item.use.copies.index(copy))
    inner = module.instance(copy).definition
    first = inner.body.scope
    rest = module.sharing.owner(first + node[len(copy) :], first)
    return way + way_to(module, inner, rest)
