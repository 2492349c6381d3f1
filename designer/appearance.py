"""The window's theme: which one is chosen, and everything that is drawn in its colours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from designer.preferences import Preferences
from widgets import theme as themes
from widgets.theme import Theme

SYSTEM = "system"
THEMES: dict[str, Callable[[], Theme]] = {"dark": themes.dark, "light": themes.light}


class Appearance(QObject):
    """Keeps one theme and hands it to all that ``follow`` it.

    ``choice`` is ``dark``, ``light``, or ``system``, which follows the desktop while it runs; where
    the desktop says nothing, the theme stays as it was last. ``chosen`` comes with every choice.
    """

    chosen = Signal()

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._followers: list[Callable[[Theme], object]] = []
        self.theme = THEMES.get(preferences.last_theme, themes.dark)()
        self.theme = self._wanted()
        self._put_on()
        _application().styleHints().colorSchemeChanged.connect(self._refresh)

    @property
    def choice(self) -> str:
        """What the user chose."""
        known = self._preferences.theme in THEMES
        return self._preferences.theme if known else SYSTEM

    def follow(self, set_theme: Callable[[Theme], object]) -> None:
        """Call this with the theme, now and whenever it changes."""
        self._followers.append(set_theme)
        set_theme(self.theme)

    def choose(self, choice: str) -> None:
        """Take ``dark``, ``light`` or ``system``, and remember it."""
        self._preferences.theme = choice
        self._refresh()
        self.chosen.emit()

    def switch(self) -> None:
        """Change between dark and light, and remember it."""
        self.choose("light" if self.theme.is_dark else "dark")

    def _wanted(self) -> Theme:
        made = THEMES.get(self.choice)
        return made() if made else themes.system_theme(_application()) or self.theme

    def _refresh(self, *_: object) -> None:
        wanted = self._wanted()
        if wanted == self.theme:
            return
        self.theme = wanted
        self._put_on()
        for set_theme in self._followers:
            set_theme(wanted)

    def _put_on(self) -> None:
        themes.apply(_application(), self.theme)
        self._preferences.last_theme = self.theme.name


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
