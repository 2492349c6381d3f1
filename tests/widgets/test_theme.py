"""The colours can be read, told apart and put on an application."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton

from widgets import theme
from widgets.canvas.style import Style, readable_on
from widgets.colors import mix
from widgets.row_ground import HOVERED, SELECTED
from widgets.style_sheet import BANNER_COLORS, BANNER_TINT

THEMES = [theme.dark(), theme.light()]

# How deficient eyes see linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
EYES = {
    "normal": np.eye(3),
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def linear(color: str) -> np.ndarray:
    raw = np.array(list(bytes.fromhex(color[1:]))) / 255
    return np.where(raw <= 0.04045, raw / 12.92, ((raw + 0.055) / 1.055) ** 2.4)


def contrast(one: str, two: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    shares = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, two))
    return (shares[1] + 0.05) / (shares[0] + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Björn Ottosson's OKLab of linear RGB."""
    cone = [[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]]
    lab = [[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]]
    return np.array(lab) @ np.cbrt(np.array(cone) @ rgb)


GROUNDS = ("window", "base", "surface", "surface_raised")
TEXTS = ("text", "text_muted", "error", "warning", "success", "accent")


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_can_be_read(made: theme.Theme, ground: str, text: str) -> None:
    assert contrast(getattr(made, text), getattr(made, ground)) >= 4.5


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
def test_text_on_what_is_selected_or_filled_can_be_read(made: theme.Theme) -> None:
    palette = theme.palette(made)
    role = QPalette.ColorRole
    for text, ground in (
        (role.HighlightedText, role.Highlight),
        (role.PlaceholderText, role.Base),
        (role.ToolTipText, role.ToolTipBase),
        (role.ButtonText, role.Button),
        (role.Link, role.Base),
    ):
        assert contrast(palette.color(text).name(), palette.color(ground).name()) >= 4.5, text


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
def test_text_on_rows_that_lists_paint_themselves_can_be_read(made: theme.Theme) -> None:
    for color, share in ((made.accent, SELECTED), (made.text, HOVERED)):
        ground = mix(color, made.base, share)
        for text in (made.text, made.text_muted):
            assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("kind", BANNER_COLORS)
def test_text_on_banners_can_be_read(made: theme.Theme, kind: str) -> None:
    tint = mix(getattr(made, BANNER_COLORS[kind]), made.window, BANNER_TINT)
    for text in (made.text, made.text_muted):
        assert contrast(text, tint) >= 4.5


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
def test_text_on_the_canvas_can_be_read(made: theme.Theme) -> None:
    look = Style(made)
    for family in (*made.family, "no such family"):
        header = look.family(family).header.name()
        assert contrast(made.text, header) >= 4.5, family
        assert contrast(made.text_muted, header) >= 4.5, family
    for badge in ("error", "warning"):
        color = look.badge_color(badge)
        assert contrast(readable_on(color).name(), color.name()) >= 4.5


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_focus_stands_out(made: theme.Theme, ground: str) -> None:
    assert contrast(made.accent, getattr(made, ground)) >= 3


def test_contrast_agrees_with_published_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("eye", EYES)
def test_families_can_be_told_apart(made: theme.Theme, eye: str) -> None:
    seen = {
        name: oklab(np.clip(np.array(EYES[eye]) @ linear(color), 0, 1))
        for name, color in made.family.items()
    }
    assert len(seen) == 13
    for one, two in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[two]) > 0.055, (one, two)


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
def test_families_stand_out_from_the_canvas(made: theme.Theme) -> None:
    assert min(contrast(c, made.base) for c in made.family.values()) >= 3
    assert made.family_color("no such family") == made.text_muted


@pytest.mark.parametrize("made", THEMES, ids=lambda t: t.name)
def test_apply_reaches_palette_and_painted_text(qtbot, qapp, made: theme.Theme) -> None:
    theme.apply(qapp, made)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == made.window
    assert qapp.palette().color(QPalette.ColorRole.PlaceholderText).name() == made.text_muted
    label = QLabel("████")
    label.setProperty("role", "error")
    qtbot.addWidget(label)
    picture = label.grab().toImage()
    colors = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert made.error in colors


def test_disabled_button_is_fainter(qtbot, qapp) -> None:
    made = theme.dark()
    theme.apply(qapp, made)
    palette = qapp.palette()
    button = QPushButton("Train")
    qtbot.addWidget(button)
    on = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText)
    off = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    assert contrast(off.name(), made.window) < contrast(on.name(), made.window)
    before = button.grab().toImage()
    button.setEnabled(False)
    assert button.grab().toImage() != before


def test_a_disabled_default_button_is_not_filled_like_one_that_works(qtbot, qapp) -> None:
    made = theme.dark()
    theme.apply(qapp, made)
    grounds = []
    for enabled in (True, False):
        button = QPushButton("Start")
        qtbot.addWidget(button)
        button.setDefault(True)
        button.setEnabled(enabled)
        button.resize(120, 32)
        grounds.append(button.grab().toImage().pixelColor(14, 16).name())
    assert grounds == [made.accent, made.surface_raised]


def test_style_sheet_has_no_unfilled_names_and_its_pictures_exist(qtbot, qapp) -> None:
    for made in THEMES:
        theme.apply(qapp, made)
        sheet = qapp.styleSheet()
        assert "$" not in sheet
        for part in sheet.split('url("')[1:]:
            with open(part.split('"')[0], encoding="utf-8") as file:
                assert "<svg" in file.read()


def test_mix() -> None:
    assert theme.mix("#ff0000", "#0000ff", 1.0) == "#ff0000"
    assert theme.mix("#ffffff", "#000000", 0.5) == "#808080"
