"""A user's own table and pictures train through the window and through the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from sklearn.datasets import load_digits, load_wine

from core.design import edits
from designer.cli.main import run
from designer.data_dialog import DataDialog
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import chain, wire


def wine_csv(folder: Path) -> Path:
    wine = load_wine()
    table = np.column_stack([wine.data, wine.target])
    header = ",".join([*wine.feature_names, "cultivar"])
    np.savetxt(folder / "wine.csv", table, "%g", ",", header=header, comments="")
    return folder / "wine.csv"


def digit_pictures(folder: Path) -> Path:
    digits = load_digits()
    for number, (image, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        if number >= 400:
            break
        place = folder / "digits" / str(label)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image * 15.9).astype(np.uint8)).save(place / f"{number}.png")
    return folder / "digits"


def choose(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Choose a file in the dialog and accept it with Enter."""
    dialog = DataDialog(window.session, window)
    dialog.show()
    dialog.choose_path(path)
    qtbot.waitUntil(dialog.ok.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    dialog.deleteLater()


def build(window: MainWindow, column: str, classes: int, flatten: bool) -> None:
    """An MLP: the nodes are placed by the editor, which binds them to the data."""
    for number, kind in enumerate(("Input", "Flatten", "Dense", "Target", "CrossEntropy")):
        if kind != "Flatten" or flatten:
            window.editor.add(kind, number * 180.0, 0.0)
    ids = {n.block: n.id for n in window.session.design.nodes.values()}
    layers = [ids[k] for k in ("Input", "Flatten", "Dense") if k in ids]

    def wired(design: edits.Design) -> edits.Design:
        design = chain(design, *layers)
        loss = ids["CrossEntropy"]
        ends = (f"{ids['Dense']} -> {loss}.logits", f"{ids['Target']} -> {loss}.target")
        design = edits.set_params(wire(design, *ends), ids["Dense"], units=classes)
        recipe = {"epochs": 20, "optimizer": {"kind": "Adam", "learning_rate": 0.02}}
        return edits.set_recipe(design, recipe)

    window.session.act("Wire", wired)
    assert window.session.design.nodes[ids["Input"]].params["column"] == column


@pytest.mark.parametrize("kind", ["table", "pictures"])
def test_own_data_trains_in_the_window_and_headless(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    project = tmp_path / "own.loom"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(project), ""))
    assert window.files.save()
    if kind == "table":
        choose(qtbot, window, wine_csv(tmp_path))
        build(window, "features", 3, flatten=False)
    else:
        choose(qtbot, window, digit_pictures(tmp_path))
        build(window, "image", 10, flatten=True)
    assert window.session.analysis.problems == ()
    source = window.session.design.data["source"]
    assert source["path"] == ("wine.csv" if kind == "table" else "digits")

    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE) as ended:
        press_action(qtbot, window, "train")
    shown = ended.args[0].test["accuracy"]
    assert shown > (0.9 if kind == "table" else 0.75)

    assert window.files.save()
    capsys.readouterr()
    assert run(["train", str(project), "--json"]) == 0
    headless = json.loads(capsys.readouterr().out)
    assert headless["test"]["accuracy"] == pytest.approx(shown)
