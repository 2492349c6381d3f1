"""The panel of runs: what it lists, and what its acts do to the store, the design and the views."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import save, to_text
from core.project.run_acts import rename
from core.project.runs import CHECKPOINT, DATABASE, Point, Run, RunStore, store_of
from core.train.events import EpochEnd, Finished
from designer.main_window import MainWindow
from designer.run_rows import NAME, STATUS, TAGS, WHEN
from designer.runs_panel import EMPTY_TEXT, RunsPanel
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import iris_mlp

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "iris.loom"
    save(iris_mlp(), path)
    return path


def ended(file: Path, name: str, loss: float, units: int = 8, status: str = "epochs") -> Run:
    """A run as a training leaves it."""
    store = store_of(file)
    run = store.create(file.stem, to_text(edits.set_params(iris_mlp(), "dense", units=units)))
    points = [
        Point(4 * e, float(e), series, "loss", loss + (20 - e))
        for e in range(1, 21)
        for series in ("step", "validation")
    ]
    store.record(run, points)
    figures = {"loss": loss, "accuracy": 1 - loss}
    summary = {
        **{"epochs": 20, "steps": 80, "seconds": 90.0, "device": "cpu:0"},
        **{"train": figures, "validation": figures, "test": figures},
    }
    store.set_status(run, status, summary)
    (run.directory / CHECKPOINT).touch()
    with closing(sqlite3.connect(store.root / DATABASE)) as db, db:
        moment = f"2026-01-0{len(store.runs())}T10:00:00+00:00"
        db.execute("UPDATE runs SET created = ? WHERE id = ?", (moment, run.id))
    return rename(store, run, name)


@pytest.fixture
def panel(qtbot: QtBot, window: MainWindow, file: Path) -> RunsPanel:
    """The panel of a window on a project with three runs, brought to the front by its key."""
    for name, loss, units, status in (
        ("small", 0.5, 8, "epochs"),
        ("wide", 0.25, 32, "interrupted"),
        ("best", 0.125, 8, "epochs"),
    ):
        ended(file, name, loss, units, status)
    assert window.files.read(file)
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    listed(qtbot, window, "best", "wide", "small")
    return window.runs.panel


def shown(panel: RunsPanel, title: str) -> list[str]:
    """A column as it can be read, from top to bottom."""
    column = panel.rows.column(title)
    return [panel.rows.index(i, column).data() for i in range(panel.rows.rowCount())]


def listed(qtbot: QtBot, window: MainWindow, *names: str) -> None:
    qtbot.waitUntil(lambda: shown(window.runs.panel, NAME) == list(names), timeout=PATIENCE)


def place(panel: RunsPanel, name: str, title: str = NAME) -> QPoint:
    row = shown(panel, NAME).index(name)
    index = panel.rows.index(row, panel.rows.column(title))
    panel.table.scrollTo(index)
    return panel.table.visualRect(index).center()


def click(
    qtbot: QtBot,
    panel: RunsPanel,
    *names: str,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Select runs with the mouse."""
    for number, name in enumerate(names):
        qtbot.mouseClick(
            panel.table.viewport(),
            Qt.MouseButton.LeftButton,
            CTRL if number else modifier,
            place(panel, name),
        )


def act(qtbot: QtBot, panel: RunsPanel, name: str) -> None:
    """Press a button of the panel's bar."""
    action = panel.actions_by_name[name]
    assert action.isEnabled(), name
    button = panel.bar.widgetForAction(action)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def editor(panel: RunsPanel) -> QLineEdit:
    found = panel.table.findChildren(QLineEdit)
    assert len(found) == 1
    return found[0]


def type_over(qtbot: QtBot, panel: RunsPanel, text: str) -> None:
    field = editor(panel)
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    """Answer every question so; returns the questions."""
    asked: list[str] = []

    def reply(*arguments: object) -> QMessageBox.StandardButton:
        asked.append(str(arguments[2]))
        return button

    monkeypatch.setattr(QMessageBox, "question", reply)
    return asked


def enabled(panel: RunsPanel) -> set[str]:
    return {name for name, action in panel.actions_by_name.items() if action.isEnabled()}


def test_a_project_without_runs_says_how_to_get_one(
    qtbot: QtBot, window: MainWindow, file: Path
) -> None:
    assert window.files.read(file)
    window.acts.show_runs()
    panel = window.runs.panel
    qtbot.waitUntil(panel.empty.isVisible)
    assert panel.empty.text() == EMPTY_TEXT
    assert not panel.table.isVisible()
    assert enabled(panel) == {"refresh"}


