"""The colours of the application, dark and light, and how they are put on a Qt application.

Only colours and the way they are applied; the style sheet's rules are in ``style_sheet.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from widgets.colors import luminance, mix, on_color
from widgets.style_sheet import style_sheet

FAMILIES = (
    "Input and output",
    "Dense",
    "Convolution",
    "Pooling",
    "Normalization",
    "Activation",
    "Recurrent",
    "Attention",
    "Shape",
    "Combine",
    "Regularization",
    "Loss",
    "Groups",
)
HUES = ("red", "orange", "yellow", "green", "blue", "purple")


@dataclass(frozen=True)
class Theme:
    """Named colours as ``#rrggbb`` strings.

    ``family`` maps the families of blocks to their colour, ``hues`` the colours that people give to
    frames and notes; ``curve_colors`` are taken in order by the curves of a plot. The text colours
    reach a contrast of 4.5 on ``window``, ``base`` and ``surface``.
    """

    name: str
    window: str
    base: str
    surface: str
    surface_raised: str
    border: str
    text: str
    text_muted: str
    accent: str
    error: str
    warning: str
    success: str
    grid: str
    wire: str
    wire_active: str
    family: Mapping[str, str]
    hues: Mapping[str, str]
    curve_colors: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return luminance(self.text) > luminance(self.window)

    def family_color(self, name: str) -> str:
        """The colour of a family of blocks; a neutral one for a family that is not known."""
        return self.family.get(name, self.text_muted)


def dark() -> Theme:
    """The dark theme."""
    return Theme(
        name="dark",
        window="#15171c",
        base="#0f1115",
        surface="#1c1f26",
        surface_raised="#272b35",
        border="#363c49",
        text="#e7eaf0",
        text_muted="#a8b0c0",
        accent="#6ea8fe",
        error="#ff8a80",
        warning="#eab54c",
        success="#5fd08a",
        grid="#20242c",
        wire="#7f899b",
        wire_active="#6ea8fe",
        family=_family(
            "#d9e5f9 #50a3f3 #eb7d18 #e3d612 #178771 #de3b3d #8968f4 #bf8da8 #9ec2e8 #83fda2 "
            "#e2aa84 #be47b8 #fcfcf0"
        ),
        hues=_hues("#f2777a #f09a4f #e3c44f #5fc88a #62a8f5 #b48cff"),
        curve_colors=("#6ea8fe", "#f5a742", "#4fd1c5", "#ff9ed2", "#b58cff", "#d9d96b"),
    )


def light() -> Theme:
    """The light theme."""
    return Theme(
        name="light",
        window="#f1f3f7",
        base="#ffffff",
        surface="#fafbfd",
        surface_raised="#ffffff",
        border="#cfd5df",
        text="#1b1f27",
        text_muted="#566072",
        accent="#1d5fd1",
        error="#b3261e",
        warning="#855400",
        success="#17713a",
        grid="#e3e7ee",
        wire="#77829a",
        wire_active="#1d5fd1",
        family=_family(
            "#444e5e #1d44b9 #9a5505 #858610 #0d9298 #8b2001 #8968f4 #ce597a #5b6597 #3d865a "
            "#765546 #84098d #181820"
        ),
        hues=_hues("#d6453a #e07b1a #d9a900 #2b9a57 #2f6fe0 #7d52e0"),
        curve_colors=("#1d5fd1", "#b85f00", "#00857a", "#c2408f", "#6b3fd4", "#857600"),
    )


def system_theme(app: QApplication) -> Theme | None:
    """The theme that the desktop asks for; None when it says nothing."""
    scheme = color_scheme(app)
    if scheme == Qt.ColorScheme.Unknown:
        return None
    return light() if scheme == Qt.ColorScheme.Light else dark()


def color_scheme(app: QApplication) -> Qt.ColorScheme:
    """What the desktop says of its colours."""
    return app.styleHints().colorScheme()


def apply(app: QApplication, theme: Theme) -> None:
    """Put ``theme`` on the whole application: style, palette and style sheet."""
    colors, sheet = palette(theme), style_sheet(theme)
    if app.styleSheet() == sheet and app.palette() == colors:
        # Setting the same once more would polish every widget again.
        return
    app.setStyle("Fusion")
    app.setPalette(colors)
    app.setStyleSheet(sheet)


def palette(theme: Theme) -> QPalette:
    """The Qt palette of ``theme``."""
    role = QPalette.ColorRole
    made = QPalette()
    for which, color in {
        role.Window: theme.window,
        role.Base: theme.base,
        role.AlternateBase: theme.surface,
        role.Button: theme.surface_raised,
        role.ToolTipBase: theme.surface_raised,
        role.Mid: theme.border,
        role.Midlight: theme.surface_raised,
        role.Dark: theme.border,
        role.Light: theme.surface_raised,
        role.Shadow: theme.base,
        role.WindowText: theme.text,
        role.Text: theme.text,
        role.ButtonText: theme.text,
        role.ToolTipText: theme.text,
        role.BrightText: theme.error,
        role.PlaceholderText: theme.text_muted,
        role.Highlight: theme.accent,
        role.Accent: theme.accent,
        role.HighlightedText: on_color(theme.accent),
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
    }.items():
        made.setColor(which, QColor(color))
    faint = QColor(mix(theme.text_muted, theme.window, 0.55))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, faint)
    return made


def _family(colors: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(FAMILIES, colors.split(), strict=True)))


def _hues(colors: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(HUES, colors.split(), strict=True)))
