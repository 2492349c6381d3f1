"""Copies of functions and classes of ``layers`` for exported code; the files are only read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LAYERS = "core.compile.layers"


@dataclass(frozen=True)
class Helper:
    """One definition at the top of a file: its text, and which names that are not its own it uses.

    ``imports`` has the statements that bring in names from elsewhere.
    """

    name: str
    file: str
    line: int
    text: str
    needs: tuple[str, ...]
    imports: Mapping[str, str]


@cache
def helpers() -> Mapping[tuple[str, str], Helper]:
    """Every definition in the package, by file and name."""
    spec = find_spec(LAYERS)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    found = {}
    for folder in spec.submodule_search_locations:
        for path in sorted(Path(folder).glob("*.py")):
            if not path.stem.startswith("_"):
                found.update({(h.file, h.name): h for h in _read(path)})
    return found


def public_names() -> frozenset[str]:
    """What blocks may call; each is defined in one file."""
    return frozenset(name for _, name in helpers() if not name.startswith("_"))


def copied(names: Iterable[str]) -> tuple[list[str], set[str]]:
    """The texts that define ``names`` and all that they need, and the imports they need."""
    by_name = {name: key for key in helpers() if not (name := key[1]).startswith("_")}
    chosen: dict[tuple[str, str], Helper] = {}
    open_ = sorted(by_name[name] for name in names)
    while open_:
        key = open_.pop()
        if key in chosen:
            continue
        chosen[key] = helper = helpers()[key]
        open_ += [(helper.file, name) for name in helper.needs if (helper.file, name) in helpers()]
    ordered = sorted(chosen.values(), key=lambda h: (h.file, h.line))
    imports = {text for helper in ordered for text in helper.imports.values()}
    return _apart(ordered), imports


def _apart(ordered: list[Helper]) -> list[str]:
    """The texts, with private names that two files share told apart."""
    owners: dict[str, str] = {}
    texts = []
    for helper in ordered:
        text = helper.text
        for name in (helper.name, *helper.needs):
            owner = owners.setdefault(name, helper.file)
            if owner != helper.file and (helper.file, name) in helpers():
                text = re.sub(rf"\b{name}\b", f"{name}_of_{helper.file}", text)
        texts.append(text)
    return texts


def _read(path: Path) -> list[Helper]:
    text = path.read_text("utf-8")
    lines, tree = text.splitlines(), ast.parse(text)
    imports: dict[str, str] = {}
    defined: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= _imported(node)
        for name in _names_of(node):
            defined[name] = node
    found = []
    for name, node in defined.items():
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        while start > 1 and lines[start - 2].startswith("#"):
            start -= 1
        found.append(
            Helper(
                name,
                path.stem,
                node.lineno,
                "\n".join(lines[start - 1 : node.end_lineno]),
                tuple(sorted((used & defined.keys()) - {name})),
                {n: imports[n] for n in sorted(used & imports.keys())},
            )
        )
    return found


def _names_of(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [t.id for t in node.targets if isinstance(t, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """The names that an import brings, each with a statement of its own that does it."""
    found = {}
    for alias in node.names:
        named = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        start = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
        if start != "from __future__ ":
            found[alias.asname or alias.name.partition(".")[0]] = f"{start}import {named}"
    return found
