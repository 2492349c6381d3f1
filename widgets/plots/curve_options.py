"""A button whose menu says how curves are drawn: smoothed, over what, beside which other run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from widgets import icons
from widgets.theme import Theme

EPOCH, STEP, TIME = "epoch", "step", "time"
AXES: Mapping[str, str] = {EPOCH: "&Epochs", STEP: "&Steps", TIME: "&Time"}
SMOOTHINGS: Mapping[str, str] = {
    "0": "&Off",
    "0.6": "&Light (0.6)",
    "0.9": "&Medium (0.9)",
    "0.97": "&Strong (0.97)",
}
NO_OVERLAY = "&None"
Key = TypeVar("Key", bound=str)


class CurveOptions(QToolButton):
    """``changed`` comes when another smoothing or axis was chosen.

    ``overlay_wanted`` carries the id of the run to draw beside this one, empty for none.
    ``offer`` is asked for the runs that there are, as pairs of id and title, when the menu opens.
    """

    changed = Signal()
    overlay_wanted = Signal(str)

    def __init__(self, scales: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offer: Callable[[], Sequence[tuple[str, str]]] = tuple
        self.overlay = ""
        self.setText("Curves")
        self.setToolTip("How the curves are drawn: smoothed, over what, and beside another run")
        self.setIconSize(QSize(16, 16))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self._smoothings = self._choice(menu.addMenu("&Smoothing"), SMOOTHINGS)
        self._axes = self._choice(menu.addMenu("&Horizontal axis"), AXES)
        menu.addSeparator()
        menu.addActions(list(scales))
        self._scales = tuple(scales)
        for scale in scales:
            scale.toggled.connect(self.changed)
        menu.addSeparator()
        self.overlays = menu.addMenu("&Overlay run")
        self.overlays.aboutToShow.connect(self._offer_runs)
        self.setMenu(menu)

    @property
    def smoothing(self) -> float:
        """The weight of the moving average, from 0 (none) to below 1."""
        return float(_chosen(self._smoothings))

    @property
    def axis(self) -> str:
        """What the curves are drawn over."""
        return _chosen(self._axes)

    def state(self) -> dict[str, str]:
        """What is to be remembered."""
        found = {"smoothing": _chosen(self._smoothings), "axis": self.axis}
        return found | {f"log_{n}": str(int(a.isChecked())) for n, a in enumerate(self._scales)}

    def restore(self, state: Mapping[str, str]) -> None:
        """Take up what was remembered; what is not known stays as it is."""
        for group, name in ((self._smoothings, "smoothing"), (self._axes, "axis")):
            for action in group.actions():
                if action.data() == state.get(name):
                    action.setChecked(True)
        for number, scale in enumerate(self._scales):
            scale.setChecked(state.get(f"log_{number}", "0") == "1")
        self.changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in the colours of ``theme``."""
        self.setIcon(icons.icon("chart", theme.text))

    def _choice(self, menu: QMenu, texts: Mapping[str, str]) -> QActionGroup:
        group = QActionGroup(menu)
        for number, (key, text) in enumerate(texts.items()):
            action = menu.addAction(text)
            action.setData(key)
            action.setCheckable(True)
            action.setChecked(number == 0)
            group.addAction(action)
        group.triggered.connect(self.changed)
        return group

    def _offer_runs(self) -> None:
        self.overlays.clear()
        for key, title in (("", NO_OVERLAY), *self.offer()):
            action = self.overlays.addAction(title if not key else title.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(key == self.overlay)
            action.triggered.connect(lambda _=False, k=key: self._choose(k))

    def _choose(self, key: str) -> None:
        self.overlay = key
        self.overlay_wanted.emit(key)


def _chosen(group: QActionGroup) -> str:
    action = group.checkedAction()
    assert action is not None, "one is always chosen"
    return str(action.data())
