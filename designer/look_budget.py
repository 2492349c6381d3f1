"""How much of a training's time looking may take: chosen in a menu, remembered, and shown."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QToolButton, QWidget

from core.train.budget import DEFAULT_SHARE, NO_LIMIT
from core.train.events import Event, Looked, Started
from designer.amounts import duration
from designer.choice_menu import ChoiceMenu
from designer.preferences import Preferences
from designer.training import Trainer

SHARES = {"0": 0.0, "0.01": 0.01, "0.03": DEFAULT_SHARE, "0.1": 0.1, "0.3": 0.3, "all": NO_LIMIT}
_CHOICES = {
    "0": ("&Off", "Nothing is looked at while a training runs, unless you ask for it"),
    "0.01": ("&1 %", "Views take at most 1 % of a training's time"),
    "0.03": ("&3 %", "Views take at most 3 % of a training's time, as at first"),
    "0.1": ("1&0 %", "Views take at most 10 % of a training's time; live panels are newer"),
    "0.3": ("30 &%", "Views take at most 30 % of a training's time"),
    "all": ("&No limit", "Views take all the time they want"),
}
# Seconds below which nothing is said of what was not counted.
_WORTH_TELLING = 0.05


class LookBudget(QObject):
    """``menu`` chooses the share; a button that is given it shows what looking really took."""

    def __init__(self, trainer: Trainer, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent)
        self._trainer, self._preferences = trainer, preferences
        self._button: QToolButton | None = None
        self._looked: Looked | None = None
        self.menu = ChoiceMenu("&Time for views", _CHOICES, parent)
        self.menu.setToolTipsVisible(True)
        self.menu.check(self._chosen)
        self.menu.chosen.connect(self._choose)
        trainer.set_look_share(SHARES[self._chosen])
        trainer.heard.connect(self._hear)

    def show_in(self, button: QToolButton) -> None:
        """Let a button show the share that looking took, and open the menu."""
        self._button = button
        button.setMenu(self.menu)
        self._tell()

    @property
    def _chosen(self) -> str:
        """The name of the choice that was remembered; what is not known is the first one."""
        found = self._preferences.look_share
        return found if found in SHARES else "0.03"

    def _choose(self, name: str) -> None:
        self._preferences.look_share = name
        self._trainer.set_look_share(SHARES[name])
        self.menu.check(name)
        self._tell()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Looked | Started):
            self._looked = event if isinstance(event, Looked) else None
            self._tell()

    def _tell(self) -> None:
        if self._button is not None:
            share = SHARES[self._chosen]
            self._button.setText(words(share, self._looked))
            told = explained(share, self._looked)
            self._button.setToolTip(told)
            self._button.setAccessibleName("Time for views")
            self._button.setAccessibleDescription(f"{self._button.text()}. {told}")


def words(share: float, looked: Looked | None) -> str:
    """The share that looking took and the one it may take, for a small button."""
    most = {0.0: "off", NO_LIMIT: "no limit"}.get(share, f"{share:.0%}".replace("%", " %"))
    if looked is None or looked.seconds <= 0:
        return f"Views {most}" if share in (0.0, NO_LIMIT) else f"Views up to {most}"
    took = f"{100 * looked.looking / looked.seconds:.1f} %"
    return f"Views {took}, {most}" if share in (0.0, NO_LIMIT) else f"Views {took} of {most}"


def explained(share: float, looked: Looked | None) -> str:
    """What that counts."""
    lines = ["The part of the training's time that looking at it took, and the most it may take."]
    if looked is not None and looked.seconds > 0:
        took = f"{looked.looking:.2f} s of {duration(looked.seconds)}"
        lines = [f"Looking took {took} of this training."]
    lines.append(
        "Counted are views, pictures in nodes, panels that are Live, and what is recorded for\n"
        "replay. Not counted are pauses, what you ask for yourself, what other processes compute,\n"
        "and the first look of each kind, which is compiled."
    )
    if looked is not None and max(looked.asked, looked.compiling) > _WORTH_TELLING:
        lines.append(
            f"Not counted here: {looked.asked:.1f} s that you asked for, "
            f"{looked.compiling:.1f} s of first looks."
        )
    if share == 0.0:
        lines.append("Live views and records are switched off.")
    return "\n".join((*lines, "Click to choose how much it may be."))