def test_runs_are_listed_with_their_figures(panel: RunsPanel) -> None:
    assert shown(panel, NAME) == ["best", "wide", "small"]
    assert shown(panel, STATUS) == ["done", "interrupted", "done"]
    assert shown(panel, "Loss") == ["0.125", "0.25", "0.5"]
    assert shown(panel, "Accuracy") == ["0.875", "0.75", "0.5"]
    assert shown(panel, "Epochs") == ["20"] * 3
    assert shown(panel, "Time") == ["1 min 30 s"] * 3
    assert panel.table.isVisible()


def test_a_click_on_a_header_sorts_numbers_as_numbers(qtbot: QtBot, panel: RunsPanel) -> None:
    header = panel.table.horizontalHeader()
    column = panel.rows.column("Loss")
    panel.table.scrollTo(panel.rows.index(0, column))
    where = QPoint(header.sectionViewportPosition(column) + 10, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
    once = shown(panel, "Loss")
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert [once, shown(panel, "Loss")] in (
        [["0.125", "0.25", "0.5"], ["0.5", "0.25", "0.125"]],
        [["0.5", "0.25", "0.125"], ["0.125", "0.25", "0.5"]],
    )


def test_the_order_stays_when_other_figures_come(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, file: Path
) -> None:
    panel.table.sortByColumn(panel.rows.column(WHEN), Qt.SortOrder.AscendingOrder)
    store = store_of(file)
    run = store.create("iris", "{}")
    store.record(run, [Point(1, 1.0, "train", "zeal", 1.0)])
    rename(store, run, "new")
    act(qtbot, panel, "refresh")
    listed(qtbot, window, "small", "wide", "best", "new")
    assert shown(panel, "Zeal") == ["", "", "", "1"]
    # What says nothing comes last, whichever way.
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        panel.table.sortByColumn(panel.rows.column("Zeal"), order)
        assert shown(panel, NAME)[0] == "new"


def test_what_is_selected_stays_so_in_another_order(qtbot: QtBot, panel: RunsPanel) -> None:
    click(qtbot, panel, "best", "wide")
    panel.table.sortByColumn(panel.rows.column("Loss"), Qt.SortOrder.DescendingOrder)
    assert shown(panel, NAME) == ["small", "wide", "best"]
    assert [r.run.name for r in panel.selected()] == ["wide", "best"]


def test_what_is_offered_depends_on_how_many_are_selected(qtbot: QtBot, panel: RunsPanel) -> None:
    assert enabled(panel) == {"refresh"}
    click(qtbot, panel, "best")
    alone = {"show", "restore", "open", "rename", "tag", "events", "delete", "refresh"}
    assert enabled(panel) == alone
    click(qtbot, panel, "wide")
    assert enabled(panel) == alone | {"resume"}
    click(qtbot, panel, "wide", "best")
    assert enabled(panel) == {"compare", "events", "delete", "refresh"}
    assert [r.run.name for r in panel.selected()] == ["best", "wide"]


def test_f2_renames_in_place(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, file: Path
) -> None:
    click(qtbot, panel, "wide")
    qtbot.keyClick(panel.table, Qt.Key.Key_F2)
    assert editor(panel).text() == "wide"
    type_over(qtbot, panel, "wide net")
    listed(qtbot, window, "best", "wide net", "small")
    qtbot.waitUntil(lambda: "wide net" in {r.name for r in store_of(file).runs()})
    assert [r.run.name for r in panel.selected()] == ["wide net"]


def test_escape_leaves_a_name_as_it_was(qtbot: QtBot, panel: RunsPanel, file: Path) -> None:
    click(qtbot, panel, "best")
    act(qtbot, panel, "rename")
    qtbot.keyClicks(editor(panel), "nonsense")
    qtbot.keyClick(editor(panel), Qt.Key.Key_Escape)
    assert shown(panel, NAME)[0] == "best"
    assert store_of(file).get("best")


def test_tags_are_edited_in_place(qtbot: QtBot, panel: RunsPanel, file: Path) -> None:
    click(qtbot, panel, "small")
    qtbot.keyClick(panel.table, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    type_over(qtbot, panel, " paper,baseline , paper")
    qtbot.waitUntil(lambda: shown(panel, TAGS)[2] == "paper, baseline")
    qtbot.waitUntil(lambda: store_of(file).get("small").tags == ("paper", "baseline"))


def test_what_cannot_be_kept_is_told_and_taken_back(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel
) -> None:
    click(qtbot, panel, "best")
    act(qtbot, panel, "rename")
    type_over(qtbot, panel, "x" * 250)
    qtbot.waitUntil(lambda: "250 letters" in window.banner.message())
    listed(qtbot, window, "best", "wide", "small")


def test_delete_asks_once_and_deletes(
    qtbot: QtBot,
    window: MainWindow,
    panel: RunsPanel,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folders = {r.name: r.directory for r in store_of(file).runs()}
    click(qtbot, panel, "small", "wide")
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert asked == ["Delete 2 runs? Their figures and weights are gone for good."]
    assert len(store_of(file).runs()) == 3
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    listed(qtbot, window, "best")
    assert [name for name, folder in folders.items() if folder.exists()] == ["best"]


def test_the_views_let_go_of_a_deleted_run(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.trainer.run is not None
    assert window.trainer.run.name == "best"
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    click(qtbot, panel, "best")
    act(qtbot, panel, "delete")
    qtbot.waitUntil(lambda: window.trainer.run is not None and window.trainer.run.name == "wide")
    listed(qtbot, window, "wide", "small")


def test_a_run_that_another_process_trains_cannot_be_deleted(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, file: Path
) -> None:
    store = store_of(file)
    rename(store, store.create("iris", "{}"), "elsewhere")
    act(qtbot, panel, "refresh")
    listed(qtbot, window, "elsewhere", "best", "wide", "small")
    assert shown(panel, STATUS)[0] == "running"
    click(qtbot, panel, "elsewhere", "best")
    assert "delete" not in enabled(panel)
    click(qtbot, panel, "elsewhere")
    assert not enabled(panel) & {"delete", "resume"}


def test_restore_is_an_act_that_can_be_undone(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel
) -> None:
    click(qtbot, panel, "wide")
    act(qtbot, panel, "restore")
    qtbot.waitUntil(lambda: window.session.whole.nodes["dense"].params["units"] == 32)
    assert window.session.undo_label == "Restore design of run wide"
    assert window.session.file is not None
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.session.whole == iris_mlp()
    click(qtbot, panel, "small")
    with qtbot.waitSignal(window.runs.noted) as told:
        act(qtbot, panel, "restore")
    assert told.args == ["The design is that of run small already"]


def test_open_makes_a_design_of_its_own(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, file: Path
) -> None:
    click(qtbot, panel, "wide")
    with qtbot.waitSignal(window.files.opened):
        act(qtbot, panel, "open")
    assert window.session.file is None
    assert window.session.whole.nodes["dense"].params["units"] == 32
    assert not window.session.dirty
    qtbot.waitUntil(panel.empty.isVisible)


def test_show_makes_it_the_run_that_the_views_show(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel
) -> None:
    click(qtbot, panel, "small")
    act(qtbot, panel, "show")
    plot = window.watching.views.training.loss_plot
    qtbot.waitUntil(
        lambda: "validation" in plot.names() and plot.points("validation")[1][-1] == 0.5
    )
    assert window.trainer.run.name == "small"
    assert window.docks["training"].isVisible()
    assert "loss 0.5" in window.watching.views.training.progress()[1]


def test_events_are_exported(
    qtbot: QtBot,
    window: MainWindow,
    panel: RunsPanel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "logs"))
    click(qtbot, panel, "small", "best")
    with qtbot.waitSignal(window.runs.noted, timeout=PATIENCE) as told:
        act(qtbot, panel, "events")
    assert told.args == ["Wrote 4 files into logs"]
    assert {p.name for p in (tmp_path / "logs").iterdir()} == {"small", "best"}


def test_a_right_click_offers_the_same_acts(qtbot: QtBot, panel: RunsPanel) -> None:
    click(qtbot, panel, "small")
    viewport, where = panel.table.viewport(), place(panel, "small")
    reason = QContextMenuEvent.Reason.Mouse
    asked = QContextMenuEvent(reason, where, viewport.mapToGlobal(where))
    QApplication.sendEvent(viewport, asked)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    offered = [action.objectName() for action in menu.actions() if not action.isSeparator()]
    rename = menu.actionGeometry(panel.actions_by_name["rename"]).center()
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=rename)
    assert sorted(offered) == sorted(f"run_{name}" for name in panel.actions_by_name)
    assert editor(panel).text() == "small"


def test_every_act_has_an_icon_and_says_what_it_does(panel: RunsPanel) -> None:
    for action in panel.actions_by_name.values():
        assert action.toolTip()
        assert not action.icon().isNull()


def test_a_damaged_store_is_told(qtbot: QtBot, window: MainWindow, panel: RunsPanel) -> None:
    database = window.trainer.store.root / DATABASE
    database.write_bytes(b"this is no database" * 100)
    act(qtbot, panel, "refresh")
    qtbot.waitUntil(lambda: "cannot be used" in window.banner.message())
    assert panel.empty.isVisible()


def test_a_training_appears_and_keeps_up(qtbot: QtBot, window: MainWindow, file: Path) -> None:
    assert window.files.read(file)
    window.acts.show_runs()
    panel = window.runs.panel
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Finished)
    ):
        press_action(qtbot, window, "train")
        window.acts.show_runs()
    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["done"], timeout=PATIENCE)
    (run,) = store_of(file).runs()
    assert shown(panel, "Loss") == [f"{run.summary['validation']['loss']:.4g}"]
    assert run.environment["device"] == "cpu:0"


