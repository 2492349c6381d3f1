"""The attribution panel asks a real worker for maps of a small convolutional network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import save
from designer.attribution_pane import ANOTHER, KEPT
from designer.attribution_panel import SAMPLES, TOPICS, AttributionPanel
from designer.main_window import MainWindow
from designer.map_meaning import TOPICS as CHECKS
from designer.map_words import NOTHING_TRAINED, UNKNOWN_TRUTH
from designer.nearest_samples import TOPIC as NEAREST
from tests.designer.conftest import PATIENCE
from tests.designer.driving import choose_entry
from tests.designer.lasting import lasting_window, train
from tests.designs import DIGITS, classifier, recipe
from tests.widgets.pictures.sample_choosing import pick


@pytest.fixture(scope="module")
def trained(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """A window whose small network was trained for an epoch."""
    folder = tmp_path_factory.mktemp("attribution")
    layers = (("Conv", {"filters": 4}), ("Activation", {}), ("Flatten", {}))
    design = classifier(DIGITS, *layers, ("Dense", {"units": 10}), x="image")
    path = folder / "digits.loom"
    save(edits.set_recipe(design, recipe(epochs=1, batch_size=64)), path)
    with lasting_window(qapp, folder) as window:
        assert window.files.read(path)
        train(window)
        yield window


@pytest.fixture
def panel(qtbot: QtBot, trained: MainWindow) -> AttributionPanel:
    """The panel of the trained window, with a map of the first sample."""
    trained.docks.show("attribution")
    found = trained.late_panels.panel("attribution")
    assert isinstance(found, AttributionPanel)
    wait_for_maps(qtbot, trained)
    return found


def wait_for_maps(qtbot: QtBot, window: MainWindow, topics: tuple[str, ...] = TOPICS) -> None:
    asking = window.asking
    qtbot.waitUntil(lambda: not any(asking.is_waiting(t) for t in topics), timeout=PATIENCE)


def picture(panel: AttributionPanel, number: int = 0) -> list[int]:
    """The colours of a map of 8 by 8 pixels as they are on the screen."""
    pane = panel.pane.views[number].map_pane
    drawn = pane.grab().toImage()
    rect = pane.image_rect()
    steps = [(i + 0.5) / 8 for i in range(8)]
    places = [QPointF(x * rect.width(), y * rect.height()) for y in steps for x in steps]
    return [drawn.pixel((rect.topLeft() + place).toPoint()) for place in places]


def test_a_map_of_the_first_sample_is_drawn_when_the_panel_is_seen(
    panel: AttributionPanel,
) -> None:
    view = panel.pane.views[0]
    assert view.shown is not None
    assert (view.shown.method, view.shown.number) == ("integrated_gradients", 0)
    assert len(set(picture(panel))) > 8
    assert "completeness error" in view.words()
    assert panel.pane.source.text().startswith("Source: Sundararajan")
    # In the dock as it is, one map needs no scrolling.
    page = panel.pane.maps.parentWidget()
    assert page is not None
    assert panel.pane.maps.height() <= page.height()
    # It adds up: what the words say is what the numbers say.
    assert view.shown.completeness_error is not None
    assert f"{view.shown.completeness_error:.2%}" in view.words()


def test_another_method_chosen_by_keys_draws_another_map(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    before = picture(panel)
    choose_entry(qtbot, panel.pane.first.method, "grad_cam")
    wait_for_maps(qtbot, trained)
    view = panel.pane.views[0]
    assert view.shown is not None
    assert view.shown.method == "grad_cam"
    assert picture(panel) != before
    # Only layers with a map of places can be looked at; the dense one is not among them.
    nodes = panel.pane.first.node
    assert nodes.isVisible()
    assert [nodes.itemText(i) for i in range(nodes.count())] == ["Last that will do", "conv"]
    choose_entry(qtbot, panel.pane.first.method, "integrated_gradients")
    wait_for_maps(qtbot, trained)
    assert picture(panel) == before


def test_another_class_has_another_score_and_map(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    view, target = panel.pane.views[0], panel.pane.first.target
    assert view.shown is not None
    predicted, score, before = view.shown.predicted, view.shown.score, picture(panel)
    assert predicted is not None
    other = (predicted + 1) % 10
    choose_entry(qtbot, target, other)
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert (view.shown.target, view.shown.predicted) == (other, predicted)
    # No class has a higher score than the one that is predicted.
    assert view.shown.score < score
    assert picture(panel) != before
    choose_entry(qtbot, target, "true")
    wait_for_maps(qtbot, trained)
    assert panel.known.samples is not None
    assert view.shown.target == panel.known.samples.truth[0]
    choose_entry(qtbot, target, "predicted")
    wait_for_maps(qtbot, trained)


def test_the_overlay_can_be_set_where_there_is_one(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    pane = panel.pane
    assert pane.opacity.isEnabled()
    choose_entry(qtbot, pane.first.method, "activation_maximisation")
    wait_for_maps(qtbot, trained)
    assert not pane.views[0].overlay_pane.isVisible()
    assert not pane.opacity.isEnabled()
    choose_entry(qtbot, pane.first.method, "lime")
    wait_for_maps(qtbot, trained)
    assert pane.opacity.isEnabled()
    found = pane.views[0].shown
    assert found is not None
    assert found.fit is not None
    assert f"R² of the linear model {found.fit:.2f}" in pane.views[0].words()


def test_a_refused_check_calls_methods_by_their_labels(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    panel.pane.tabs.setCurrentWidget(panel.meaning)
    choose_entry(qtbot, panel.pane.first.method, "attention_rollout")
    qtbot.mouseClick(panel.meaning.check, Qt.MouseButton.LeftButton)
    wait_for_maps(qtbot, trained, (*TOPICS, *CHECKS))
    # Once, where the checks would be.
    assert panel.meaning.note.isVisible()
    assert not panel.meaning.results.isVisible()
    told = panel.meaning.note.text()
    assert "Choose another method, such as Integrated gradients." in told
    assert not panel.pane.opacity.isEnabled()
    panel.pane.tabs.setCurrentIndex(0)
    choose_entry(qtbot, panel.pane.first.method, "integrated_gradients")
    wait_for_maps(qtbot, trained)


def test_samples_are_found_one_by_one_by_class_and_worst_first(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    chooser, view = panel.pane.chooser, panel.pane.views[0]
    qtbot.mouseClick(chooser.next, Qt.MouseButton.LeftButton)
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert view.shown.number == 1
    pick(qtbot, chooser, "Only 7 (")
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert panel.known.samples is not None
    assert panel.known.samples.truth[view.shown.number] == 7
    pick(qtbot, chooser, "Worst predicted first")
    wait_for_maps(qtbot, trained, (*TOPICS, SAMPLES))
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert view.shown.number == int(np.nanargmax(panel.known.samples.losses))
    assert "wrong" in view.words()
    pick(qtbot, chooser, "All in turn")
    chooser.spin.setFocus()
    chooser.spin.selectAll()
    qtbot.keyClicks(chooser.spin, "1")
    qtbot.keyClick(chooser.spin, Qt.Key.Key_Return)
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert view.shown.number == 0


def test_a_picture_of_ones_own_is_explained_checked_and_compared(
    qtbot: QtBot,
    trained: MainWindow,
    panel: AttributionPanel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chooser, view = panel.pane.chooser, panel.pane.views[0]
    assert not chooser.text.isEnabled(), "this network reads no text"
    assert view.shown is not None
    of_data = view.shown
    # The first sample itself, in a file: what is known of it is known of the file.
    image = of_data.sample[..., 0]
    Image.fromarray((image * 255).round().astype(np.uint8)).save(tmp_path / "mine.png")
    file = tmp_path / "mine.png"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    pick(qtbot, chooser, "File of your own")
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert view.shown.is_own
    assert view.words().startswith(f"Own sample, predicted {of_data.predicted},")
    assert chooser.own_name.text() == "mine.png"
    np.testing.assert_allclose(view.shown.values, of_data.values, atol=0.02)

    other = (int(of_data.predicted or 0) + 1) % 10
    choose_entry(qtbot, panel.pane.first.target, other)
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert (view.shown.target, view.shown.is_own) == (other, True)
    choose_entry(qtbot, panel.pane.first.target, "true")
    wait_for_maps(qtbot, trained)
    assert view.text() == UNKNOWN_TRUTH
    choose_entry(qtbot, panel.pane.first.target, "predicted")
    wait_for_maps(qtbot, trained)

    panel.pane.tabs.setCurrentWidget(panel.meaning)
    qtbot.mouseClick(panel.meaning.check, Qt.MouseButton.LeftButton)
    wait_for_maps(qtbot, trained, CHECKS)
    assert panel.meaning.learned.shown is not None
    assert panel.meaning.learned.shown.is_own
    assert "rank correlation" in panel.meaning.sanity_words.text()
    assert panel.meaning.plot.names()
    panel.pane.tabs.setCurrentWidget(panel.nearest)
    wait_for_maps(qtbot, trained, (NEAREST,))
    rows = panel.nearest.list
    assert rows.item(0).text() == "this one"
    assert "own sample" in rows.item(0).toolTip()
    distances = [float(rows.item(i).text().split("\n")[1]) for i in range(1, rows.count())]
    assert distances == sorted(distances)
    panel.pane.tabs.setCurrentIndex(0)

    qtbot.mouseClick(chooser.leave, Qt.MouseButton.LeftButton)
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    np.testing.assert_array_equal(view.shown.values, of_data.values)
    file.write_text("no picture")
    pick(qtbot, chooser, "File of your own")
    wait_for_maps(qtbot, trained)
    assert "mine.png is not a readable image" in view.text()
    # Going through the samples of the data again is enough.
    pick(qtbot, chooser, "All in turn")
    wait_for_maps(qtbot, trained)
    assert view.shown is not None
    assert not view.shown.is_own


def test_two_maps_stand_side_by_side_on_one_scale(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    pane = panel.pane
    assert not pane.views[1].isVisible()
    choose_entry(qtbot, pane.compare, ANOTHER)
    choose_entry(qtbot, pane.second.method, "gradient")
    wait_for_maps(qtbot, trained)
    first, second = (view.shown for view in pane.views)
    assert first is not None
    assert second is not None
    assert (first.method, second.method) == ("integrated_gradients", "gradient")
    assert pane.views[0].limits == pane.views[1].limits
    qtbot.mouseClick(pane.same_scale, Qt.MouseButton.LeftButton)
    assert pane.views[0].limits != pane.views[1].limits
    qtbot.mouseClick(pane.same_scale, Qt.MouseButton.LeftButton)
    choose_entry(qtbot, pane.compare, KEPT)
    qtbot.mouseClick(pane.chooser.next, Qt.MouseButton.LeftButton)
    wait_for_maps(qtbot, trained)
    numbers = [view.shown.number for view in pane.views if view.shown]
    assert numbers == [1, 0]
    qtbot.mouseClick(pane.chooser.previous, Qt.MouseButton.LeftButton)
    choose_entry(qtbot, pane.compare, "nothing")
    wait_for_maps(qtbot, trained)
    assert not pane.views[1].isVisible()


def test_a_parameter_out_of_the_usual_counts_in_the_fold_and_asks_anew(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    chooser = panel.pane.first
    assert not chooser.form.isVisible()
    qtbot.keyClick(chooser.fold, Qt.Key.Key_Return)
    assert chooser.form.isVisible()
    assert chooser.kind is not None
    steps = next(p for p in chooser.kind.params() if p.kind == "int")
    field = chooser.form.field(steps.name).editor
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert panel.question() is not None
    assert panel.question().params == ((steps.name, 3),)
    wait_for_maps(qtbot, trained)
    assert "1 set" in chooser.fold.text()
    field.selectAll()
    qtbot.keyClicks(field, str(steps.default))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(chooser.fold, Qt.Key.Key_Return)
    wait_for_maps(qtbot, trained)


def test_checks_tell_whether_the_map_means_anything(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    meaning, tabs = panel.meaning, panel.pane.tabs
    tabs.setCurrentWidget(meaning)
    assert not meaning.results.isVisible()
    meaning.check.setFocus()
    qtbot.keyClick(meaning.check, Qt.Key.Key_Space)
    wait_for_maps(qtbot, trained, CHECKS)
    learned, random = meaning.learned.shown, meaning.random.shown
    assert learned is not None
    assert random is not None
    assert learned.target == random.target
    assert not np.allclose(learned.values, random.values)
    assert "learned" in meaning.sanity_words.text()
    assert "rank correlation" in meaning.sanity_words.text()
    assert meaning.plot.names() == ["taken away", "put in", "away by chance", "in by chance"]
    shares, deletion = meaning.plot.points("taken away")
    _, insertion = meaning.plot.points("put in")
    # All taken away is nothing put in, and the other way round.
    assert deletion[0] == pytest.approx(insertion[-1], abs=1e-5)
    assert deletion[-1] == pytest.approx(insertion[0], abs=1e-5)
    assert f"{np.trapezoid(deletion, shares):.3g}" in meaning.curve_facts.text()
    # Another sample has other results.
    qtbot.mouseClick(panel.pane.chooser.next, Qt.MouseButton.LeftButton)
    assert not meaning.results.isVisible()
    qtbot.mouseClick(panel.pane.chooser.previous, Qt.MouseButton.LeftButton)
    tabs.setCurrentIndex(0)
    wait_for_maps(qtbot, trained)


def test_the_nearest_training_samples_are_listed_with_class_and_distance(
    qtbot: QtBot, trained: MainWindow, panel: AttributionPanel
) -> None:
    panel.pane.tabs.setCurrentWidget(panel.nearest)
    wait_for_maps(qtbot, trained, (NEAREST,))
    rows = panel.nearest.list
    texts = [rows.item(i).text().split("\n") for i in range(rows.count())]
    assert panel.known.samples is not None
    assert texts[0] == [str(panel.known.samples.truth[0]), "this one"]
    distances = [float(text[1]) for text in texts[1:]]
    assert len(distances) == 8
    assert distances == sorted(distances)
    assert not rows.item(1).icon().isNull()
    # Most of what lies nearest is of the same class.
    assert sum(text[0] == texts[0][0] for text in texts[1:]) >= 5
    panel.pane.tabs.setCurrentIndex(0)


def test_the_map_is_saved_as_picture_and_numbers(
    panel: AttributionPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = panel.pane.views[0]
    assert view.shown is not None
    for number, name in enumerate(("map.png", "map.npz")):
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), "")
        )
        view.save_actions[number].trigger()
    assert QImage(str(tmp_path / "map.png")) == view.picture().toImage().convertToFormat(
        QImage(str(tmp_path / "map.png")).format()
    )
    with np.load(tmp_path / "map.npz") as saved:
        np.testing.assert_array_equal(saved["values"], view.shown.values)
        assert json.loads(str(saved["about"]))["method"] == "integrated_gradients"


def test_without_a_trained_network_it_says_what_to_do(panel: AttributionPanel) -> None:
    panel._show_nothing_trained()
    assert panel.pane.views[0].text() == NOTHING_TRAINED
    assert not panel.meaning.check.isEnabled()
    panel.refresh()
