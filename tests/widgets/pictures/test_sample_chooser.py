"""Samples are gone through one by one, by class, and the worst predicted first."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.pictures.sample_choosing import pick
from widgets.pictures.sample_chooser import WORST, SampleChooser


def shown(qtbot: QtBot, chooser: SampleChooser) -> SampleChooser:
    qtbot.addWidget(chooser)
    with qtbot.waitExposed(chooser):
        chooser.show()
    return chooser


def words(chooser: SampleChooser) -> list[str]:
    return [label.text() for label in chooser.findChildren(QLabel) if label.isVisible()]


def test_people_count_from_one_and_the_signal_from_zero(qtbot: QtBot) -> None:
    chooser = shown(qtbot, SampleChooser(stacked=True))
    heard: list[int] = []
    chooser.sample_changed.connect(heard.append)
    chooser.set_samples(8, 6)
    assert chooser.spin.value() == 7
    assert "of 8" in words(chooser)
    chooser.spin.setFocus()
    qtbot.keyClick(chooser.spin, Qt.Key.Key_Up)
    qtbot.keyClick(chooser.spin, Qt.Key.Key_Up)
    assert heard == [7]
    assert not chooser.next.isEnabled()
    qtbot.mouseClick(chooser.previous, Qt.MouseButton.LeftButton)
    assert heard == [7, 6]
    chooser.set_samples(3, 9)
    assert (chooser.index, chooser.spin.value(), heard) == (2, 3, [7, 6])
    chooser.set_samples(0)
    assert not any(
        part.isEnabled() for part in (chooser.spin, chooser.previous, chooser.next, chooser.which)
    )
    assert heard == [7, 6]


@pytest.mark.parametrize("stacked", [False, True])
def test_samples_are_gone_through_by_class_and_the_worst_first(qtbot: QtBot, stacked: bool) -> None:
    chooser = shown(qtbot, SampleChooser(stacked=stacked))
    chosen: list[int] = []
    chooser.sample_changed.connect(chosen.append)
    chooser.set_samples(8, 2)
    chooser.set_order([("cat", [1, 5, 6]), ("dog", []), (" ", [0, 2])], [6, 3, 0], 8)
    offered = pick(qtbot, chooser, "Only cat")
    assert offered == ["All in turn", WORST, "Only cat (3)", "Only ␣ (2)"]
    assert chooser.which.text() == ("Only cat" if stacked else "cat ▾")
    assert "of 3" in words(chooser)
    chooser.spin.setFocus()
    qtbot.keyClick(chooser.spin, Qt.Key.Key_Up)
    assert chosen == [1, 5]
    assert chooser.next.isVisible() == chooser.previous.isVisible() == stacked
    with qtbot.waitSignal(chooser.order_wanted):
        pick(qtbot, chooser, WORST)
    assert chosen == [1, 5], "the worst may be others by now"
    chooser.set_order([], [3, 6], 4)
    chooser.choose_first()
    assert chosen[-1] == 3
    # Not all of them were judged.
    assert pick(qtbot, chooser, "All") == ["All in turn", f"{WORST}, of 4"]
    # A sample that is none of these was chosen elsewhere.
    chooser.set_samples(8, 4)
    assert chooser.index == 4
    assert chooser.which.text().startswith("All")


@pytest.mark.parametrize("stacked", [False, True])
def test_a_sample_of_ones_own_takes_the_place_of_the_number(qtbot: QtBot, stacked: bool) -> None:
    chooser = shown(qtbot, SampleChooser(own=True, stacked=stacked))
    chooser.set_samples(8)
    with qtbot.waitSignal(chooser.file_wanted):
        assert "Text of your own …" in pick(qtbot, chooser, "File of your own")
    chooser.show_own("mine.png")
    assert "mine.png" in words(chooser)
    assert not chooser.spin.isVisible()
    assert not chooser.next.isVisible()
    with qtbot.waitSignal(chooser.own_left):
        qtbot.keyClick(chooser.leave, Qt.Key.Key_Space)
    # Going on with samples of the data is leaving it, too.
    with qtbot.waitSignal(chooser.own_left):
        pick(qtbot, chooser, "All in turn")
    chooser.show_own("")
    assert chooser.spin.isVisible()
    assert "mine.png" not in words(chooser)
    assert QApplication.activePopupWidget() is None
