"""Groups kept as files, for use in any design: the user's own, and those that are ready."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from core.design.document import Design, Group
from core.design.fragment import cut_out, read_fragment
from core.design.ports import GROUP_KIND, group_of
from core.errors import InputError
from core.project.file import write_atomically, writing

SUFFIX = ".loomblock"
# What comes with Layerloom, written by ``tools/ready_groups``.
READY = Path(__file__).resolve().parent.parent / "resources" / "groups"


class Library:
    """A folder with one file for each block; a file is what the clipboard would hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[int, Design]] = {}

    def files(self) -> list[Path]:
        """The files, by name."""
        if not self.folder.is_dir():
            return []
        return sorted(self.folder.glob(f"*{SUFFIX}"), key=lambda path: path.stem.lower())

    def titles(self) -> dict[Path, str]:
        """What each block is called. Files that cannot be read are left out."""
        found = {}
        for path in self.files():
            try:
                found[path] = self.group(path).name
            except InputError:
                continue
        return found

    def text(self, path: Path) -> str:
        """What a file holds, ready to be pasted. Raises InputError."""
        try:
            return path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path} cannot be read: {error}", "Choose another file.") from error

    def piece(self, path: Path) -> Design:
        """What a file holds, as a design; it is read again when it changes. Raises InputError."""
        try:
            changed = path.stat().st_mtime_ns
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        if self._known.get(path, (0, None))[0] != changed:
            self._known[path] = (changed, read_fragment(self.text(path), str(path)))
        return self._known[path][1]

    def group(self, path: Path) -> Group:
        """The group that a file holds. Raises InputError for a file that holds none."""
        piece = self.piece(path)
        uses = [n for n in piece.nodes.values() if n.block == GROUP_KIND]
        found = group_of(piece, uses[0]) if len(uses) == 1 == len(piece.nodes) else None
        if found is None:
            raise InputError(
                f"{path} holds no single group", f"Choose a file that ends with {SUFFIX}."
            )
        return found

    def keep(self, design: Design, node: str) -> Path:
        """Write the group that a node uses into the library; one of that name is replaced.

        Raises WorkError where that cannot be.
        """
        group = group_of(design, design.nodes[node])
        assert group is not None, "only groups are kept"
        path = self.folder / f"{file_stem(group.name)}{SUFFIX}"
        write_group(design, node, path)
        return path

    def take_in(self, path: Path) -> Path:
        """Copy a group's file into the library. Raises InputError or WorkError."""
        stem = file_stem(self.group(path).name)
        place = self.folder / f"{stem}{SUFFIX}"
        with writing(place):
            self.folder.mkdir(parents=True, exist_ok=True)
            if path.resolve() != place.resolve():
                shutil.copyfile(path, place)
        return place

    def remove(self, path: Path) -> None:
        """Delete a block's file."""
        path.unlink(missing_ok=True)


def write_group(design: Design, node: str, path: Path) -> None:
    """Write the group that a node uses, with the node's settings. Raises WorkError."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, cut_out(design, [node]).encode())


def file_stem(name: str) -> str:
    """A group's name as the name of a file on any system."""
    return re.sub(r"[^\w\- ]+", "_", name).strip(" _") or "block"
