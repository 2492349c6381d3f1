"""The sub-menu that chooses the theme."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from designer.appearance import Appearance
from designer.choice_menu import ChoiceMenu

CHOICES = {
    "system": ("&System", "Dark or light, as the desktop is"),
    "dark": ("&Dark", "Light text on dark ground"),
    "light": ("&Light", "Dark text on light ground"),
}


class ThemeMenu(ChoiceMenu):
    """Shows which theme is chosen, and chooses another; ``switch`` stands below."""

    def __init__(self, appearance: Appearance, switch: QAction, parent: QWidget) -> None:
        super().__init__("&Theme", CHOICES, parent)
        self._appearance = appearance
        self.addSeparator()
        self.addAction(switch)
        self.chosen.connect(appearance.choose)
        appearance.chosen.connect(self._check)
        self._check()

    def _check(self) -> None:
        self.check(self._appearance.choice)
