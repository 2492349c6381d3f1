"""Everything that can be put on the canvas: blocks, and groups, ready ones and the user's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.blocks.block import Port, ShapeError
from core.blocks.catalog import block, blocks
from core.blocks.inputs import Input
from core.design import edits, fitting
from core.design.document import Design, Group, Node
from core.design.fragment import paste
from core.design.group_edits import use_group
from core.design.levels import group_at
from core.design.nesting import with_inner
from core.design.ports import GROUP_KIND, GroupUse, use_of
from core.design.problems import best_column, bind
from core.design.trial import group_made_of
from core.params import Value
from core.tensor import Tensor
from designer.kinds import (
    file_kind,
    file_of_kind,
    group_kind,
    group_of_kind,
    ready_kind,
    ready_of_kind,
)
from designer.library import READY, SUFFIX, Library
from designer.session import Session
from widgets.palette_rows import PaletteEntry
from widgets.theme import FAMILIES

MY_BLOCKS = "My blocks"
READY_GROUPS = "Ready groups"
_GROUPS = "Groups"

Point = tuple[float, float]


class Offers(QObject):
    """What can be added where the user is, each known by its kind as ``designer.kinds`` has it.

    ``changed`` comes when there are others to choose from.
    """

    changed = Signal()

    def __init__(self, session: Session, library: Library) -> None:
        super().__init__(session)
        self.session, self.library = session, library
        self._mine = self._kept()
        self.entries = self._found()
        session.changed.connect(self._look)

    def look_into_library(self) -> None:
        """See what the user's library holds now."""
        self._mine = self._kept()
        self._look()

    def _look(self, *_: object) -> None:
        found = self._found()
        if found != self.entries:
            self.entries = found
            self.changed.emit()

    def add(
        self,
        kind: str,
        at: Point,
        verb: str = "Add",
        wire: Callable[[Design, str], Design] = lambda design, _: design,
    ) -> str | None:
        """Place a new node and ``wire`` it in one act; its id, or None where that cannot be."""
        made: list[str] = []

        def placed(_: Design) -> Design:
            design, node = self.place(kind, at)
            made.append(node)
            return self._fitted(kind, wire(design, node), node)

        return made[-1] if self.session.act(f"{verb} {self.label(kind)}", placed) else None

    def label(self, kind: str) -> str:
        """What a kind is called."""
        return next((e.label for e in self.entries if e.kind == kind), kind)

    def is_truth(self, node: Node) -> bool:
        """Whether a node gives what predictions are compared with."""
        return node.known and block(node.block).role == "target"

    def first_output(self, kind: str) -> str:
        """The first output of a new node."""
        use = self._use(kind)
        return use.block.outputs[0] if use else block(kind)().outputs[0]

    def place(self, kind: str, at: Point) -> tuple[Design, str]:
        """The design with a new node, and its id; an Input or Target is bound to the data.

        Raises InputError where a file cannot be read.
        """
        design, facts = self.session.design, self.session.analysis.facts
        group, kept = group_of_kind(kind), self._kept_as(kind)
        if group is not None:
            return use_group(design, group, at)
        if kept is not None:
            library, path = kept
            placed, new = paste(design, library.text(path), at, str(path))
            return placed, new[0]
        node = edits.new_node(design, kind)
        placed = edits.add_node(design, node, at)
        made = node.instance[0] if node.instance else None
        if facts and isinstance(made, Input):
            offered = facts.inputs if made.role == "input" else facts.targets
            if best := best_column(made, facts.columns, offered):
                placed = bind(placed, node.id, best, facts.columns[best])
        return placed, node.id

    def taking_ports(self, kind: str, tensor: Tensor | None) -> tuple[str, ...]:
        """The inputs of a new node that can take ``tensor``; one that is not known fits."""
        use = self._use(kind)
        if use is None:
            return fitting.taking_ports(kind, tensor)
        names = (p.name for p in use.block.ports())
        return tuple(name for name in names if use.makes(name, tensor)[0])

    def _fitted(self, kind: str, design: Design, node: str) -> Design:
        """The design with a new use of a group set so that it takes what is wired to it."""
        use, outputs = self._use(kind), self.session.analysis.outputs()
        for target, source in design.wires.items() if use else ():
            given = outputs.get(source)
            if use and target.node == node and given:
                design = edits.set_params(design, node, **use.settings(target.port, given))
        return design

    def can_feed(self, kind: str, port: Port) -> bool:
        """Whether a new node can make something that ``port`` takes."""
        use = self._use(kind)
        if use is not None:
            return bool(use.block.outputs)
        if block(kind).role not in ("input", "target"):
            return fitting.can_feed(kind, port)
        design, node = self.place(kind, (0.0, 0.0))
        found = design.nodes[node].instance
        made = found[0].results().values() if found else ()
        return any(fitting.accepts(port, tensor) for tensor in made)

    def fits_between(self, kind: str, given: Tensor | None, taker: Port) -> bool:
        """Whether a new node takes ``given`` and makes of it what ``taker`` takes."""
        use = self._use(kind)
        if use is None:
            return fitting.fits_between(kind, given, taker)
        ports = use.block.ports()
        if not ports or not use.block.outputs:
            return False
        fits, made = use.makes(ports[0].name, given)
        return fits and fitting.accepts(taker, made)

    def _use(self, kind: str) -> _GroupOnOffer | None:
        """The group that a kind names; None for other kinds."""
        key, kept = group_of_kind(kind), self._kept_as(kind)
        if key is not None:
            return _GroupOnOffer.of(self.session.design, self.session.design.groups[key])
        if kept is not None:
            library, path = kept
            return _GroupOnOffer.of(library.piece(path), library.group(path))
        return None

    def _kept_as(self, kind: str) -> tuple[Library, Path] | None:
        """The library and the file that a kind names; None for other kinds."""
        mine, ready = file_of_kind(kind), ready_of_kind(kind)
        if mine is not None:
            return self.library, mine
        return None if ready is None else (_READY, READY / f"{ready}{SUFFIX}")

    def _found(self) -> list[PaletteEntry]:
        design, here = self.session.design, group_at(self.session.whole, self.session.path)
        entries = [*_catalogue(here is not None), *_ready()]
        for group in design.groups.values():
            if here is None or here.id not in with_inner(design.groups, [group.id]):
                tooltip = f"A group of this design with {len(group.nodes)} nodes."
                entries.append(_entry(group_kind(group.id), group.name, _GROUPS, tooltip))
        return [*entries, *self._mine]

    def _kept(self) -> list[PaletteEntry]:
        return [
            _entry(file_kind(path), title, MY_BLOCKS, f"One of your blocks, from {path}.")
            for path, title in self.library.titles().items()
        ]


