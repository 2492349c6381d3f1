"""What nodes are called: after the weights they use, or the module they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.design.document import Frame, Node

_LONGEST = 80
# Fewer nodes need no frame.
_OF_A_FRAME = 3


@dataclass(frozen=True)
class Title:
    """What speaks for a node's name.

    ``exact`` is what its weights are called, ``scope`` the module it stems from, ``stem`` its kind;
    any of them may be empty.
    """

    exact: str = ""
    scope: str = ""
    stem: str = ""

    def part(self, suffix: str) -> Title:
        """The title of a part of the node."""
        return Title(self.exact and self.exact + suffix, self.scope, self.stem + suffix)


def names_of(titles: Mapping[str, Title]) -> dict[str, str]:
    """A name for each id, no two alike: a module's name for what stands for the module alone."""
    count = Counter(title.scope for title in titles.values() if not title.exact)
    inner = {
        scope[:i] for t in titles.values() for scope in (t.exact, t.scope) for i in _dots(scope)
    }
    taken: set[str] = set()
    found = {}
    for key, title in titles.items():
        alone = count[title.scope] == 1 and title.scope not in inner
        wanted = [clean(name) for name in _candidates(title, alone)]
        name = next((w for w in wanted if w and w not in taken), None)
        found[key] = name or _numbered(next(filter(None, reversed(wanted)), "node"), taken)
        taken.add(found[key])
    return found


def _candidates(title: Title, alone: bool) -> Iterator[str]:
    yield title.exact
    if title.scope and (alone or title.exact):
        yield title.scope
    last = title.scope.rpartition(".")[2]
    said = last.rstrip("0123456789").rstrip("_") == title.stem
    yield title.scope if said else f"{title.scope}.{title.stem}" if title.scope else title.stem


def _dots(name: str) -> list[int]:
    return [i for i, c in enumerate(name) if c == "."]


def frames_of(nodes: Mapping[str, Node]) -> dict[str, Frame]:
    """A frame around the nodes of each numbered module, such as ``layer1.0``, by frame id."""
    members: dict[str, list[str]] = {}
    for key, node in nodes.items():
        parts = node.name.split(".")
        numbered = next((i for i, part in enumerate(parts) if i and part.isdigit()), 0)
        if numbered and numbered + 1 < len(parts):
            members.setdefault(".".join(parts[: numbered + 1]), []).append(key)
    found = [(name, ids) for name, ids in members.items() if len(ids) >= _OF_A_FRAME]
    return {
        f"f{number}": Frame(f"f{number}", name, tuple(ids))
        for number, (name, ids) in enumerate(found, start=1)
    }


def clean(name: str) -> str:
    """A name that can be shown and written in paths of nodes."""
    kept = "".join(c if c.isprintable() and c != "/" else " " for c in name)
    return " ".join(kept.split()).strip(". ")[:_LONGEST]


def _numbered(wanted: str, taken: set[str]) -> str:
    number = 2
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"
