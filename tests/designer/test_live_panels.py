"""The panels that ask about the network, in the window, on one short training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.explain.projection import UMAP, is_installed
from designer.boundary_panel import BoundaryPanel
from designer.generated_panel import GeneratedPanel
from designer.histograms_panel import HistogramsPanel
from designer.live_panel import LivePanel
from designer.main_window import MainWindow
from designer.projection_panel import ProjectionPanel
from tests.designer.conftest import PATIENCE
from tests.designer.driving import click_node, menu_of, press_action
from tests.designer.lasting import lasting_window
from tests.designs import classifier, saved, with_recipe
from widgets.colors import mix
from widgets.plots.marks import class_color
from widgets.plots.regions import class_regions
from widgets.theme import dark, light

TOY = {"source": {"kind": "toy_2d", "shape": "blobs", "classes": 3, "samples": 90}, "split": {}}


@pytest.fixture(scope="module")
def trained(
    qapp: QApplication, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """A window in which a small network was trained while its decision boundary was watched."""
    folder = tmp_path_factory.mktemp("panels")
    qtbot = QtBot(request)
    layers = (("Dense", {"units": 6}), ("Activation", {"function": "relu"}))
    design = classifier(TOY, *layers, ("Dense", {"units": 3}), x="point")
    design = with_recipe(design, epochs=60, learning_rate=0.05)
    with lasting_window(qapp, folder) as window:
        assert window.files.read(saved(design, folder))
        seen(qtbot, window, "boundary")
        with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
            press_action(qtbot, window, "train")
        yield window


def seen(qtbot: QtBot, window: MainWindow, name: str) -> LivePanel:
    """The panel of a dock, opened by its entry in the menu."""
    dock = window.docks[name]
    entries = menu_of(window, "E&xplain").actions()
    next(a for a in entries if a.text() == f"{dock.windowTitle()} …").trigger()
    qtbot.waitUntil(lambda: window.late_panels.panel(name) is not None, timeout=PATIENCE)
    panel = window.late_panels.panel(name)
    assert isinstance(panel, LivePanel)
    qtbot.waitUntil(panel.widget.isVisible, timeout=PATIENCE)
    return panel


def answered(qtbot: QtBot, window: MainWindow, panel: LivePanel) -> None:
    qtbot.waitUntil(lambda: not window.asking.is_waiting(panel.topic), timeout=PATIENCE)


def _distance(one: QColor, other: QColor) -> float:
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return sum((a - b) ** 2 for a, b in pairs)


def test_the_boundary_stays_in_front_and_ends_with_the_last_weights(
    qtbot: QtBot, trained: MainWindow
) -> None:
    panel = seen(qtbot, trained, "boundary")
    assert isinstance(panel, BoundaryPanel)
    assert panel.widget.isVisible()
    answered(qtbot, trained, panel)
    assert panel.said() == ""
    assert trained.trainer.summary is not None
    assert f"step {trained.trainer.summary.steps:,}" in panel.caption.text()
    told = panel._shown
    assert told is not None
    assert told.winner is not None
    assert told.verdicts.wrong is not None
    # Blobs are parted by a few lines.
    assert told.verdicts.wrong.mean() < 0.1
    # Where it is sure, the ground has about half of the colour of the class, in both themes.
    for theme in (dark(), light()):
        picture = class_regions(told.winner, told.sure, 3, theme)
        for number in range(3):
            row, column = np.argwhere((told.winner == number) & (told.sure > 0.9))[0]
            shown = picture.pixelColor(int(column), int(row))
            colors = [QColor(mix(class_color(theme, i), theme.base, 0.5)) for i in range(3)]
            far = [_distance(shown, color) for color in colors]
            assert far.index(min(far)) == number
    number = int(np.flatnonzero(~told.verdicts.wrong)[0])
    words = panel.plot.describe(panel.plot.place_of(number))
    assert "Predicted" in words
    assert "wrong" not in words


def test_histograms_follow_the_selected_node(qtbot: QtBot, trained: MainWindow) -> None:
    panel = seen(qtbot, trained, "histograms")
    assert isinstance(panel, HistogramsPanel)
    answered(qtbot, trained, panel)
    click_node(trained, "activation")
    qtbot.waitUntil(lambda: panel.caption.text().startswith("activation"), timeout=PATIENCE)
    (plot,) = panel.plots()
    assert "zeros" in plot.ridges()[-1].words
    click_node(trained, "dense")
    qtbot.waitUntil(lambda: panel.caption.text().startswith("dense:"), timeout=PATIENCE)
    assert [plot.accessibleName() for plot in panel.plots()] == [
        f"Histogram of {name}" for name in ("kernel", "bias", "outputs")
    ]
    assert panel.plots()[0].ridges()[-1].counts.sum() == 12
    panel.node.box.setFocus()
    qtbot.keyClick(panel.node.box, Qt.Key.Key_End)
    panel.node.box.activated.emit(panel.node.box.currentIndex())
    qtbot.waitUntil(lambda: panel.caption.text().startswith("dense_2"), timeout=PATIENCE)


def test_a_sample_of_the_projection_is_shown_and_chosen(qtbot: QtBot, trained: MainWindow) -> None:
    panel = seen(qtbot, trained, "projection")
    assert isinstance(panel, ProjectionPanel)
    answered(qtbot, trained, panel)
    qtbot.waitUntil(lambda: panel.said() == "", timeout=PATIENCE)
    assert "of the variance" in panel.caption.text()
    assert trained.watching is not None
    place = panel.plot.place_of(2).toPoint()
    qtbot.mouseMove(panel.plot, place)
    qtbot.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=place)
    point = panel.plot.current
    assert f"Sample {point + 1}\n" in panel.card.words()
    qtbot.waitUntil(lambda: not panel.card.picture().isNull(), timeout=PATIENCE)
    chooser = trained.watching.views.chooser
    qtbot.waitUntil(lambda: chooser.index == point, timeout=PATIENCE)
    # Selecting a node keeps the sample.
    click_node(trained, "dense_2")
    assert trained.trainer.watched.row == point
    panel.plot.setFocus()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    other = panel.plot.current
    assert panel.plot.place_of(other).x() >= panel.plot.place_of(point).x()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Return)
    assert trained.trainer.watched.row == other
    at = panel.method.findData(UMAP)
    if not is_installed(UMAP):
        assert not panel.method.model().item(at).isEnabled()
        assert "pip install" in panel.method.toolTip()


def test_where_nothing_is_generated_words_say_so(qtbot: QtBot, trained: MainWindow) -> None:
    panel = seen(qtbot, trained, "generated")
    assert isinstance(panel, GeneratedPanel)
    qtbot.waitUntil(lambda: "generates" in panel.said(), timeout=PATIENCE)
    assert panel.prompt.isHidden()


def test_another_design_empties_the_panels(qtbot: QtBot, trained: MainWindow) -> None:
    panel = seen(qtbot, trained, "boundary")
    trained.files.new()
    qtbot.waitUntil(lambda: panel.said().startswith("Train, or open a run"), timeout=PATIENCE)