def test_the_row_of_a_run_that_goes_on_follows_it(
    qtbot: QtBot, window: MainWindow, file: Path
) -> None:
    save(edits.set_recipe(iris_mlp(), {"epochs": 1_000_000}), file)
    assert window.files.read(file)
    press_action(qtbot, window, "train")
    window.acts.show_runs()
    panel = window.runs.panel

    def epochs() -> int:
        return int((shown(panel, "Epochs") or ["0"])[0] or 0)

    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["running"], timeout=PATIENCE)
    before = epochs()
    qtbot.waitUntil(lambda: epochs() > before + 1, timeout=PATIENCE)
    click_first(qtbot, panel)
    assert not enabled(panel) & {"show", "resume", "delete"}
    press_action(qtbot, window, "stop")
    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["interrupted"], timeout=PATIENCE)
    assert "resume" in enabled(panel)
    reached = window.trainer.summary.epochs
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, EpochEnd)
    ) as first:
        act(qtbot, panel, "resume")
    assert first.args[0].epoch == reached + 1


def click_first(qtbot: QtBot, panel: RunsPanel) -> None:
    (name,) = shown(panel, NAME)
    click(qtbot, panel, name)


def test_a_run_whose_worker_was_killed_is_interrupted(
    qtbot: QtBot, window: MainWindow, file: Path
) -> None:
    save(edits.set_recipe(iris_mlp(), {"epochs": 1_000_000}), file)
    assert window.files.read(file)
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, EpochEnd)
    ):
        press_action(qtbot, window, "train")
    window.acts.show_runs()
    window.trainer.process.kill()
    panel = window.runs.panel
    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["interrupted"], timeout=PATIENCE)
    (run,) = RunStore(store_of(file).root).runs()
    assert run.status == "interrupted"


