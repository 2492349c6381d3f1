"""The panel of runs: what it lists, offers and lets be edited in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.project.run_acts import rename
from core.project.runs import DATABASE, Point, store_of
from designer.main_window import MainWindow
from designer.run_rows import NAME, STATUS, TAGS, WHEN
from designer.runs_panel import EMPTY_TEXT, RunsPanel
from tests.designer.runs.driving_runs import (
    act,
    click,
    editor,
    enabled,
    listed,
    place,
    shown,
    type_over,
)


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
