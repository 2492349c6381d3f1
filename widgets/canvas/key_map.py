"""What keys and mouse do on the canvas, in words, for everything that explains it.

``keys.py``, ``view.py`` and the gestures do it; a test presses every key and compares.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hint:
    """One thing that can be done: with any of ``keys``, or with the mouse as ``mouse`` says.

    Keys are key sequences as Qt writes them.
    """

    group: str
    text: str
    keys: tuple[str, ...] = ()
    mouse: tuple[str, ...] = ()


ADDING, WIRING, EDITING, VIEW = "Adding", "Wiring", "Editing", "View"

HINTS = (
    Hint(ADDING, "Search a block and add it there", ("Tab", "Space"), ("Double-click",)),
    Hint(ADDING, "Add what follows the selected node", ("A",)),
    Hint(ADDING, "Add a block", mouse=("Drag from the palette",)),
    Hint(ADDING, "Add a block into a wire", mouse=("Drag from the palette to a wire",)),
    Hint(ADDING, "Add a note", ("N",)),
    Hint(WIRING, "Connect", ("W",), ("Drag from port to port",)),
    Hint(WIRING, "Connect an input", ("Shift+W",)),
    Hint(WIRING, "Search the blocks that fit", mouse=("Drop a wire on empty canvas",)),
    Hint(WIRING, "Move or remove a wire", mouse=("Drag from a connected input",)),
    Hint(WIRING, "Insert a free node", mouse=("Drop it on a wire",)),
    Hint(WIRING, "Cut wires", mouse=("Alt and drag", "Ctrl and right drag")),
    Hint(WIRING, "Add a dot to a wire", mouse=("Double-click the wire",)),
    Hint(WIRING, "Select the next wire of a node", ("]", "Alt+Shift+Right")),
    Hint(WIRING, "Select the wire before", ("[", "Alt+Shift+Left")),
    Hint(EDITING, "Select", mouse=("Click", "Drag on empty canvas")),
    Hint(EDITING, "Select more", mouse=("Shift or Ctrl, and click",)),
    Hint(EDITING, "Select all", ("Ctrl+A",)),
    Hint(EDITING, "Give up a drag, or select nothing", ("Esc",)),
    Hint(EDITING, "Select the nearest node", ("Alt+Left", "Alt+Up", "Alt+Right", "Alt+Down")),
    Hint(EDITING, "Move the selected nodes", ("Left", "Up", "Right", "Down"), ("Drag",)),
    Hint(
        EDITING,
        "Move them farther",
        ("Shift+Left", "Shift+Up", "Shift+Right", "Shift+Down"),
    ),
    Hint(EDITING, "Move on the grid", mouse=("Ctrl and drag",)),
    Hint(EDITING, "Resize a note", mouse=("Drag its edge",)),
    Hint(EDITING, "Rename, or edit a note", ("F2",), ("Double-click the title",)),
    Hint(EDITING, "Edit a node, enter a group", ("Return", "Enter"), ("Double-click",)),
    Hint(EDITING, "Delete", ("Del", "Backspace")),
    Hint(EDITING, "Delete and connect around", ("Ctrl+Del",)),
    Hint(EDITING, "Mend a problem", (".",), ("Click a node's badge",)),
    Hint(EDITING, "Everything else", mouse=("Right click",)),
    Hint(VIEW, "Zoom", ("+", "=", "-"), ("Wheel",)),
    Hint(VIEW, "Original size", ("0",)),
    Hint(VIEW, "Pan", mouse=("Middle drag", "Space and drag")),
    Hint(VIEW, "Show the selection", ("F",)),
    Hint(VIEW, "Show everything", ("Home",)),
    Hint(VIEW, "Show or hide the minimap", ("M",)),
    Hint(VIEW, "Go elsewhere", mouse=("Click or drag in the minimap",)),
    Hint(VIEW, "Leave the canvas", ("Shift+Tab",)),
)
