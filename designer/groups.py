"""What the user does with groups: make, enter, expand, reuse and keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from core.design import exposing, group_edits
from core.design.document import Design, Group, Node
from core.design.expanding import expand
from core.design.grouping import make_group
from core.design.levels import group_at, level
from core.design.ports import block_of, group_of, uses_of
from core.errors import LayerloomError
from designer.exposing_dialog import ExposingDialog, Offer
from designer.kinds import file_of_kind, group_of_kind
from designer.library import SUFFIX, Library, write_group
from designer.session import Session
from designer.shared_parameters import common_params
from widgets.breadcrumb import Breadcrumb
from widgets.canvas.view import Canvas

T = TypeVar("T")
_FILTER = f"Layerloom blocks (*{SUFFIX})"


class Groups(QObject):
    """Connects one canvas and its breadcrumb to the groups of one session.

    ``library_changed`` comes when a block of the user's library came or went, ``edit_wanted`` with
    the id of a node that was opened but has no inside.
    """

    library_changed = Signal()
    edit_wanted = Signal(str)
    trouble = Signal(str, str)
    noted = Signal(str)

    def __init__(self, session: Session, canvas: Canvas, library: Library) -> None:
        super().__init__(canvas)
        self.session, self.canvas, self.library = session, canvas, library
        self.breadcrumb = Breadcrumb()
        self.breadcrumb.activated.connect(self._leave_to)
        canvas.node_activated.connect(self._activate)
        session.changed.connect(self._show_path)

    def slots(self) -> dict[str, Callable[[], object]]:
        """What each action on groups calls."""
        return {
            "group": self.make,
            "expand": self.expand,
            "enter": self.enter,
            "leave": self.leave,
            "rename_group": self.rename,
            "make_single": self.make_single,
            "expose": self.expose,
            "keep_group": self.keep,
            "save_group": self.save_as,
            "import_group": self.take_in,
        }

    def make(self) -> None:
        """Turn the selected nodes into a group; one frame's nodes become a group of its name."""
        chosen = self.canvas.selected_nodes()
        design = self.session.design
        names = [f.name for f in design.frames.values() if set(f.nodes) == set(chosen)]
        made: list[str] = []

        def grouped(design: Design) -> Design:
            after, node = make_group(design, chosen, names[0] if names else "")
            made.append(node)
            return after

        if self.session.act("Group", grouped):
            self.canvas.select(made[-1:])

    def expand(self) -> None:
        """Put what the selected groups hold in their place."""
        chosen = self._selected()
        before = self.session.design.nodes.keys() - set(chosen)

        def expanded(design: Design) -> Design:
            for node in chosen:
                design = expand(design, node)
            return design

        if chosen and self.session.act("Expand group", expanded):
            self.canvas.select([i for i in self.session.design.nodes if i not in before])

    def enter(self) -> None:
        """Show the inside of the selected group."""
        chosen = self._selected()
        if chosen:
            self.session.enter(chosen[-1])

    def _activate(self, node: str) -> None:
        if not self.session.enter(node):
            self.edit_wanted.emit(node)

    def leave(self) -> None:
        """Show the level around the present one."""
        self._leave_to(len(self.session.path) - 1)

    def rename(self) -> None:
        """Ask for another name of the selected group, or of the one that is shown."""
        group = self._chosen_group()
        if group is None:
            return
        name, agreed = QInputDialog.getText(
            self.canvas, "Rename group", "Name:", QLineEdit.EchoMode.Normal, group.name
        )
        wanted = name.strip()
        if agreed and wanted:
            label = f"Rename group {group.name}"
            self.session.act(label, lambda d: group_edits.rename_group(d, group.id, wanted))

    def make_single(self) -> None:
        """Give the selected use of a group a copy of the group for itself."""
        for node in self._selected():
            name = self.session.design.nodes[node].name
            single = partial(group_edits.make_single, path=self.session.path, node=node)
            self.session.act(f"Make {name} single", single, whole=True)

    def expose(self) -> None:
        """Ask which parameters of the selected nodes each use of this group sets for itself."""
        group = group_at(self.session.whole, self.session.path)
        nodes = [self.session.design.nodes[i] for i in self.canvas.selected_nodes()]
        if group is None or not nodes:
            return
        offers = _offers(self.session.design, group, nodes)
        dialog = ExposingDialog(offers, ", ".join(n.name for n in nodes), self.canvas)
        if dialog.exec() == ExposingDialog.DialogCode.Accepted:
            wanted, targets = dialog.chosen(), [n.id for n in nodes]
            edit = partial(_exposed, group=group.id, offers=offers, wanted=wanted, nodes=targets)
            self.session.act("Expose parameters", edit, whole=True)
        dialog.deleteLater()

    def keep(self) -> None:
        """Write the selected group into the user's library."""
        for node in self._selected():
            path = self._attempt(partial(self.library.keep, self.session.design, node))
            if path is not None:
                self.noted.emit(f"{path.stem} is one of your blocks now")
                self.library_changed.emit()

    def save_as(self) -> None:
        """Write the selected group into a file that the user names."""
        chosen = self._selected()
        if not chosen:
            return
        group = group_of(self.session.design, self.session.design.nodes[chosen[-1]])
        name, _ = QFileDialog.getSaveFileName(
            self.canvas, "Save group", f"{group.name if group else 'block'}{SUFFIX}", _FILTER
        )
        if name:
            path = Path(name if name.endswith(SUFFIX) else f"{name}{SUFFIX}")
            self._attempt(lambda: write_group(self.session.design, chosen[-1], path))

    def take_in(self) -> None:
        """Let the user choose a group's file, and copy it into the library."""
        name, _ = QFileDialog.getOpenFileName(self.canvas, "Import block", "", _FILTER)
        path = self._attempt(lambda: self.library.take_in(Path(name))) if name else None
        if path is not None:
            self.noted.emit(f"{path.stem} is one of your blocks now")
            self.library_changed.emit()

    def remove(self, kind: str) -> None:
        """Take a group out of the design where nothing uses it, or out of the library."""
        path, group = file_of_kind(kind), group_of_kind(kind)
        if path is not None:
            self.library.remove(path)
            self.library_changed.emit()
        elif group is not None:
            name = self.session.whole.groups[group].name
            remove = partial(group_edits.remove_group, group=group)
            self.session.act(f"Remove group {name}", remove, whole=True)

    @property
    def can_make_single(self) -> bool:
        """Whether a selected group is used elsewhere too."""
        design, whole = self.session.design, self.session.whole
        found = (group_of(design, design.nodes[i]) for i in self._selected())
        return any(g and len(list(uses_of(whole, g.id))) > 1 for g in found)

    @property
    def is_on_group(self) -> bool:
        """Whether a selected node uses a group."""
        return bool(self._selected())

    def _selected(self) -> list[str]:
        design = self.session.design
        chosen = (design.nodes.get(i) for i in self.canvas.selected_nodes())
        return [node.id for node in chosen if node and group_of(design, node)]

    def _chosen_group(self) -> Group | None:
        chosen = self._selected()
        design = self.session.design
        if chosen:
            return group_of(design, design.nodes[chosen[-1]])
        return group_at(self.session.whole, self.session.path)

    def _leave_to(self, depth: int) -> None:
        self.canvas.in_place.finish()
        left = self.session.path[max(0, depth) :]
        self.session.go_to(self.session.path[: max(0, depth)])
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        if left:
            self.canvas.select(left[:1])

    def _show_path(self, *_: object) -> None:
        names = [self.session.whole.name]
        for depth in range(len(self.session.path)):
            above = level(self.session.whole, self.session.path[:depth])
            names.append(above.nodes[self.session.path[depth]].name)
        self.breadcrumb.show_path(names if self.session.path else ())

    def _attempt(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except LayerloomError as error:
            self.trouble.emit(error.message, error.hint)
            return None


def _offers(design: Design, group: Group, nodes: Sequence[Node]) -> list[Offer]:
    """The parameters that all of the nodes have, and what they are exposed as."""
    blocks = [found[0] for node in nodes if (found := block_of(design, node))]
    if len(blocks) < len(nodes):
        return []
    offers = []
    for param in common_params(blocks):
        targets = {(node.id, param.name) for node in nodes}
        names = (e.name for e in group.exposed if targets <= set(e.targets))
        offers.append(Offer(param, next(names, "")))
    return offers


def _exposed(
    design: Design,
    group: str,
    offers: Sequence[Offer],
    wanted: Mapping[str, str],
    nodes: Sequence[str],
) -> Design:
    """The whole design with the parameters of nodes of a group exposed as wanted, and no others."""
    for offer in offers:
        name = wanted.get(offer.param.name, "")
        if offer.name and not name:
            design = exposing.conceal(design, group, offer.name)
        elif offer.name and name != offer.name:
            design = exposing.rename_exposed(design, group, offer.name, name)
        elif name and not offer.name:
            targets = [(node, offer.param.name) for node in nodes]
            design = exposing.expose(design, group, name, targets)
    return design
