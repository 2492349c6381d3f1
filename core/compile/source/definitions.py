"""The classes of exported code: what each computes, what it is given, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.compile.source.bodies import Body, Item
from core.design.document import Group


@dataclass(eq=False)
class Definition:
    """One class: its body, and what its constructor is given.

    ``parameters`` has the values of each, one for each copy in ``copies``; ``slots`` says which
    constants of the body, by number, are written as which parameter, and ``kept`` are those that
    are needed after construction. ``attributes`` are what the items are called that are objects.
    ``group`` is None for the class of the whole design.
    """

    name: str
    group: Group | None
    body: Body
    copies: list[str]
    attributes: Mapping[str, str]
    parameters: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    slots: Mapping[int, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    needs_rngs: bool = False


class Instance(NamedTuple):
    """How one copy is made: its class, and the value of each of its parameters."""

    definition: Definition
    values: tuple[Any, ...]

    def is_like(self, other: Instance) -> bool:
        """Whether both are made alike."""
        return self.definition is other.definition and repr(self.values) == repr(other.values)


class Made(NamedTuple):
    """How a use of a group is made and run.

    ``way`` is ``one`` object, a ``list`` of objects made alike, objects made ``each`` by
    themselves, or one object that is ``repeated``. ``owner`` is the item that has the objects,
    which is another one where weights are shared; ``instances`` say how they are made.
    """

    way: str
    repeats: int
    owner: str
    instances: tuple[Instance, ...]


class Place(NamedTuple):
    """Where a constant stands: its item, when it is needed, and the name of its option.

    It is needed when the item is ``made`` or when it is ``called``; the option is empty where it
    has no name.
    """

    item: Item
    when: str
    option: str
