"""Reads the JSON content of a project file; ``content`` is the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from core.design.document import Design, End, Exposed, Frame, Group, Node, Note
from core.errors import InputError
from core.params import plain

# What paths into groups are written with.
SPECIAL = {".": "dot", "/": "slash", "~": "tilde"}


class Reader:
    """Checks the form of a file's content; whether the design makes sense is the analysis' job."""

    def __init__(self, where: str) -> None:
        self.where = where

    def fail(self, message: str, hint: str = "Mend it in a text editor.") -> NoReturn:
        raise InputError(f"{self.where}: {message}", hint)

    def design(self, content: Mapping[str, Any]) -> Design:
        """The design that a file's content describes."""
        return Design(
            name=self.typed(content, "name", str, "Untitled"),
            groups=self.groups(self.typed(content, "groups", list, [])),
            data=None if content.get("data") is None else self.typed(content, "data", dict, None),
            recipe=self.typed(content, "recipe", dict, {}),
            **self.graph(content),
        )

    def graph(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """What designs and groups have in common, by field."""
        nodes = self.nodes(self.typed(content, "nodes", list, []))
        view = self.typed(content, "view", dict, {})
        places = {"positions": self.positions(view, nodes)} if "positions" in view else {}
        rest = {key: value for key, value in view.items() if key not in ("frames", "notes")}
        return {
            "nodes": nodes,
            "wires": self.wires(self.typed(content, "wires", list, []), nodes),
            "frames": self.frames(self.typed(view, "frames", list, []), nodes),
            "notes": self.notes(self.typed(view, "notes", list, [])),
            "view": {**rest, **places},
        }

    def typed(self, content: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
        value = content.get(key, default)
        if not isinstance(value, kind):
            names: dict[type, str] = {
                list: "a list",
                dict: "an object",
                str: "text",
                bool: "true or false",
            }
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
            for mark, name in SPECIAL.items():
                if mark in item["id"]:
                    self.fail(
                        f"the node id {item['id']!r} has a {name} in it", f"Leave the {name} out."
                    )
            params = self.typed(item, "params", dict, {})
            values = {k: plain(v) for k, v in params.items()}
            muted = self.typed(item, "muted", bool, False)
            nodes[item["id"]] = Node(item["id"], item["name"], item["block"], values, muted)
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

    def groups(self, items: list[Any]) -> dict[str, Group]:
        groups: dict[str, Group] = {}
        for item in self.marked("group", items):
            key = item["id"]
            within = Reader(f"{self.where}, group {key!r}")
            groups[key] = Group(
                id=key,
                name=within.typed(item, "name", str, key),
                exposed=within.exposed(within.typed(item, "exposed", list, [])),
                **within.graph(item),
            )
        return groups

    def exposed(self, items: list[Any]) -> tuple[Exposed, ...]:
        found = {}
        for item in items:
            name = item.get("name") if isinstance(item, dict) else None
            if not isinstance(name, str) or not name:
                shown = json.dumps(item)[:60]
                self.fail(f"an exposed parameter needs the text 'name', not {shown}")
            if name in found:
                self.fail(f"two exposed parameters are called {name!r}", "Rename one of them.")
            targets = []
            for text in self.typed(item, "sets", list, []):
                if not isinstance(text, str) or "." not in text:
                    self.fail(f'{name!r} sets "NODE.PARAMETER", not {json.dumps(text)[:60]}')
                node, param = text.split(".", 1)
                targets.append((node, param))
            found[name] = Exposed(name, tuple(targets))
        return tuple(found.values())

    def frames(self, items: list[Any], nodes: Mapping[str, Node]) -> dict[str, Frame]:
        frames: dict[str, Frame] = {}
        for item in self.marked("frame", items):
            key = item["id"]
            members = self.typed(item, "nodes", list, [])
            missing = [m for m in members if not isinstance(m, str) or m not in nodes]
            if missing:
                self.fail(f"frame {key!r} holds {missing[0]!r}, but there is no such node")
            name, color = self.typed(item, "name", str, key), self.typed(item, "color", str, "")
            frames[key] = Frame(key, name, tuple(members), color)
        return frames

    def notes(self, items: list[Any]) -> dict[str, Note]:
        notes = {}
        for item in self.marked("note", items):
            text, color = self.typed(item, "text", str, ""), self.typed(item, "color", str, "")
            rect: Any = item.get("rect")
            if not _are_numbers(rect, 4):
                self.fail(f"the note {item['id']!r} needs four numbers as its 'rect'")
            left, top, width, height = map(float, rect)
            notes[item["id"]] = Note(item["id"], text, (left, top, width, height), color)
        return notes

    def marked(self, what: str, items: list[Any]) -> list[dict[str, Any]]:
        """The items, each an object with an id of its own."""
        seen = set()
        for item in items:
            if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not item["id"]:
                self.fail(f"a {what} needs the text 'id', not {json.dumps(item)[:60]}")
            if item["id"] in seen:
                self.fail(f"two {what}s have the id {item['id']!r}", "Give one of them another id.")
            seen.add(item["id"])
        return items

    def positions(
        self, view: Mapping[str, Any], nodes: Mapping[str, Node]
    ) -> dict[str, tuple[float, float]]:
        found = {}
        for key, value in self.typed(view, "positions", dict, {}).items():
            if not _are_numbers(value, 2):
                self.fail(
                    f"the position of {key!r} must be two numbers, not {json.dumps(value)[:60]}"
                )
            if key in nodes:
                found[key] = (float(value[0]), float(value[1]))
        return found


def _are_numbers(value: Any, count: int) -> bool:
    """Whether this is a list of ``count`` numbers that a canvas can show."""
    good = isinstance(value, list) and len(value) == count
    return good and all(type(v) in (int, float) and abs(v) < 1e9 for v in value)
