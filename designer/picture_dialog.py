"""The dialog that saves the canvas as a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from core.errors import InputError
from designer.preferences import Preferences
from widgets.banner import Banner
from widgets.canvas.export import (
    MAX_SCALE,
    Picture,
    draw_picture,
    picture_rect,
    png_scale,
    render_to,
)
from widgets.canvas.scene import CanvasScene
from widgets.inputs import ComboBox, SpinBox
from widgets.theme import Theme, dark, light

FORMAT_TEXTS = {
    "svg": "SVG (web pages)",
    "png": "PNG (pixels)",
    "pdf": "PDF (papers)",
}
BACKGROUND_TEXTS = {
    "theme": "As on the canvas",
    "white": "White",
    "transparent": "Transparent",
}
PREVIEW = QSize(380, 250)
# More nodes take too long to be drawn at every change.
MOST_IN_PREVIEW = 400


class PictureDialog(QDialog):
    """Asks how the picture shall be, shows it, and writes it.

    ``written`` is the file that was written, None before. ``propose`` gives the file that is
    proposed for a suffix.
    """

    def __init__(
        self,
        scene: CanvasScene,
        preferences: Preferences,
        propose: Callable[[str], Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scene, self._preferences, self._propose = scene, preferences, propose
        self.written: Path | None = None
        self.setWindowTitle("Export picture")
        self.format = _choice("Format", FORMAT_TEXTS)
        self.background = _choice("Background", BACKGROUND_TEXTS)
        self.colors = _choice("Colours", {"dark": "Dark", "light": "Light"})
        self.margin = SpinBox()
        self.margin.setAccessibleName("Margin")
        self.margin.setRange(0, 500)
        self.margin.setSingleStep(8)
        self.margin.setSuffix(" px")
        self.scale = _choice(
            "Scale", {str(n): f"{n} times" if n > 1 else "1" for n in range(1, int(MAX_SCALE) + 1)}
        )
        self.selected_only = QCheckBox("Only what is selected")
        self.size_text = QLabel()
        self.size_text.setProperty("role", "muted")
        self.preview = QLabel()
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setFixedSize(PREVIEW)
        self.banner = Banner()
        self._lay_out()
        self._begin_with(preferences.picture())
        for choice in (self.format, self.background, self.colors, self.scale):
            choice.currentIndexChanged.connect(self._refresh)
        self.margin.valueChanged.connect(self._refresh)
        self.selected_only.toggled.connect(self._refresh)
        self._refresh()

    def picture(self) -> Picture:
        """What is chosen."""
        only = self.selected_only.isChecked()
        return Picture(
            background=self.background.currentData(),
            theme=_theme(self.colors.currentData()),
            margin=self.margin.value(),
            scale=float(self.scale.currentData()),
            items=self._scene.chosen() if only else None,
        )

    def set_theme(self, theme: Theme) -> None:
        """Draw the banner in another theme."""
        self.banner.set_theme(theme)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(9)
        form.addRow("&Format", self.format)
        form.addRow("&Background", self.background)
        form.addRow("&Colours", self.colors)
        form.addRow("&Margin", self.margin)
        form.addRow("&Scale", self.scale)
        form.addRow("", self.selected_only)
        form.addRow("Size", self.size_text)
        line = QHBoxLayout()
        line.setSpacing(20)
        line.addLayout(form, 1)
        line.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export = self.buttons.addButton("Export …", QDialogButtonBox.ButtonRole.AcceptRole)
        self.export.setDefault(True)
        self.buttons.accepted.connect(self._ask_and_write)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.banner)
        column.addLayout(line)
        column.addWidget(self.buttons)

    def _begin_with(self, saved: dict[str, str]) -> None:
        """Choose as last time; the colours are those of the canvas."""
        shown = {**saved, "colors": self._scene.look.theme.name}
        for name in ("format", "background", "colors", "scale"):
            choice: ComboBox = getattr(self, name)
            choice.setCurrentIndex(max(0, choice.findData(shown.get(name, ""))))
        self.scale.setCurrentIndex(max(0, self.scale.findData(saved.get("scale", "2"))))
        margin = saved.get("margin", "")
        self.margin.setValue(int(margin) if margin.isdigit() else Picture.margin)
        self.selected_only.setEnabled(bool(self._scene.chosen()))

    def _refresh(self, *_: object) -> None:
        picture = self.picture()
        png = self.format.currentData() == "png"
        self.scale.setEnabled(png)
        self.colors.setEnabled(picture.background != "white")
        area = picture_rect(self._scene, picture)
        factor = png_scale(area, picture) if png and not area.isEmpty() else 1.0
        width, height = round(area.width() * factor), round(area.height() * factor)
        self.size_text.setText(f"{width:,} × {height:,} pixels")
        self._show_preview(picture)

    def _show_preview(self, picture: Picture) -> None:
        area = picture_rect(self._scene, picture)
        count = len(self._scene.nodes if picture.items is None else picture.items)
        if area.isEmpty() or count > MOST_IN_PREVIEW:
            self.preview.setText("" if area.isEmpty() else f"{count:,} nodes")
            return
        ratio = self.devicePixelRatioF()
        fits = area.size().scaled(PREVIEW, Qt.AspectRatioMode.KeepAspectRatio)
        image = QImage((fits * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        factor = image.width() / area.width()
        painter.scale(factor, factor)
        draw_picture(painter, self._scene, area, picture)
        painter.end()
        image.setDevicePixelRatio(ratio)
        self.preview.setPixmap(QPixmap.fromImage(image))

    def _ask_and_write(self) -> None:
        form = self.format.currentData()
        name, _ = QFileDialog.getSaveFileName(
            self, "Export picture", str(self._propose(form)), f"{form.upper()} pictures (*.{form})"
        )
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.{form}")
        picture = self.picture()
        try:
            render_to(self._scene, path, picture)
        except InputError as error:
            self.banner.show_message("error", error.message, error.hint)
            return
        self._preferences.save_picture(
            {
                "format": form,
                "background": picture.background,
                "margin": str(picture.margin),
                "scale": self.scale.currentData(),
            }
        )
        self.written = path
        self.accept()


def _choice(name: str, texts: dict[str, str]) -> ComboBox:
    made = ComboBox()
    made.setAccessibleName(name)
    for value, text in texts.items():
        made.addItem(text, value)
    return made


def _theme(name: str) -> Theme:
    return dark() if name == "dark" else light()
