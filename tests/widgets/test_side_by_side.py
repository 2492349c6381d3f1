"""Parts stand beside each other while each has room enough."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.showing import on_screen
from widgets.side_by_side import SideBySide


def test_parts_go_below_each_other_when_they_become_too_narrow(qtbot: QtBot) -> None:
    parts = [QLabel("one"), QLabel("two")]
    line = SideBySide(parts, 100, 10)
    on_screen(qtbot, line, 210, 100)
    assert not line.is_column
    assert parts[0].y() == parts[1].y()
    line.resize(209, 100)
    assert line.is_column
    qtbot.waitUntil(lambda: parts[0].x() == parts[1].x())
    assert parts[0].y() < parts[1].y()
    # One alone needs no column.
    parts[1].hide()
    qtbot.waitUntil(lambda: not line.is_column)
    parts[1].show()
    line.set_least(60)
    assert not line.is_column
