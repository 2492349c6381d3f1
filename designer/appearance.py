"""The window's theme: which one is chosen, and everything that is drawn in its colours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from designer.preferences import Preferences
from widgets import theme as themes
from widgets.theme import Theme


class Appearance(QObject):
    """Keeps one theme and hands it to all that ``follow`` it."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._followers: list[Callable[[Theme], object]] = []
        self.theme = _chosen(preferences)
        themes.apply(_application(), self.theme)

    def follow(self, set_theme: Callable[[Theme], object]) -> None:
        """Call this with the theme, now and whenever it changes."""
        self._followers.append(set_theme)
        set_theme(self.theme)

    def switch(self) -> None:
        """Change between dark and light, and remember it."""
        self.theme = themes.light() if self.theme.is_dark else themes.dark()
        self._preferences.theme = "dark" if self.theme.is_dark else "light"
        themes.apply(_application(), self.theme)
        for set_theme in self._followers:
            set_theme(self.theme)


def _chosen(preferences: Preferences) -> Theme:
    if preferences.theme in ("dark", "light"):
        return themes.dark() if preferences.theme == "dark" else themes.light()
    return themes.system_theme(_application())


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
