"""Every action of the window: text, icon, shortcut and tooltip, declared once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar

from widgets import icons
from widgets.theme import Theme

SEPARATOR = "-"


@dataclass(frozen=True)
class Spec:
    """One action. ``shortcuts`` are key sequences as Qt writes them.

    A key behind a tab in ``text`` is one that the canvas answers itself. A ``checkable`` action is
    on or off.
    """

    text: str
    tooltip: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False


SPECS: Mapping[str, Spec] = {
    "new": Spec("&New", "Begin an empty design", ("Ctrl+N",), "new"),
    "open": Spec("&Open ...", "Open a project file", ("Ctrl+O",), "open"),
    "save": Spec("&Save", "Save the project file", ("Ctrl+S",), "save"),
    "save_as": Spec("Save &as ...", "Save under another name", ("Ctrl+Shift+S",)),
    "import": Spec(
        "&Import ...", "Make a project of another program's model (ONNX, Keras)", ("Ctrl+Shift+I",)
    ),
    "picture": Spec("Export &picture ...", "Save the canvas as SVG, PNG or PDF", ("Ctrl+E",)),
    "onnx": Spec("Export to &ONNX ...", "Save the network and its weights as an ONNX model"),
    "export_code": Spec("Export &code ...", "Write the design as a Python file"),
    "export_weights": Spec(
        "Export &weights ...", "Write the weights of the last run, called as in exported code"
    ),
    "quit": Spec("&Quit", "Close the window", ("Ctrl+Q",)),
    "undo": Spec("&Undo", "Take the last step back", ("Ctrl+Z",), "undo"),
    "redo": Spec("&Redo", "Do the undone step again", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    "cut": Spec("Cu&t", "Move the selected nodes and notes to the clipboard", ("Ctrl+X",)),
    "copy": Spec("&Copy", "Copy the selected nodes and notes to the clipboard", ("Ctrl+C",)),
    "paste": Spec("&Paste", "Add the clipboard's nodes and notes", ("Ctrl+V",)),
    "duplicate": Spec("D&uplicate", "Copy the selected nodes and notes", ("Ctrl+D",), "duplicate"),
    "delete": Spec("&Delete", "Delete what is selected", (), "delete"),
    "bridge": Spec("Delete and &bridge", "Delete the selected nodes and keep the flow"),
    "mute": Spec("&Mute", "Pass the selected nodes by, or take them in again", ("Ctrl+M",)),
    "freeze": Spec(
        "Free&ze",
        "Leave the weights of the selected nodes as they are, or let them learn again",
        ("Ctrl+Shift+F",),
    ),
    "rename": Spec("Rena&me\tF2", "Rename the selected node or frame, or edit the selected note"),
    "frame": Spec("F&rame", "Put a titled frame around the selected nodes", ("Ctrl+J",), "frame"),
    "unframe": Spec("Remo&ve frame", "Take the frame away", ("Ctrl+Shift+J",)),
    "group": Spec("&Make group", "Turn the selected nodes into one block", ("Ctrl+G",), "group"),
    "expand": Spec("&Expand", "Put what the group holds in its place", ("Ctrl+Shift+G",)),
    "enter": Spec("E&nter", "Show and edit the inside of the selected group", ("Ctrl+Return",)),
    "leave": Spec("&Leave", "Show what is around this group", ("Ctrl+Backspace",)),
    "rename_group": Spec("&Rename group ...", "Give the group another name"),
    "make_single": Spec(
        "Make &single", "Give this use a copy of the group, so that editing it changes no other"
    ),
    "expose": Spec("Ex&pose parameters ...", "Choose what each use of this group sets for itself"),
    "keep_group": Spec("Add to &my blocks", "Keep the group for use in other designs"),
    "save_group": Spec("Sa&ve group as ...", "Write the group into a file"),
    "import_group": Spec("&Import block ...", "Take a group's file into my blocks"),
    "add_note": Spec("Add n&ote\tN", "Write a note on the canvas", (), "note"),
    "add_block": Spec("&Add block ...", "Search a block and add it to the canvas"),
    "find_block": Spec("Find &block", "Search the palette", ("Ctrl+K",), "search"),
    "find_node": Spec("&Find node", "Search the design for a node", ("Ctrl+F",), "search"),
    "arrange_right": Spec(
        "Arrange left to ri&ght",
        "Lay out the selected nodes, or all, so that wires lead to the right",
        ("Ctrl+L",),
    ),
    "arrange_down": Spec(
        "Arrange top to botto&m",
        "Lay out the selected nodes, or all, so that wires lead downwards",
        ("Ctrl+Shift+L",),
    ),
    "arrange_rows": Spec(
        "Arrange in ro&ws",
        "Lay out the selected nodes, or all, left to right in rows that fill the view",
        ("Ctrl+Alt+L",),
    ),
    "align_left": Spec("Align &left", "Put the left edges of the selected nodes on a line"),
    "align_center": Spec("Align &centers", "Put the selected nodes' middles below each other"),
    "align_right": Spec("Align &right", "Put the right edges of the selected nodes on a line"),
    "align_top": Spec("Align &top", "Put the upper edges of the selected nodes on a line"),
    "align_middle": Spec("Align &middles", "Put the selected nodes' middles beside each other"),
    "align_bottom": Spec("Align &bottom", "Put the lower edges of the selected nodes on a line"),
    "distribute_horizontally": Spec(
        "Distribute &horizontally", "Make the gaps between the selected nodes equal"
    ),
    "distribute_vertically": Spec(
        "Distribute &vertically", "Make the gaps between the selected nodes equal"
    ),
    "snap": Spec("&Snap to grid", "Put the selected nodes, or all, on the grid"),
    "zoom_in": Spec("Zoom &in", "Make everything larger", ("Ctrl++", "Ctrl+="), "zoom-in"),
    "zoom_out": Spec("Zoom &out", "Make everything smaller", ("Ctrl+-",), "zoom-out"),
    "zoom_full": Spec("Zoom to &100 %", "Show everything at its own size", ("Ctrl+1",)),
    "fit": Spec("&Fit all", "Show the whole design", ("Ctrl+0",), "fit"),
    "fit_selection": Spec("Fit &selection", "Show the selected nodes, or all (F on the canvas)"),
    "code": Spec("&Code", "Show the design as Python code", ("Ctrl+U",)),
    "minimap": Spec(
        "&Minimap",
        "Show the whole design in a corner where it does not fit the view (M on the canvas)",
        checkable=True,
    ),
    "animation": Spec(
        "&Animation", "Let nodes and the view glide to another place", checkable=True
    ),
    "next_panel": Spec("&Next panel", "Put the cursor into the next panel", ("Ctrl+F6",)),
    "previous_panel": Spec(
        "&Previous panel", "Put the cursor into the panel before", ("Ctrl+Shift+F6",)
    ),
    "theme": Spec("Switch &theme", "Switch between dark and light", ("Ctrl+T",), "theme"),
    "learning": Spec(
        "Show &learning in nodes",
        "Show gradients and outputs in the nodes while training",
        checkable=True,
    ),
    "data": Spec("Choose &data ...", "Choose what the design learns from", ("Ctrl+B",), "data"),
    "train": Spec("&Train", "Train the design from the beginning", ("F5",), "play"),
    "pause": Spec("&Pause", "Pause training, or go on", ("F6",), "pause"),
    "step": Spec(
        "Step &once", "While training is paused: do one step, and show it", ("F8",), "step"
    ),
    "halve_rate": Spec(
        "&Halve the learning rate",
        "Learn half as fast from the next step on; the recipe stays as it was",
        icon="halve",
    ),
    "double_rate": Spec(
        "Dou&ble the learning rate",
        "Learn twice as fast from the next step on; the recipe stays as it was",
        icon="double",
    ),
    "stop": Spec("&Stop", "End training and keep the weights", ("Shift+F5",), "stop"),
    "resume": Spec("&Resume", "Go on with the last run", ("F7",), "resume"),
    "runs": Spec(
        "R&uns", "List what was trained, to compare, name, delete and go back", ("Ctrl+R",), "chart"
    ),
    "transfer": Spec(
        "Start from &weights ...", "Begin training with what a run or a file has learnt"
    ),
    "find_rate": Spec(
        "Find &learning rate ...",
        "Search a learning rate by a short training whose rate rises",
        icon="search",
    ),
    "cross_validate": Spec(
        "Cross-&validate ...", "Train once for each fold of the data, and see how figures vary"
    ),
    "plugins": Spec("P&lugins ...", "Choose which packages may bring blocks of their own"),
    "help": Spec("&Help", "How to begin, shortcuts and blocks", ("F1",), "help"),
    "keys": Spec("&Keyboard map", "Show every key and what the mouse does", ("?",)),
}

MENUS: Mapping[str, tuple[str, ...]] = {
    "&File": (
        "new",
        "open",
        "recent",
        "examples",
        "import",
        SEPARATOR,
        "save",
        "save_as",
        "picture",
        "onnx",
        "export_code",
        "export_weights",
        SEPARATOR,
        "quit",
    ),
    "&Edit": (
        "undo",
        "redo",
        SEPARATOR,
        "cut",
        "copy",
        "paste",
        "duplicate",
        SEPARATOR,
        "delete",
        "bridge",
        SEPARATOR,
        "rename",
        "mute",
        "freeze",
        "frame",
        "unframe",
        "groups",
        "arrange",
        SEPARATOR,
        "add_block",
        "add_note",
        "find_block",
        "find_node",
        SEPARATOR,
        "plugins",
    ),
    "&View": (
        *("zoom_in", "zoom_out", "zoom_full", "fit", "fit_selection", SEPARATOR),
        *("code", "learning", "minimap", "animation", SEPARATOR),
        *("themes", SEPARATOR, "explain", "panels", "next_panel", "previous_panel"),
    ),
    "&Train": (
        *("data", "transfer", "find_rate", "devices", SEPARATOR),
        *("train", "pause", "step", "stop", "resume", SEPARATOR),
        *("halve_rate", "double_rate"),
        SEPARATOR,
        *("cross_validate", "runs"),
    ),
    "&Help": ("help", "keys"),
}
GROUPS = (
    *("group", "expand", SEPARATOR),
    *("enter", "leave", SEPARATOR),
    *("rename_group", "make_single", "expose", SEPARATOR),
    *("keep_group", "save_group", "import_group"),
)
ARRANGE = (
    *("arrange_right", "arrange_down", "arrange_rows", SEPARATOR),
    *("align_left", "align_center", "align_right", SEPARATOR),
    *("align_top", "align_middle", "align_bottom", SEPARATOR),
    *("distribute_horizontally", "distribute_vertically", SEPARATOR),
    "snap",
)
TOOLBAR = (
    "new",
    "open",
    "save",
    SEPARATOR,
    "undo",
    "redo",
    SEPARATOR,
    "fit",
    SEPARATOR,
    "data",
    "train",
    "pause",
    "step",
    "stop",
    "resume",
)


class Actions:
    """The window's actions by name, in its menus and toolbar. ``before`` is called before each."""

    def __init__(
        self,
        window: QMainWindow,
        slots: Mapping[str, Callable[[], object]],
        before: Callable[[], object],
    ) -> None:
        self._by_name: dict[str, QAction] = {}
        for name, spec in SPECS.items():
            action = QAction(spec.text, window)
            action.setObjectName(name)
            keys = [QKeySequence(key) for key in spec.shortcuts]
            action.setShortcuts(keys)
            action.setCheckable(spec.checkable)
            shown = f" ({spec.shortcuts[0]})" if keys else ""
            action.setToolTip(spec.tooltip + shown)
            action.setStatusTip(spec.tooltip)
            action.setCheckable(spec.checkable)
            action.triggered.connect(_without_argument(slots[name], before))
            window.addAction(action)
            self._by_name[name] = action

    def __getitem__(self, name: str) -> QAction:
        """The action of that name."""
        return self._by_name[name]

    def fill_menus(self, window: QMainWindow, submenus: Mapping[str, QMenu]) -> None:
        """Build the menu bar; names that are no actions are sub-menus."""
        for title, names in MENUS.items():
            menu = window.menuBar().addMenu(title)
            # Where an action is off, its tooltip may say why.
            menu.setToolTipsVisible(True)
            self.fill(menu, names, submenus)

    def fill(self, menu: QMenu, names: Sequence[str], submenus: Mapping[str, QMenu]) -> None:
        """Put the named actions, sub-menus and separators into a menu."""
        for name in names:
            if name == SEPARATOR:
                menu.addSeparator()
            elif name in submenus:
                menu.addMenu(submenus[name])
            else:
                menu.addAction(self[name])

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Put the toolbar's actions on it."""
        for name in TOOLBAR:
            if name == SEPARATOR:
                bar.addSeparator()
            else:
                bar.addAction(self[name])

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of ``theme``."""
        colors = {"train": theme.success, "resume": theme.success, "stop": theme.error}
        for name, spec in SPECS.items():
            if spec.icon:
                self[name].setIcon(icons.icon(spec.icon, colors.get(name, theme.text)))


def _without_argument(
    slot: Callable[[], object], before: Callable[[], object]
) -> Callable[[bool], None]:
    """Actions tell whether they are checked, which none of these slots wants to hear."""

    def call(_checked: bool = False) -> None:
        before()
        slot()

    return call
