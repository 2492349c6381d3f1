"""What the application remembers of one user from start to start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 10


class Preferences:
    """Recent files, theme, the canvas' options and the window's layout, in the user's settings."""

    def __init__(self) -> None:
        self._settings = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "layerloom", "layerloom"
        )

    def recent_files(self) -> list[Path]:
        """The files opened or saved last, the newest first, those that are gone left out."""
        saved: Any = self._settings.value("recent_files", [])
        names = [saved] if isinstance(saved, str) else saved or []
        return [path for name in names if (path := Path(name)).is_file()]

    def add_recent_file(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.resolve()
        kept = [p for p in self.recent_files() if p != path]
        self._settings.setValue("recent_files", [str(p) for p in (path, *kept)][:MOST_RECENT])

    @property
    def theme(self) -> str:
        """``dark``, ``light``, or ``system``."""
        return str(self._settings.value("theme", "system"))

    @theme.setter
    def theme(self, name: str) -> None:
        self._settings.setValue("theme", name)

    @property
    def animation(self) -> bool:
        """Whether nodes and the view glide to another place."""
        return bool(self._settings.value("animation", True, type=bool))

    @animation.setter
    def animation(self, on: bool) -> None:
        self._settings.setValue("animation", on)

    @property
    def minimap(self) -> bool:
        """Whether the canvas shows its minimap."""
        return bool(self._settings.value("minimap", True, type=bool))

    @minimap.setter
    def minimap(self, on: bool) -> None:
        self._settings.setValue("minimap", on)

    @property
    def learning_in_nodes(self) -> bool:
        """Whether nodes show what they learn while a design is trained."""
        return bool(self._settings.value("learning_in_nodes", True, type=bool))

    @learning_in_nodes.setter
    def learning_in_nodes(self, shown: bool) -> None:
        self._settings.setValue("learning_in_nodes", shown)

    @property
    def look_share(self) -> str:
        """The name of the share of a training's time that looking may take."""
        return str(self._settings.value("look_share", ""))

    @look_share.setter
    def look_share(self, name: str) -> None:
        self._settings.setValue("look_share", name)

    @property
    def last_theme(self) -> str:
        """The theme shown last: ``dark`` or ``light``, empty before the first start."""
        return str(self._settings.value("last_theme", ""))

    @last_theme.setter
    def last_theme(self, name: str) -> None:
        self._settings.setValue("last_theme", name)

    @property
    def device(self) -> str:
        """What is trained on: ``auto``, ``cpu``, ``gpu`` or ``tpu``."""
        saved = str(self._settings.value("device", "auto"))
        return saved if saved in ("cpu", "gpu", "tpu") else "auto"

    @device.setter
    def device(self, kind: str) -> None:
        self._settings.setValue("device", kind)

    def picture(self) -> dict[str, str]:
        """How a picture was exported last, empty before the first."""
        saved: Any = self._settings.value("picture", {})
        return {str(k): str(v) for k, v in saved.items()} if isinstance(saved, dict) else {}

    def save_picture(self, options: dict[str, str]) -> None:
        """Remember how a picture was exported."""
        self._settings.setValue("picture", options)

    def curves(self) -> dict[str, str]:
        """How curves were drawn last, empty before that was changed."""
        saved: Any = self._settings.value("curves", {})
        return {str(k): str(v) for k, v in saved.items()} if isinstance(saved, dict) else {}

    def save_curves(self, options: dict[str, str]) -> None:
        """Remember how curves are drawn."""
        self._settings.setValue("curves", options)

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state of the window, None before the first end."""
        found = (self._settings.value("geometry"), self._settings.value("docks"))
        both = all(isinstance(part, QByteArray) for part in found)
        return found if both else None

    def save_layout(self, geometry: QByteArray, docks: QByteArray) -> None:
        """Remember the window's geometry and dock state."""
        self._settings.setValue("geometry", geometry)
        self._settings.setValue("docks", docks)