def test_the_comparison_draws_all_and_lists_what_differs(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel
) -> None:
    click(qtbot, panel, "best", "wide", "small")
    act(qtbot, panel, "compare")
    (dialog,) = window.runs._comparisons
    qtbot.waitUntil(lambda: len(dialog.plot.names()) == 6, timeout=PATIENCE)
    assert dialog.plot.names()[:2] == ["best, training", "best, validation"]
    epochs, losses = dialog.plot.points("wide, validation")
    np.testing.assert_array_equal(epochs, np.arange(1, 21))
    np.testing.assert_allclose(losses, 0.25 + np.arange(19, -1, -1))
    qtbot.waitUntil(lambda: bool(dialog.differences.texts()), timeout=PATIENCE)
    assert ("Nodes", "dense.units", "8", "32") in dialog.differences.texts()
    assert ("Figures", "test.loss", "0.125", "0.25") in dialog.differences.texts()

    choose(qtbot, dialog.sides[0], "wide")
    qtbot.waitUntil(lambda: "same" in dialog.differences.sentence(), timeout=PATIENCE)
    choose(qtbot, dialog.sides[1], "small")
    rows = dialog.differences.texts
    qtbot.waitUntil(lambda: ("Nodes", "dense.units", "32", "8") in rows(), timeout=PATIENCE)

    qtbot.mouseClick(dialog.training, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: len(dialog.plot.names()) == 3)
    dialog.smoothing.setFocus()
    qtbot.keyClick(dialog.smoothing, Qt.Key.Key_End)
    smooth = dialog.plot.points("wide, validation")[1]
    assert smooth[0] == losses[0]
    assert smooth[-1] > losses[-1] + 5
    dialog.close()
    assert window.runs._comparisons == []


def choose(qtbot: QtBot, box: object, text: str) -> None:
    """Choose an entry of a combo box by typing its first letter."""
    box.setFocus()
    qtbot.keyClicks(box, text[0])
    assert box.currentText() == text


def test_reading_does_not_hold_the_window(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a slow store is read, the window hears keys; what was read comes afterwards."""
    import threading

    from designer import run_control

    may_go_on = threading.Event()
    real: Callable[..., object] = run_control.reports

    def slow(*arguments: object) -> object:
        assert may_go_on.wait(60)
        return real(*arguments)

    monkeypatch.setattr(run_control, "reports", slow)
    act(qtbot, panel, "refresh")
    store = window.trainer.store
    rename(store, store.get("small"), "renamed")
    click(qtbot, panel, "best")
    qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert [r.run.name for r in panel.selected()] == ["wide"]
    assert shown(panel, NAME) == ["best", "wide", "small"]
    may_go_on.set()
    listed(qtbot, window, "best", "wide", "renamed")
    assert QApplication.activeModalWidget() is None
