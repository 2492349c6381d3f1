"""The sub-menu that chooses on which kind of device the window trains."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from designer.preferences import Preferences
from designer.training import Trainer

CHOICES = {
    "auto": ("&Automatic", "What JAX prefers: a TPU or GPU where there is one"),
    "cpu": ("&CPU", "The processor"),
    "gpu": ("&GPU", "A graphics card; needs JAX for CUDA or ROCm"),
    "tpu": ("&TPU", "A tensor processing unit; needs JAX for TPUs"),
}


class DeviceMenu(QMenu):
    """Shows what runs train on, and chooses for those to come; what is not there is off."""

    def __init__(self, trainer: Trainer, preferences: Preferences, parent: QWidget) -> None:
        super().__init__("&Device", parent)
        self.setToolTipsVisible(True)
        self._trainer, self._preferences = trainer, preferences
        group = QActionGroup(self)
        self._actions: dict[str, QAction] = {}
        for choice, (text, tooltip) in CHOICES.items():
            action = QAction(text, group)
            action.setCheckable(True)
            action.setToolTip(tooltip)
            action.setStatusTip(tooltip)
            action.triggered.connect(partial(self._choose, choice))
            self._actions[choice] = action
        self.addActions(group.actions())
        trainer.device = preferences.device
        self._actions[trainer.device].setChecked(True)
        self.aboutToShow.connect(self._show_what_is_there)

    def _choose(self, choice: str, _checked: bool = False) -> None:
        self._trainer.device = self._preferences.device = choice

    def _show_what_is_there(self) -> None:
        """Until the training process has told what there is, all may be chosen."""
        there = ("auto", *self._trainer.device_kinds)
        for choice, action in self._actions.items():
            missing = len(there) > 1 and choice not in there
            action.setEnabled(not missing)
            tooltip = CHOICES[choice][1]
            action.setToolTip(f"{tooltip}. JAX finds none here." if missing else tooltip)
