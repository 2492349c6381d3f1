"""Every key and mouse gesture of the window by group, gathered from what declares them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QKeySequence

from designer.actions import ARRANGE, MENUS, SPECS
from designer.actions import GROUPS as GROUP_ACTIONS
from widgets.canvas.key_map import HINTS
from widgets.key_overlay import KeyRow

# Help comes first: so the columns of the overlay are about equally long.
GROUPS = ("Help", "File", "Adding", "Wiring", "Editing", "Groups", "View", "Training")
# Where an action belongs that is in another menu than its group is called.
_GROUP_OF_MENU = {"&File": "File", "&Edit": "Editing", "&Train": "Training", "&Help": "Help"}
_GROUP_OF_ACTION = {
    **dict.fromkeys((*GROUP_ACTIONS, "frame", "unframe"), "Groups"),
    **dict.fromkeys(ARRANGE, "View"),
    "add_block": "Adding",
    "find_block": "Adding",
    "find_node": "View",
}
# Four keys that differ in their arrow alone are written as one.
_ARROWS = ("Left", "Up", "Right", "Down")


def key_map() -> Mapping[str, list[KeyRow]]:
    """The rows of each group, those of the canvas after those of the menus."""
    found: dict[str, list[KeyRow]] = {group: [] for group in GROUPS}
    for name, spec in SPECS.items():
        if spec.shortcuts:
            text = spec.text.partition("\t")[0].replace("&", "").removesuffix(" ...")
            found[_group(name)].append(KeyRow(_shown(spec.shortcuts), (), text))
    for hint in HINTS:
        found.setdefault(hint.group, []).append(KeyRow(_shown(hint.keys), hint.mouse, hint.text))
    return {group: rows for group, rows in found.items() if rows}


def _group(name: str) -> str:
    menu = next((title for title, names in MENUS.items() if name in names), "")
    return _GROUP_OF_ACTION.get(name) or _GROUP_OF_MENU.get(menu, "View")


def _shown(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Keys as this computer writes them."""
    if len(keys) == len(_ARROWS) and all(
        key.endswith(arrow) for key, arrow in zip(keys, _ARROWS, strict=True)
    ):
        keys = (keys[0].removesuffix("Left") + "Arrows",)
        return keys
    native = QKeySequence.SequenceFormat.NativeText
    return tuple(QKeySequence(key).toString(native) for key in keys)