@dataclass(frozen=True)
class _GroupOnOffer:
    """A group as a block, and the design that defines it."""

    design: Design
    group: str
    block: GroupUse

    @classmethod
    def of(cls, design: Design, group: Group) -> _GroupOnOffer:
        node = Node("", "", GROUP_KIND, {"group": group.id})
        return cls(design, group.id, use_of(design, group, node)[0])

    def makes(self, port: str, given: Tensor | None) -> tuple[bool, Tensor | None]:
        """Whether it takes a tensor at a port, and what it makes of it as far as known."""
        if given is None:
            return True, None
        try:
            return True, group_made_of(self.design, self.group, port, given)[1]
        except ShapeError:
            return False, None

    def settings(self, port: str, given: Tensor) -> Mapping[str, Value]:
        """What it has to set to take a tensor at a port; nothing where that cannot be."""
        try:
            return group_made_of(self.design, self.group, port, given)[0]
        except ShapeError:
            return {}


def _entry(kind: str, label: str, family: str, tooltip: str) -> PaletteEntry:
    return PaletteEntry(kind, label, family, tooltip, _GROUPS, ("group", "block", "subgraph"))


_READY = Library(READY)


@cache
def _ready() -> tuple[PaletteEntry, ...]:
    """An entry for each group that comes with Layerloom; the note in it says what it does."""
    entries = []
    for path in _READY.files():
        group = _READY.group(path)
        note = next(iter(group.notes.values()))
        summary = note.text.partition("\n")[0]
        entry = _entry(ready_kind(path), group.name, READY_GROUPS, summary)
        entries.append(replace(entry, keywords=(*entry.keywords, note.text)))
    return tuple(entries)


@cache
def _catalogue(within_group: bool) -> tuple[PaletteEntry, ...]:
    """An entry for each block of the catalogue, family by family."""
    known = {name: i for i, name in enumerate(FAMILIES)}
    listed = [c for c in blocks().values() if c.listed and within_group >= c.within_groups]
    classes = sorted(listed, key=lambda c: (known.get(c.family, len(known)), c.family, c.label))
    return tuple(
        PaletteEntry(c.kind, c.label, c.family, c.summary(), c.family, c.keywords) for c in classes
    )
