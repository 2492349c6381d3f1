"""The banner says one thing, offers what can be done, and goes away."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from widgets.banner import Banner
from widgets.theme import apply, dark, light


@pytest.fixture
def banner(qtbot, qapp) -> Banner:
    apply(qapp, dark())
    made = Banner()
    qtbot.addWidget(made)
    return made


def test_hidden_until_there_is_something_to_say(banner) -> None:
    assert banner.isHidden()
    assert banner.message() == ""
    banner.show_message("error", "x.loom cannot be read.", "Check the file.")
    assert banner.isVisible()
    assert banner.message() == "x.loom cannot be read."
    assert banner.accessibleName() == "Error: x.loom cannot be read."
    assert banner.accessibleDescription() == "Check the file."


def test_action_runs_once_and_closes(qtbot, banner) -> None:
    calls: list[str] = []
    actions = [("Resume", lambda: calls.append("resume")), ("Log", lambda: calls.append("log"))]
    banner.show_message("error", "The training process stopped unexpectedly.", actions=actions)
    assert [b.text() for b in banner.buttons()] == ["Resume", "Log"]
    qtbot.mouseClick(banner.buttons()[0], Qt.MouseButton.LeftButton)
    assert calls == ["resume"]
    assert banner.message() == ""


def test_an_action_may_show_the_next_message(qtbot, banner) -> None:
    actions = [("Retry", lambda: banner.show_message("warning", "Still not there."))]
    banner.show_message("error", "Not there.", actions=actions)
    qtbot.mouseClick(banner.buttons()[0], Qt.MouseButton.LeftButton)
    assert banner.message() == "Still not there."
    assert banner.buttons() == []


def test_close_button(qtbot, banner) -> None:
    banner.show_message("info", "Saved.")
    close = banner.findChild(QToolButton)
    with qtbot.waitSignal(banner.closed):
        qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert banner.isHidden()


def test_long_text_wraps_instead_of_widening(qtbot, banner) -> None:
    banner.show_message("info", "short")
    low = banner.heightForWidth(400)
    banner.show_message("info", "a long message that goes on " * 12)
    assert banner.minimumSizeHint().width() < 500
    qtbot.waitUntil(lambda: banner.heightForWidth(400) > low)


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda t: t.name)
def test_kinds_differ_in_colour_and_icon(qapp, banner, theme) -> None:
    apply(qapp, theme)
    banner.set_theme(theme)
    pictures = []
    for kind in ("info", "warning", "error", "success"):
        banner.show_message(kind, "text")
        banner.resize(300, 40)
        pictures.append(banner.grab().toImage())
    stripe = [p.pixelColor(1, 20).name() for p in pictures]
    assert stripe == [theme.accent, theme.warning, theme.error, theme.success]
