"""Pictures of the panels that show and explain what a network has learnt."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt

from designer.main_window import MainWindow
from tests.pictures.window import closed, opened, settle, wait_for
from widgets.step_walk import StepWalk

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
# Panels whose rows come while the network trains.
WATCHING = ("generated",)
# Panels whose plots look best about as wide as high.
NARROW = ("projection", "boundary")
# Long enough for the first answers of a panel, whose functions are compiled for them.
ANSWER_MS = 9000


def panel(file: Path, picture: Path, name: str, theme: str, node: str) -> None:
    """A panel of a network that was trained."""
    window = opened(file, theme)
    found = window.session.design.named(node) if node else None
    if found is not None:
        window.canvas.select([found.id])
    if name in WATCHING:
        _show(window, name)
    if name in WATCHING or not window.trainer.store.runs(window.trainer.project):
        wait_for(window.trainer.finished, window.acts.train)
    settle(2000)
    _show(window, name)
    settle(ANSWER_MS)
    if name == "walkthrough":
        walk = window.docks[name].findChild(StepWalk)
        walk.list.setCurrentRow(walk.list.count() // 2)
    window.actions_by_name["fit"].trigger()
    settle(300)
    window.grab().save(str(picture))
    closed(window)


def _show(window: MainWindow, name: str) -> None:
    if name not in NARROW:
        for beside in ("activations", "saliency"):
            window.docks[beside].hide()
    dock = window.docks[name]
    dock.show()
    dock.raise_()
    window.resizeDocks([dock], [430], Qt.Orientation.Vertical)


# By picture: what draws it, and the example it shows.
PAGES = {
    f"{name}_{theme}": (partial(panel, name=name, theme=theme, node=node), example)
    for name, (example, theme, node) in PANELS.items()
}
