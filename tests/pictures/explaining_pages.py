"""Pictures of the panels that show and explain what a network has learnt."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from designer.main_window import MainWindow
from tests.pictures.window import closed, opened, settle, wait_for

# By panel: the example that it looks at, the theme, and the node that is selected.
PANELS = {
    "attribution": ("digits_cnn", "dark", "conv_2"),
    "evaluation": ("digits_cnn", "light", "conv_2"),
    "layer_map": ("digits_resnet", "dark", ""),
    "histograms": ("digits_cnn", "light", "conv_2"),
    "projection": ("digits_cnn", "dark", ""),
    "boundary": ("spirals_mlp", "light", ""),
    "generated": ("digits_gan", "dark", ""),
    "walkthrough": ("spirals_mlp", "dark", ""),
}
# Long enough for the first answers of a panel, whose functions are compiled for them.
ANSWER_MS = 9000


def draw(place: Path, folder: Path) -> None:
    """Draw a window with each of the panels into a folder; the examples stand at a place."""
    for name, (example, theme, node) in PANELS.items():
        panel(place / f"{example}.loom", theme, node, name, folder / f"{name}_{theme}.png")


def panel(file: Path, theme: str, node: str, name: str, picture: Path) -> None:
    """A panel of a network that was trained."""
    window = opened(file, theme)
    found = window.session.design.named(node) if node else None
    if found is not None:
        window.canvas.select([found.id])
    if not window.trainer.store.runs(window.trainer.project):
        wait_for(window.trainer.finished, window.acts.train)
    settle(2000)
    _show(window, name)
    settle(ANSWER_MS)
    window.actions_by_name["fit"].trigger()
    settle(300)
    window.grab().save(str(picture))
    closed(window)


def _show(window: MainWindow, name: str) -> None:
    dock = window.docks[name]
    dock.show()
    dock.raise_()
    window.resizeDocks([dock], [430], Qt.Orientation.Vertical)
    window.resizeDocks([dock], [980], Qt.Orientation.Horizontal)
