"""What one class of exported code computes: a level of a design, with the groups it uses whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from core.compile.plan import Plan, Step
from core.design.analysis import Analysis
from core.design.document import End
from core.design.flat import Unfolded, copy_around


class Value(NamedTuple):
    """A value in a body: an output of one of its items, or without an item one of its arguments."""

    item: str
    port: str


@dataclass(frozen=True)
class Item:
    """One node of a body, or one use of a group with all its copies.

    ``key`` is its id without that of the body's own copy; ``flat`` is the whole id. ``outputs``
    are those that something may read.
    """

    key: str
    flat: str
    name: str
    inputs: Mapping[str, Value]
    outputs: tuple[str, ...]
    step: Step | None = None
    use: Unfolded | None = None


@dataclass(frozen=True)
class Body:
    """What stands at one level, in computing order.

    ``scope`` is the copy of a group that it is, empty for the whole design. ``arguments`` are what
    it is given, ``results`` what it gives, each by port. ``idle`` are items that nothing is
    computed from, and whose weights others may use.
    """

    scope: str
    arguments: tuple[str, ...]
    items: Mapping[str, Item]
    order: tuple[str, ...]
    results: Mapping[str, Value]

    @property
    def idle(self) -> Iterator[Item]:
        """Items that are not computed."""
        return (item for key, item in self.items.items() if key not in self.order)


class CircleError(Exception):
    """Uses of groups that feed each other, so that none can be computed as a whole."""

    def __init__(self, uses: Collection[str]) -> None:
        super().__init__("uses of groups feed each other")
        self.uses = uses


class Levels:
    """The levels of an unfolded design, of which some groups are written out where they are used.

    ``inlined`` are the ids of the uses that are written out.
    """

    def __init__(self, analysis: Analysis, plan: Plan) -> None:
        self.flat, self.plan = analysis.flat, plan
        self.sources = analysis.sources
        self.nodes = analysis.design.nodes
        self.feeds = {r.node.id for role in ("input", "target") for r in analysis.by_role(role)}
        self.steps = {step.node: step for step in plan.steps}
        self.passing = {
            i for i, r in analysis.nodes.items() if r.block is not None and r.block.passes_on
        }
        self.inlined: set[str] = set()
        self._at: dict[str, list[str]] = {}
        for key in (*self.steps, *self.flat.uses):
            self._at.setdefault(copy_around(key), []).append(key)
        self._use_of = {copy: key for key, use in self.flat.uses.items() for copy in use.copies}

    def use_of(self, copy: str) -> str:
        """The use that a copy of a group belongs to."""
        return self._use_of[copy]

    def origin(self, source: End, scope: str) -> Value | None:
        """Where a value comes from as ``scope`` sees it; None for what no input feeds."""
        node, port = source
        while True:
            around = copy_around(node)
            use = self.flat.uses.get(self._use_of.get(around, ""))
            if use is not None and node.startswith(f"{around}/"):
                own = node[len(around) + 1 :]
                if around == scope and own in {p.name for p in use.block.entries}:
                    return Value("", own)
                whole = self._whole(around, scope)
                if whole is not None and node == f"{whole}/{own}" and own in use.block.outputs:
                    return Value(self._local(self._use_of[whole], scope), own)
            if node in self.feeds:
                return Value("", node)
            if node not in self.passing:
                return Value(self._local(node, scope), port)
            before = next(iter(self.sources.get(node, {}).values()), None)
            if before is None:
                return None
            node, port = before

    def members(self, scope: str) -> Iterator[str]:
        """Nodes and uses of a scope and of what is written out in it, by whole id."""
        for key in self._at.get(scope, ()):
            if key in self.inlined:
                for copy in self.flat.uses[key].copies:
                    yield from self.members(copy)
            elif key not in self.passing:
                yield key

    def body(self, scope: str, results: Mapping[str, End], arguments: Iterable[str]) -> Body:
        """The body of a scope that gives ``results``. Raises CircleError."""
        items = {i.key: i for i in (self._item(key, scope) for key in self.members(scope))}
        found = {port: self.origin(end, scope) for port, end in results.items()}
        values = {port: value for port, value in found.items() if value is not None}
        order = _order(items, values.values())
        return Body(scope, tuple(arguments), items, tuple(order), values)

    def is_fed(self, copy: str) -> bool:
        """Whether every input of a copy of a group is fed."""
        use = self.flat.uses[self._use_of[copy]]
        return all(f"{copy}/{port.name}" in self.sources for port in use.block.entries)

    def _item(self, key: str, scope: str) -> Item:
        local = self._local(key, scope)
        around = self.flat.copies.get(scope)
        before = around.name if around else ""
        use = self.flat.uses.get(key)
        if use is not None:
            inputs = self._fed(
                {p.name: End(f"{use.copies[0]}/{p.name}", "input") for p in use.block.entries},
                scope,
            )
            name = use.name.removeprefix(before)
            return Item(local, key, name, inputs, use.block.outputs, use=use)
        step = self.steps[key]
        ends = {port: self.origin(end, scope) for port, end in step.inputs.items()}
        inputs = {port: value for port, value in ends.items() if value is not None}
        outputs = tuple(end.port for end in step.outputs)
        return Item(local, key, self.nodes[key].name.removeprefix(before), inputs, outputs, step)

    def _fed(self, ports: Mapping[str, End], scope: str) -> dict[str, Value]:
        found = {}
        for port, target in ports.items():
            source = self.sources.get(target.node, {}).get(target.port)
            value = self.origin(source, scope) if source else None
            if value is not None:
                found[port] = value
        return found

    def _whole(self, copy: str, scope: str) -> str | None:
        """The outermost copy around that ``scope`` uses as a whole, last of its repeats."""
        start = len(scope) + 1 if scope else 0
        place = copy.find("/", start)
        while True:
            outer = copy if place < 0 else copy[:place]
            if outer == scope or (scope and not outer.startswith(f"{scope}/")):
                return None
            if self._use_of[outer] not in self.inlined:
                return outer
            if place < 0:
                return None
            place = copy.find("/", place + 1)

    def _local(self, key: str, scope: str) -> str:
        return key[len(scope) + 1 :] if scope else key


def _order(items: Mapping[str, Item], ends: Iterable[Value]) -> list[str]:
    """The items that the values are computed from, each branch before what it flows into."""
    done: dict[str, None] = {}
    open_: dict[str, Iterator[Value]] = {}
    for end in ends:
        stack = [end.item] if end.item and end.item not in done else []
        while stack:
            key = stack[-1]
            if key not in items:
                done[key] = None
            if key in done:
                stack.pop()
                continue
            waiting = open_.setdefault(key, iter(items[key].inputs.values()))
            after = next((v.item for v in waiting if v.item and v.item not in done), None)
            if after is None:
                done[key] = None
                open_.pop(key)
                stack.pop()
            elif after in open_:
                around = stack[stack.index(after) :]
                raise CircleError([items[k].flat for k in around if items[k].use is not None])
            else:
                stack.append(after)
    return [key for key in done if key in items]
