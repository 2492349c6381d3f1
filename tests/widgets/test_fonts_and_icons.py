"""The bundled typeface loads, and icons have the colour that was asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtGui import QFontInfo, QFontMetricsF, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel

from widgets import fonts, icons
from widgets.icon_label import IconLabel

ROOT = Path(__file__).parent.parent.parent
WANTED = [
    "new",
    "open",
    "save",
    "undo",
    "redo",
    "play",
    "pause",
    "stop",
    "resume",
    "fit",
    "zoom-in",
    "zoom-out",
    "search",
    "error",
    "warning",
    "data",
    "delete",
    "duplicate",
    "theme",
    "help",
    "eye",
    "chart",
    "group",
    "rename",
    "tag",
    "restore",
    "refresh",
    "more",
    "export",
]


# The application's scale is fixed at its start, so every scale needs a process of its own.
ON_A_SCALED_SCREEN = """
from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication
from widgets import icons
app = QApplication([])
scale = app.primaryScreen().devicePixelRatio()
found = [
    icons.icon("save", "#ff0000").pixmap(QSize(size, size), scale).toImage()
    == icons.pixmap("save", "#ff0000", size, scale).toImage()
    for size in (16, 20, 24)
]
print(scale, *found)
"""


def test_application_uses_inter_with_digits_of_one_width(qtbot, qapp) -> None:
    fonts.load_fonts(qapp)
    label = QLabel()
    qtbot.addWidget(label)
    assert QFontInfo(label.font()).family() == "Inter"
    assert label.font().pointSize() == 10
    metrics = QFontMetricsF(label.font())
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0808")


def test_the_licence_travels_with_the_fonts() -> None:
    folder = ROOT / "resources" / "fonts"
    text = (folder / "OFL.txt").read_text(encoding="utf-8")
    assert "The Inter Project Authors" in text
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert sum(f.stat().st_size for f in folder.iterdir()) < 1_200_000


def drawn(image: QImage) -> dict[str, int]:
    """How opaque each colour is at most, by name."""
    found: dict[str, int] = {}
    for x in range(image.width()):
        for y in range(image.height()):
            color = image.pixelColor(x, y)
            if color.alpha() > 0:
                found[color.name()] = max(color.alpha(), found.get(color.name(), 0))
    return found


@pytest.mark.parametrize("name", WANTED)
def test_icon_is_drawn_in_its_colour(qapp, name: str) -> None:
    icon = icons.icon(name, "#ff0000")
    colors = drawn(icon.pixmap(QSize(24, 24), 1.0).toImage())
    assert colors["#ff0000"] == 255
    dimmed = drawn(icon.pixmap(QSize(24, 24), 1.0, QIcon.Mode.Disabled).toImage())
    assert max(dimmed.values()) < 120


def test_icon_has_twice_the_pixels_on_a_screen_of_scale_two(qapp) -> None:
    picture = icons.icon("play", "#123456").pixmap(QSize(20, 20), 2.0)
    assert picture.size() == QSize(40, 40)
    assert picture.devicePixelRatio() == 2.0


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5, 1.37, 2.0])
def test_a_painted_icon_has_one_pixel_for_each_of_the_screen(qapp, scale: float) -> None:
    made = QImage(80, 80, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(0)
    painter = QPainter(made)
    painter.scale(scale, scale)
    icons.paint(painter, "family-loss", "#ff0000", QPointF(7.3, 5.6), 18)
    painter.end()
    wide = round(18 * scale)
    left, top = round(7.3 * scale), round(5.6 * scale)
    wanted = icons.pixmap("family-loss", "#ff0000", wide).toImage()
    assert made.copy(left, top, wide, wide) == wanted.convertToFormat(made.format())


@pytest.mark.parametrize("scale", ["1.25", "1.5", "2"])
def test_icons_are_drawn_and_not_enlarged_whatever_the_screens_scale(scale: str) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": scale}
    command = [sys.executable, "-c", ON_A_SCALED_SCREEN]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [scale if "." in scale else f"{scale}.0", "True", "True", "True"]


def test_an_icon_label_follows_the_window_to_another_screen(qtbot, qapp, monkeypatch) -> None:
    label = IconLabel(20)
    qtbot.addWidget(label)
    label.show_icon("save", "#ff0000")
    drawn_again = []
    picture = icons.pixmap
    monkeypatch.setattr(icons, "pixmap", lambda *how: drawn_again.append(how) or picture(*how))
    monkeypatch.setattr(IconLabel, "devicePixelRatioF", lambda _: 2.0)
    QApplication.sendEvent(label, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert drawn_again == [("save", "#ff0000", 20, 2.0)]


def test_icons_are_cached_and_missing_ones_are_named(qapp) -> None:
    assert icons.icon("save", "#ffffff") is icons.icon("save", "#ffffff")
    with pytest.raises(FileNotFoundError, match="nothing-like-it"):
        icons.icon("nothing-like-it", "#ffffff")
