"""The sub-menu that chooses on which kind of device the window trains."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from designer.choice_menu import ChoiceMenu
from designer.preferences import Preferences
from designer.training import Trainer

CHOICES = {
    "auto": ("&Automatic", "What JAX prefers: a TPU or GPU where there is one"),
    "cpu": ("&CPU", "The processor"),
    "gpu": ("&GPU", "A graphics card; needs JAX for CUDA or ROCm"),
    "tpu": ("&TPU", "A tensor processing unit; needs JAX for TPUs"),
}


class DeviceMenu(ChoiceMenu):
    """Shows what runs train on, and chooses for those to come; what is not there is off."""

    def __init__(self, trainer: Trainer, preferences: Preferences, parent: QWidget) -> None:
        super().__init__("&Device", CHOICES, parent)
        self.setToolTipsVisible(True)
        self._trainer, self._preferences = trainer, preferences
        trainer.device = preferences.device
        self.check(trainer.device)
        self.chosen.connect(self._train_on)
        self.aboutToShow.connect(self._show_what_is_there)

    def _train_on(self, choice: str) -> None:
        self._trainer.device = self._preferences.device = choice

    def _show_what_is_there(self) -> None:
        """Until the training process has told what there is, all may be chosen."""
        there = ("auto", *self._trainer.device_kinds)
        for choice, action in self.choices.items():
            missing = len(there) > 1 and choice not in there
            action.setEnabled(not missing)
            tooltip = CHOICES[choice][1]
            action.setToolTip(f"{tooltip}. JAX finds none here." if missing else tooltip)
