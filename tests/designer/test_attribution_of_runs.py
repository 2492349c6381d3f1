"""Two runs explain one sample side by side in the attribution panel, asked of a real worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from safetensors.numpy import load_file

from core.design import edits
from core.project.file import save
from core.project.moments import moments, path_of
from core.project.run_acts import rename
from core.project.runs import WEIGHTS, Run
from designer.attribution_pane import ANOTHER, NOTHING
from designer.attribution_panel import TOPICS, AttributionPanel
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import choose_entry
from tests.designer.lasting import lasting_window, train
from tests.designs import IRIS, classifier, recipe


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """A window whose linear network was trained twice, from other weights."""
    folder = tmp_path_factory.mktemp("attribution_of_runs")
    design = classifier(IRIS, ("Dense", {"units": 3}), x="features")
    path = folder / "iris.loom"
    save(edits.set_recipe(design, recipe(epochs=3, batch_size=32, seed=1)), path)
    with lasting_window(qapp, folder) as made:
        assert made.files.read(path)
        for seed in (1, 2):
            changed = recipe(epochs=3, batch_size=32, seed=seed)
            made.session.act("Seed", lambda design, r=changed: edits.set_recipe(design, r))
            train(made)
        yield made


@pytest.fixture
def runs(window: MainWindow) -> Mapping[str, Run]:
    """The run that is shown, and the one before it, which has a name."""
    store = window.trainer.store
    now, before = store.runs(window.trainer.project)
    rename(store, before, "the first one")
    return {"now": now, "before": store.get(before.id)}


@pytest.fixture
def panel(qtbot: QtBot, window: MainWindow, runs: Mapping[str, Run]) -> AttributionPanel:
    """The panel that compares the plain gradient of the first class with another map."""
    window.docks.show("attribution")
    found = window.late_panels.panel("attribution")
    assert isinstance(found, AttributionPanel)
    wait(qtbot, window)
    for chooser in (found.pane.first, found.pane.second):
        chooser.choose("gradient")
    choose_entry(qtbot, found.pane.compare, NOTHING)
    choose_entry(qtbot, found.pane.compare, ANOTHER)
    wait(qtbot, window)
    for chooser in (found.pane.first, found.pane.second):
        choose_entry(qtbot, chooser.target, 0)
    wait(qtbot, window)
    return found


def wait(qtbot: QtBot, window: MainWindow) -> None:
    asking = window.asking
    qtbot.waitUntil(lambda: not any(map(asking.is_waiting, TOPICS)), timeout=PATIENCE)


def weights_in(path: Path, output: int = 0) -> np.ndarray:
    """The gradient of an output of a linear network."""
    found: np.ndarray = load_file(path)["dense.kernel"][:, output]
    return found


def values(panel: AttributionPanel, number: int) -> np.ndarray:
    shown = panel.pane.views[number].shown
    assert shown is not None, panel.pane.views[number].text()
    return shown.values


def test_another_run_is_chosen_by_name_and_explains_the_same_sample(
    qtbot: QtBot, window: MainWindow, panel: AttributionPanel, runs: Mapping[str, Run]
) -> None:
    pane = panel.pane
    texts = [pane.run.box.itemText(i) for i in range(pane.run.box.count())]
    assert texts[0] == "This run"
    assert len(texts) == 2
    assert texts[1].startswith("the first one, ")
    np.testing.assert_array_equal(values(panel, 0), values(panel, 1))
    choose_entry(qtbot, pane.run.box, runs["before"].id)
    wait(qtbot, window)
    for number, run in enumerate((runs["now"], runs["before"])):
        np.testing.assert_allclose(
            values(panel, number), weights_in(run.directory / WEIGHTS), rtol=1e-5
        )
    assert not np.allclose(values(panel, 0), values(panel, 1))
    second = pane.views[1]
    assert second.accessibleName().endswith("the first one: Gradient for setosa")
    assert f"step {runs['before'].summary['steps']}" in second.words()
    assert pane.views[0].limits == second.limits
    qtbot.mouseClick(pane.same_scale, Qt.MouseButton.LeftButton)
    assert pane.views[0].limits != second.limits
    qtbot.mouseClick(pane.same_scale, Qt.MouseButton.LeftButton)


def test_both_maps_follow_the_sample_class_and_method(
    qtbot: QtBot, window: MainWindow, panel: AttributionPanel, runs: Mapping[str, Run]
) -> None:
    pane = panel.pane
    choose_entry(qtbot, pane.run.box, runs["before"].id)
    wait(qtbot, window)
    qtbot.mouseClick(pane.chooser.next, Qt.MouseButton.LeftButton)
    wait(qtbot, window)
    first, second = (view.shown for view in pane.views)
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (1, 1)
    np.testing.assert_array_equal(first.sample, second.sample)
    choose_entry(qtbot, pane.second.target, 2)
    choose_entry(qtbot, pane.second.method, "gradient_x_input")
    wait(qtbot, window)
    kernel = weights_in(runs["before"].directory / WEIGHTS, 2)
    np.testing.assert_allclose(values(panel, 1), kernel * second.sample, rtol=1e-5)
    choose_entry(qtbot, pane.second.method, "gradient")
    qtbot.mouseClick(pane.chooser.previous, Qt.MouseButton.LeftButton)
    wait(qtbot, window)


@pytest.mark.parametrize("which", ["now", "before"])
def test_an_earlier_step_of_either_run_has_the_weights_of_then(
    qtbot: QtBot, window: MainWindow, panel: AttributionPanel, runs: Mapping[str, Run], which: str
) -> None:
    pane = panel.pane
    run = runs[which]
    choose_entry(qtbot, pane.run.box, run.id if which == "before" else "")
    step = moments(run.directory).found[0].step
    qtbot.waitUntil(lambda: pane.run.steps.findData(step) > 0, timeout=PATIENCE)
    assert pane.run.steps.isVisible()
    choose_entry(qtbot, pane.run.steps, step)
    wait(qtbot, window)
    then = weights_in(path_of(run.directory, step))
    np.testing.assert_allclose(values(panel, 1), then, rtol=1e-5)
    np.testing.assert_allclose(
        values(panel, 0), weights_in(runs["now"].directory / WEIGHTS), rtol=1e-5
    )
    assert f"step {step:,}" in pane.views[1].words()


def test_a_run_that_was_deleted_meanwhile_says_so(
    qtbot: QtBot, window: MainWindow, panel: AttributionPanel, runs: Mapping[str, Run]
) -> None:
    pane = panel.pane
    choose_entry(qtbot, pane.run.box, runs["before"].id)
    wait(qtbot, window)
    kept = runs["before"].directory / WEIGHTS
    others = [p for p in runs["before"].directory.glob("*.safetensors") if p != kept]
    for path in (kept, *others):
        path.rename(path.with_suffix(".away"))
    try:
        qtbot.mouseClick(pane.chooser.next, Qt.MouseButton.LeftButton)
        wait(qtbot, window)
        assert "the first one has no weights" in pane.views[1].text()
        assert "Choose another run." in pane.views[1].text()
        assert pane.views[0].shown is not None
    finally:
        for path in (kept, *others):
            path.with_suffix(".away").rename(path)
    qtbot.mouseClick(pane.chooser.previous, Qt.MouseButton.LeftButton)
    wait(qtbot, window)
    assert pane.views[1].shown is not None
