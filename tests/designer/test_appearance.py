"""The theme that a person chose stays; the desktop's is followed while the window is open."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.appearance import Appearance
from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.designer.driving import checked_entries, click_entry, menu_of
from widgets import theme as themes

Desktop = Callable[[Qt.ColorScheme], None]
DARK, LIGHT = Qt.ColorScheme.Dark, Qt.ColorScheme.Light


@pytest.fixture
def desktop(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """Changes the desktop's colours; without a desktop Qt itself always says Unknown."""

    def change(scheme: Qt.ColorScheme) -> None:
        monkeypatch.setattr(themes, "color_scheme", lambda app: scheme)
        qapp.styleHints().colorSchemeChanged.emit(scheme)

    return change


def theme_menu(window: MainWindow) -> QMenu:
    return menu_of(window, "&Theme")


def choose(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Click an entry of View > Theme."""
    click_entry(qtbot, window, theme_menu(window), text)


def checked(window: MainWindow) -> list[str]:
    return checked_entries(theme_menu(window))


def is_dark(window: MainWindow) -> bool:
    """Whether the window looks dark."""
    return window.grab().toImage().pixelColor(5, 5).lightness() < 128


def test_the_desktop_is_followed_live(window: MainWindow, desktop: Desktop) -> None:
    assert checked(window) == ["&System"]
    for scheme in (LIGHT, DARK, LIGHT):
        desktop(scheme)
        assert is_dark(window) == (scheme == DARK)
        assert window.canvas.graph_scene.look.is_dark == (scheme == DARK)
    assert checked(window) == ["&System"]


def test_a_desktop_that_says_nothing_changes_nothing(window: MainWindow, desktop: Desktop) -> None:
    desktop(LIGHT)
    desktop(Qt.ColorScheme.Unknown)
    assert not is_dark(window)


def test_a_chosen_theme_stays_and_is_remembered(
    qtbot: QtBot, window: MainWindow, desktop: Desktop
) -> None:
    desktop(DARK)
    choose(qtbot, window, "&Light")
    assert not is_dark(window)
    assert checked(window) == ["&Light"]
    desktop(DARK)
    assert not is_dark(window)
    assert Preferences().theme == "light"
    choose(qtbot, window, "&System")
    assert is_dark(window)
    assert Preferences().theme == "system"


def test_ctrl_t_switches_and_the_menu_shows_it(
    qtbot: QtBot, window: MainWindow, desktop: Desktop
) -> None:
    desktop(LIGHT)
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert is_dark(window)
    assert checked(window) == ["&Dark"]
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert checked(window) == ["&Light"]


def test_the_next_start_begins_as_the_last_one_looked(window: MainWindow, desktop: Desktop) -> None:
    desktop(LIGHT)
    desktop(Qt.ColorScheme.Unknown)
    assert Appearance(Preferences()).theme == themes.light()
