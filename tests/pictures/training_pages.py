"""Pictures of training: the recipe, the layers, a learning rate that is searched, runs compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QDialog

from core.design import edits
from core.project.file import to_text
from core.project.run_acts import rename
from designer.main_window import MainWindow
from designer.rate_dialog import RateDialog
from designer.run_comparison import RunComparison
from tests.pictures.window import closed, opened, settle, wait_for

RATES = (0.002, 0.02)


def with_recipe(window: MainWindow, **entries: Any) -> None:
    design = window.session.design
    changed: Mapping[str, Any] = {**design.recipe, **entries}
    window.session.act("Change recipe", lambda d: edits.set_recipe(d, changed))


def recipe(file: Path, picture: Path) -> None:
    """The recipe panel with a schedule that is worth a curve."""
    window = opened(file, "dark")
    schedule = {"kind": "CosineRestarts", "warmup_epochs": 2.0}
    with_recipe(window, schedule=schedule, epochs=40, patience=8)
    window.docks.show("recipe")
    window.actions_by_name["fit"].trigger()
    settle(800)
    window.grab().save(str(picture))
    closed(window)


def layers(file: Path, picture: Path) -> None:
    """How the layers of both sides of a game learn."""
    window = opened(file, "light")
    wait_for(window.trainer.finished, window.acts.train)
    window.docks.show("layers")
    settle(4000)
    window.grab().save(str(picture))
    closed(window)


def rate(file: Path, picture: Path) -> None:
    """The dialog that searches a learning rate, at its end."""
    window = opened(file, "dark")
    dialog = RateDialog(window.trainer, to_text(window.session.whole), window)
    dialog.set_theme(window.appearance.theme)
    dialog.open()
    while not dialog.use.isEnabled():
        settle(200)
    settle(300)
    dialog.grab().save(str(picture))
    dialog.done(QDialog.DialogCode.Rejected)
    closed(window)


def compared(file: Path, picture: Path) -> None:
    """Two runs of one design with different rates, side by side."""
    window = opened(file, "light")
    for value in RATES:
        optimizer = {**window.session.design.recipe["optimizer"], "learning_rate": value}
        with_recipe(window, optimizer=optimizer)
        wait_for(window.trainer.finished, window.acts.train)
    store = window.trainer.store
    runs = store.runs(window.trainer.project)[: len(RATES)]
    for run, value in zip(runs, reversed(RATES), strict=True):
        rename(store, run, f"rate {value:g}")
    dialog = RunComparison(store, [store.get(run.id) for run in reversed(runs)], window)
    dialog.set_theme(window.appearance.theme)
    dialog.show()
    settle(1500)
    dialog.grab().save(str(picture))
    dialog.close()
    closed(window)


# By picture: what draws it, and the example it shows.
PAGES = {
    "recipe_dark": (recipe, "digits_cnn"),
    "layers_light": (layers, "digits_gan"),
    "rate_dark": (rate, "digits_mlp"),
    "runs_light": (compared, "digits_mlp"),
}
