"""Draws the documentation's pictures of code, an imported model, weights, help and ready groups."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.design import edits
from core.project.file import to_text
from designer.help import HelpDialog
from designer.transfer_dialog import TransferDialog
from tests.core.compile.onnx_in.exporting import exported
from tests.core.compile.onnx_in.torch_models import ResNet18
from tests.designer.driving import node
from tests.pictures.canvas_pages import keep, roomy
from tests.pictures.window import closed, opened, settle, wait_for
from widgets.canvas import End


def code(file: Path, picture: Path) -> None:
    """The code of a network, with the lines of the selected node marked."""
    window = roomy(file, "dark")
    window.actions_by_name["code"].trigger()
    while not window.code.is_current:
        settle(50)
    window.resizeDocks([window.docks["code"]], [400], Qt.Orientation.Vertical)
    window.canvas.select([node(window, "conv_2")])
    settle(200)
    window.canvas.fit_all()
    keep(window, picture)


def imported(file: Path, picture: Path) -> None:
    """ResNet-18 as PyTorch exports it, made into a design by the command line."""
    model = file.with_suffix(".onnx")
    exported(ResNet18(8), (torch.zeros(2, 3, 64, 64),), model, dynamo=False)
    call = [sys.executable, "-m", "designer", "import", str(model), "-o", str(file)]
    subprocess.run(call, check=True)
    window = roomy(file, "light")
    for name in ("palette", "inspector", "recipe", "data", "history"):
        window.docks[name].hide()
    settle(200)
    window.canvas.fit_all()
    keep(window, picture)


def weights(file: Path, picture: Path) -> None:
    """What fits of a run's weights, once a layer of the design is smaller."""
    window = opened(file, "dark")
    wait_for(window.trainer.finished, window.acts.train)
    last = node(window, "conv_3")
    window.session.act("Fewer filters", lambda d: edits.set_params(d, last, filters=48))
    dialog = TransferDialog(window.trainer, to_text(window.session.whole), "", window)
    dialog.show()
    dialog.source.setCurrentIndex(0)
    settle(3000)
    dialog.freeze.setChecked(True)
    dialog.grab().save(str(picture))
    dialog.close()
    closed(window)


def help_page(file: Path, picture: Path) -> None:
    """The help's page on attention."""
    window = opened(file, "dark")
    dialog = HelpDialog(window, "MultiHeadAttention")
    dialog.show()
    settle(300)
    dialog.grab().save(str(picture))
    dialog.close()
    closed(window)


def ready_groups(file: Path, picture: Path) -> None:
    """The palette's last heading, with the groups that are made already, and one in a wire."""
    window = roomy(file, "light")
    target = node(window, "conv_3")
    place = window.canvas.node_rect(target).center()
    adding = window.editor.adding
    adding.search_between(End(target, "input"), place.x(), place.y())
    settle(300)
    QTest.keyClicks(adding.popup.focusWidget() or adding.popup, "projected residual")
    settle(300)
    QTest.keyClick(adding.popup.focusWidget() or adding.popup, Qt.Key.Key_Return)
    window.actions_by_name["arrange_rows"].trigger()
    window.palette_panel.list.scrollToBottom()
    window.canvas.fit_all()
    keep(window, picture)


# By picture: what draws it, and the example it shows (or the file it makes).
PAGES = {
    "code_dark": (code, "digits_cnn"),
    "imported_light": (imported, "resnet18"),
    "weights_dark": (weights, "digits_cnn"),
    "help_dark": (help_page, "digits_cnn"),
    "ready_groups_light": (ready_groups, "digits_cnn"),
}
