"""Finds the classes of exported code: one for each group, more where its uses differ in form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.compile.plan import Plan
from core.compile.source.bodies import Body, CircleError, Item, Levels
from core.compile.source.definitions import Definition, Instance, Made, Place
from core.compile.source.naming import Names
from core.compile.source.parameters import parameters_of
from core.compile.source.sharing import Sharing
from core.compile.source.unify import constants, form, names_in
from core.design.analysis import Analysis
from core.design.document import End, Group
from core.design.flat import copy_around
from core.design.nesting import inner_first
from core.design.order import ancestors


class Module:
    """The classes of a design, the inner ones first; ``main`` is that of the whole design."""

    def __init__(
        self, analysis: Analysis, plan: Plan, results: Mapping[str, End], names: Names
    ) -> None:
        """Work out the classes for a design that gives ``results``."""
        self.analysis, self.plan, self.names = analysis, plan, names
        self.levels = Levels(analysis, plan)
        self.sharing = Sharing(self.levels.flat, self.levels.steps)
        self._places = {step.node: number for number, step in enumerate(plan.steps)}
        self._instances: dict[str, Instance] = {}
        self._ports: dict[str, set[str]] = {}
        self._alive: set[str] = set()
        self._look_around(results.values())
        self._write_out()
        name = names.class_name(analysis.design.name, "Network")
        groups = {use.group.id: use.group for use in self.levels.flat.uses.values()}
        found: list[Definition] = []
        for key in inner_first(groups)[0]:
            found += self._classes(groups[key])
        body = self._body("", results, self.levels.feeds)
        self.main = Definition(name, None, body, [""], self._attributes(body))
        self.main.needs_rngs = self._needs_rngs(self.main)
        used = self._used(self.main)
        self.definitions = [made for made in found if made in used]

    def made(self, item: Item) -> Made:
        """How the use that an item stands for is made and run."""
        assert item.use is not None
        copies, scope = item.use.copies, _scope(item)
        owners = [self.sharing.owner(copy, scope) for copy in copies]
        use = self.levels.use_of(owners[0])
        owner = use[len(scope) + 1 :] if scope else use
        instances = tuple(self._instances[copy] for copy in owners)
        if len(copies) == 1:
            return Made("one", 1, owner, instances)
        if len(set(owners)) == 1:
            return Made("repeated", len(copies), owner, instances[:1])
        alike = all(instance.is_like(instances[0]) for instance in instances)
        return Made("list" if alike else "each", len(copies), owner, instances)

    def parts(self, body: Body) -> Iterator[tuple[Place, Any]]:
        """Every constant of a body, in an order that is the same for all bodies of one form."""
        for key, item in sorted(self.built(body).items()):
            if item.step is not None:
                for when, part in (("made", item.step.layer), ("called", item.step.forward)):
                    for value, option in constants(part) if part is not None else ():
                        yield Place(item, when, option), value
                continue
            made = self.made(item)
            if made.way == "repeated":
                yield Place(item, "called", "repeat"), made.repeats
            elif made.way == "list" and made.owner == key:
                yield Place(item, "made", "repeat"), made.repeats
            for instance in made_by(made, key):
                names = instance.definition.parameters
                for name, value in zip(names, instance.values, strict=True):
                    yield Place(item, "made", name), value

    def built(self, body: Body) -> dict[str, Item]:
        """The items of a body that are computed, or whose objects are used by such."""
        found = {key: body.items[key] for key in body.order}
        for key in body.order:
            item = body.items[key]
            for inner in (item.flat,) if item.use is None else item.use.copies:
                owner = self.holder(self.sharing.owner(inner, body.scope), body.scope)
                if owner in body.items:
                    found.setdefault(owner, body.items[owner])
        return found

    def holder(self, key: str, scope: str) -> str:
        """The item of a body that an unfolded node or copy in its scope is part of."""
        start = len(scope) + 1 if scope else 0
        parts = key[start:].split("/")
        for depth in range(1, len(parts) + 1):
            copy = key[:start] + "/".join(parts[:depth])
            if copy in self.levels.flat.copies:
                use = self.levels.use_of(copy)
                if use not in self.levels.inlined:
                    return use[start:]
        return key[start:]

    def is_made(self, item: Item) -> bool:
        """Whether an item is an object, and not one that is made for another item."""
        if item.step is None:
            return self.made(item).owner == item.key
        return item.step.layer is not None and self._owns(item)

    def is_there(self, node: str) -> bool:
        """Whether the classes have the layer of an unfolded node that has weights of its own."""
        scope, made = "", self.main
        while True:
            key = self.holder(node, scope)
            if key not in made.attributes:
                return False
            if made.body.items[key].use is None:
                return True
            start = len(scope) + 1 if scope else 0
            depth = key.count("/") + 1
            copy = node[:start] + "/".join(node[start:].split("/")[:depth])
            made = self.instance(copy).definition
            scope = made.body.scope
            node = self.sharing.owner(scope + node[len(copy) :], scope)

    def instance(self, copy: str) -> Instance:
        """How a copy of a group is made."""
        return self._instances[copy]

    def _owns(self, item: Item) -> bool:
        return self.sharing.owner(item.flat, _scope(item)) == item.flat

    def _look_around(self, ends: Iterable[End]) -> None:
        """Note the uses that anything wanted is computed by, and the outputs needed of groups."""
        flat, sources = self.levels.flat, self.levels.sources
        wanted = ancestors((end.node for end in ends), sources)
        while True:
            size = len(wanted)
            wanted |= {self.sharing.owner(key) for key in wanted}
            for key, use in flat.uses.items():
                ports = self._ports.setdefault(use.group.id, set())
                if key in self._alive or not all(
                    wanted.isdisjoint(flat.copies[copy].nodes) for copy in use.copies
                ):
                    self._alive.add(key)
                    ports.update(
                        p for p in use.block.outputs for c in use.copies if f"{c}/{p}" in wanted
                    )
            more = (
                f"{copy}/{port}"
                for key in self._alive
                for copy in flat.uses[key].copies
                for port in self._ports[flat.uses[key].group.id]
            )
            wanted |= ancestors((key for key in more if key not in wanted), sources)
            if len(wanted) == size:
                return

    def _write_out(self) -> None:
        """Note the uses that no object can stand for: with data or losses in them, or not fed."""
        levels = self.levels
        roles = {r.node.id for role in ("input", "target", "loss") for r in self._of(role)}
        for key, use in levels.flat.uses.items():
            ports = self._ports[use.group.id]
            chained = len(use.copies) == 1 or use.block.outputs[0] in ports
            inner = {node for copy in use.copies for node in levels.flat.copies[copy].nodes}
            fed = all(map(levels.is_fed, use.copies))
            if not (chained and fed and roles.isdisjoint(inner)):
                levels.inlined.add(key)

    def _of(self, role: str) -> Iterable[Any]:
        return self.analysis.by_role(role)

    def _classes(self, group: Group) -> list[Definition]:
        """Make the classes of a group, for all of its uses that are wanted."""
        flat, inlined = self.levels.flat, self.levels.inlined
        copies = [
            copy
            for key, use in flat.uses.items()
            if use.group.id == group.id and key in self._alive and key not in inlined
            for copy in use.copies
        ]
        bodies = {copy: self._body_of(copy) for copy in copies}
        forms = {copy: self._form(body) for copy, body in bodies.items()}
        self._write_out_unlike(bodies, forms)
        found: dict[Any, list[str]] = {}
        for copy in copies:
            if self.levels.use_of(copy) not in inlined:
                found.setdefault(forms[copy], []).append(copy)
        return [self._define(group, alike, bodies) for alike in found.values()]

    def _write_out_unlike(self, bodies: Mapping[str, Body], forms: Mapping[str, Any]) -> None:
        """Note the uses whose copies use weights of others, but are not like these."""
        inlined, before = self.levels.inlined, -1
        while before != len(inlined):
            before = len(inlined)
            for copy, body in bodies.items():
                owner = self.sharing.owner(copy, copy_around(copy))
                if owner == copy or self.levels.use_of(copy) in inlined:
                    continue
                is_there = owner in bodies and self.levels.use_of(owner) not in inlined
                alike = is_there and forms[owner] == forms[copy]
                if not alike or self._constants(bodies[owner]) != self._constants(body):
                    inlined.add(self.levels.use_of(copy))

    def _constants(self, body: Body) -> list[str]:
        return [repr(value) for _, value in self.parts(body)]

    def _form(self, body: Body) -> Any:
        """What bodies have in common that one class can compute."""
        found = []
        for key, item in sorted(self.built(body).items()):
            kind: Any
            if item.step is not None:
                layer = None if item.step.layer is None else form(item.step.layer)
                kind = (self.sharing.owner(item.flat, body.scope)[len(body.scope) :], layer)
                kind = (*kind, form(item.step.forward))
            else:
                made = self.made(item)
                kind = (made.way, made.owner, tuple(i.definition.name for i in made.instances))
                kind = kind if made.way == "each" else (*kind[:2], kind[2][0])
            found.append((key, key in body.order, tuple(sorted(item.inputs.items())), kind))
        return (tuple(found), tuple(body.results.items()))

    def _define(self, group: Group, copies: list[str], bodies: Mapping[str, Body]) -> Definition:
        """Make one class for copies of one form."""
        body = bodies[copies[0]]
        attributes = self._attributes(body)
        rows = [list(self.parts(bodies[copy])) for copy in copies]
        found = parameters_of(self.analysis, copies, rows, self.names, attributes.values())
        name = self.names.class_name(group.name, "Block")
        made = Definition(name, group, body, copies, attributes, *found)
        made.needs_rngs = self._needs_rngs(made)
        for number, copy in enumerate(copies):
            values = tuple(each[number] for each in made.parameters.values())
            self._instances[copy] = Instance(made, values)
        return made

    def _body_of(self, copy: str) -> Body:
        use = self.levels.flat.uses[self.levels.use_of(copy)]
        needed = self._ports[use.group.id]
        results = {p: End(f"{copy}/{p}", "output") for p in use.block.outputs if p in needed}
        return self._body(copy, results, [port.name for port in use.block.entries])

    def _body(self, scope: str, results: Mapping[str, End], arguments: Iterable[str]) -> Body:
        arguments = tuple(arguments)
        while True:
            try:
                return self.levels.body(scope, results, arguments)
            except CircleError as circle:
                self.levels.inlined.update(circle.uses)

    def _attributes(self, body: Body) -> dict[str, str]:
        """What the objects of a body are called, in the order in which they are made."""
        names, found = Names(), {}
        for item in sorted(self.built(body).values(), key=self._place):
            if self.is_made(item):
                found[item.key] = names.attribute(item.name)
        return found

    def _place(self, item: Item) -> int:
        if item.use is None:
            return self._places[item.flat]
        nodes = self.levels.flat.copies[item.use.copies[0]].nodes
        return min((self._places[n] for n in nodes if n in self._places), default=-1)

    def _needs_rngs(self, made: Definition) -> bool:
        items = [made.body.items[key] for key in made.attributes]
        layers = [item.step.layer for item in items if item.step is not None]
        inner = [i.definition for item in items if item.use for i in self.made(item).instances]
        return any(d.needs_rngs for d in inner) or any("rngs" in names_in(c) for c in layers)

    def _used(self, made: Definition) -> set[Definition]:
        """The classes that a class needs, at whatever depth."""
        found: set[Definition] = set()
        open_ = [made]
        while open_:
            one = open_.pop()
            for key in one.attributes:
                item = one.body.items[key]
                inner = self.made(item).instances if item.use else ()
                open_ += [i.definition for i in inner if i.definition not in found]
                found |= {i.definition for i in inner}
        return found


def made_by(made: Made, key: str) -> tuple[Instance, ...]:
    """The objects that an item is told apart by when it is made; none where another has them."""
    if made.owner != key:
        return ()
    return made.instances if made.way == "each" else made.instances[:1]


def _scope(item: Item) -> str:
    return item.flat[: -len(item.key) - 1] if item.key != item.flat else ""
