"""Runs to list, and what a user does in the panel that lists them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import to_text
from core.project.run_acts import rename
from core.project.runs import CHECKPOINT, DATABASE, Point, Run, store_of
from designer.main_window import MainWindow
from designer.run_rows import NAME
from designer.runs_panel import RunsPanel
from tests.designer.conftest import PATIENCE
from tests.designs import iris_mlp

CTRL = Qt.KeyboardModifier.ControlModifier


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
