"""Reads and writes project files (``NAME.loom``)."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from core.design.document import Design, End, Group, Node
from core.errors import InputError, WorkError
from core.params import plain
from core.project.json_text import pretty
from core.project.migrate import FORMAT_VERSION, migrate

SUFFIX = ".loom"
# Nobody nests parameters this deep; it bounds the recursion of whatever walks over them.
DEEPEST = 64


def to_content(design: Design) -> dict[str, Any]:
    """The design as it stands in a file."""
    return {
        "layerloom": FORMAT_VERSION,
        "name": design.name,
        "nodes": [
            {"id": n.id, "name": n.name, "block": n.block, "params": dict(n.params)}
            for n in design.nodes.values()
        ],
        "wires": [{"from": str(s), "to": str(t)} for t, s in design.wires.items()],
        "groups": [
            {"id": g.id, "name": g.name, "nodes": list(g.nodes)} for g in design.groups.values()
        ],
        "data": design.data,
        "recipe": dict(design.recipe),
        "view": dict(design.view),
    }


def to_text(design: Design) -> str:
    """The text of the project file."""
    return pretty(to_content(design)) + "\n"


def save(design: Design, path: Path) -> None:
    """Write the project file atomically: the old one stays until the new one is whole on disk.

    Raises WorkError naming the file when it cannot be written.
    """
    try:
        content = to_text(design).encode("utf-8", "replace")
    except ValueError as error:
        raise WorkError(
            f"{path} could not be saved: {error}", "Correct the value that is not a finite number."
        ) from error
    try:
        write_atomically(path, content)
    except OSError as error:
        raise WorkError(
            f"{path} could not be saved: {error.strerror or error}",
            "Choose another folder, or free some space. The old file is unharmed.",
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside ``path``, flush to disk, then rename over it. Raises OSError.

    A link is followed, so that it stays one.
    """
    path = Path(os.path.realpath(path))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: Path) -> Design:
    """Read a project file. Raises InputError naming the file and what is wrong with it."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"{path} does not exist", "Check the path; `layerloom gallery` lists examples."
        ) from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder", "Name a .loom file in it.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return from_text(raw, str(path))


def from_text(raw: bytes | str, where: str) -> Design:
    """The design in a project file's text; ``where`` names the file in messages.

    Raises InputError.
    """
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        content = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        if "\\ud" in text.lower():
            json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{where} is not a Layerloom project: it holds half a character (\\ud...)",
            "Mend it in a text editor.",
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            f"{where} is not a Layerloom project: it is not UTF-8 text", "Open a .loom file."
        ) from None
    except json.JSONDecodeError as error:
        whole = text.rstrip().endswith("}")
        raise InputError(
            f"{where} is not a Layerloom project: {error.msg} "
            f"at line {error.lineno}, column {error.colno}",
            "Mend the JSON there."
            if whole
            else "The file looks cut off; take a copy from your backup or version control.",
        ) from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"{where} is not a Layerloom project: {error}") from None
    if _deeper_than(content, DEEPEST):
        raise InputError(
            f"{where} is not a Layerloom project: it is nested more than {DEEPEST} levels deep",
            "Open a .loom file.",
        )
    if not isinstance(content, dict):
        raise InputError(
            f"{where} is not a Layerloom project: it holds no JSON object", "Open a .loom file."
        )
    return _Reader(where).design(migrate(content, where))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _deeper_than(content: Any, most: int) -> bool:
    level = [content]
    for _ in range(most):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        level = inner
    return bool(level)


class _Reader:
    """Checks the form of a file's content; whether the design makes sense is the analysis' job."""

    def __init__(self, where: str) -> None:
        self.where = where

    def fail(self, message: str, hint: str = "Mend it in a text editor.") -> NoReturn:
        raise InputError(f"{self.where}: {message}", hint)

    def design(self, content: Mapping[str, Any]) -> Design:
        nodes = self.nodes(self.typed(content, "nodes", list, []))
        view = self.typed(content, "view", dict, {})
        places = {"positions": self.positions(view, nodes)} if "positions" in view else {}
        return Design(
            name=self.typed(content, "name", str, "Untitled"),
            nodes=nodes,
            wires=self.wires(self.typed(content, "wires", list, []), nodes),
            groups=self.groups(self.typed(content, "groups", list, []), nodes),
            data=None if content.get("data") is None else self.typed(content, "data", dict, None),
            recipe=self.typed(content, "recipe", dict, {}),
            view={**view, **places},
        )

    def typed(self, content: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
        value = content.get(key, default)
        if not isinstance(value, kind):
            names: dict[type, str] = {list: "a list", dict: "an object", str: "text"}
            self.fail(f"{key!r} must be {names[kind]}, not {json.dumps(value)[:60]}")
        return value

    def nodes(self, items: list[Any]) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                self.fail(f"node {number} must be an object, not {json.dumps(item)[:60]}")
            for key in ("id", "name", "block"):
                # A node may be unnamed for a while; that is a problem to show, not a bad file.
                if not isinstance(item.get(key), str) or not (item[key] or key == "name"):
                    self.fail(f"node {item.get('id', number)!r} needs the text {key!r}")
            if item["id"] in nodes:
                self.fail(f"two nodes have the id {item['id']!r}", "Give one of them another id.")
            if "." in item["id"]:
                self.fail(f"the node id {item['id']!r} has a dot in it", "Leave the dot out.")
            params = self.typed(item, "params", dict, {})
            values = {k: plain(v) for k, v in params.items()}
            nodes[item["id"]] = Node(item["id"], item["name"], item["block"], values)
        return nodes

    def wires(self, items: list[Any], nodes: Mapping[str, Node]) -> dict[End, End]:
        wires: dict[End, End] = {}
        for item in items:
            if not isinstance(item, dict):
                self.fail(f"a wire must be an object, not {json.dumps(item)[:60]}")
            source, target = (self.end(item, key, nodes) for key in ("from", "to"))
            if target in wires:
                self.fail(
                    f"two wires go to {target} (from {wires[target]} and {source})",
                    "Remove one of them.",
                )
            wires[target] = source
        return wires

    def end(self, item: Mapping[str, Any], key: str, nodes: Mapping[str, Node]) -> End:
        text = item.get(key)
        if not isinstance(text, str) or "." not in text:
            self.fail(f'a wire needs {key!r} as "NODE.PORT", not {json.dumps(text)[:60]}')
        end = End(*text.split(".", 1))
        if end.node not in nodes:
            self.fail(
                f"the wire from {item.get('from')} to {item.get('to')} goes nowhere: "
                f"there is no node {end.node!r}",
                "Remove the wire from the file, or add the node.",
            )
        return end

    def groups(self, items: list[Any], nodes: Mapping[str, Node]) -> dict[str, Group]:
        groups: dict[str, Group] = {}
        for item in items:
            if not isinstance(item, dict) or not isinstance(item.get("id"), str):
                self.fail(f"a group needs the text 'id', not {json.dumps(item)[:60]}")
            if item["id"] in groups:
                self.fail(f"two groups have the id {item['id']!r}", "Give one of them another id.")
            members = self.typed(item, "nodes", list, [])
            missing = [m for m in members if not isinstance(m, str) or m not in nodes]
            if missing:
                self.fail(f"group {item['id']!r} holds {missing[0]!r}, but there is no such node")
            name = self.typed(item, "name", str, item["id"])
            groups[item["id"]] = Group(item["id"], name, tuple(members))
        return groups

    def positions(
        self, view: Mapping[str, Any], nodes: Mapping[str, Node]
    ) -> dict[str, tuple[float, float]]:
        found = {}
        for key, value in self.typed(view, "positions", dict, {}).items():
            good = isinstance(value, list) and len(value) == 2
            if not good or not all(type(v) in (int, float) and abs(v) < 1e9 for v in value):
                self.fail(
                    f"the position of {key!r} must be two numbers, not {json.dumps(value)[:60]}"
                )
            if key in nodes:
                found[key] = (float(value[0]), float(value[1]))
        return found
