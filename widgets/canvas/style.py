"""Colours and fonts of the canvas, made once from a theme so that painting only looks them up."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from widgets.theme import Theme

TextRole = Literal["title", "subtitle", "detail", "port", "frame", "note", "heading"]

_FONT_SPECS: dict[TextRole, tuple[int, QFont.Weight]] = {
    "title": (13, QFont.Weight.DemiBold),
    "subtitle": (11, QFont.Weight.Normal),
    "detail": (11, QFont.Weight.Normal),
    "port": (11, QFont.Weight.Normal),
    "frame": (12, QFont.Weight.DemiBold),
    "note": (13, QFont.Weight.Normal),
    "heading": (16, QFont.Weight.DemiBold),
}


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """The colour `share` (0..1) of the way from `first` to `second`."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        first.redF() * keep + second.redF() * share,
        first.greenF() * keep + second.greenF() * share,
        first.blueF() * keep + second.blueF() * share,
    )


def faded(color: QColor, alpha: float) -> QColor:
    """The same colour with opacity `alpha` (0..1)."""
    result = QColor(color)
    result.setAlphaF(alpha)
    return result


def readable_on(color: QColor) -> QColor:
    """Black or white, whichever reads better on `color`."""
    return QColor("#14161a") if color.lightnessF() > 0.55 else QColor("#ffffff")


class Fonts:
    """The canvas' fonts and their metrics; text measurements are kept."""

    def __init__(self, family: str = "") -> None:
        self.fonts: dict[TextRole, QFont] = {}
        self.metrics: dict[TextRole, QFontMetricsF] = {}
        self._widths: dict[tuple[TextRole, str], float] = {}
        for role, (pixels, weight) in _FONT_SPECS.items():
            font = QFont(family) if family else QFont()
            # Other forms of letters could not be searched for or copied from a PDF.
            for feature in ("tnum", "calt"):
                font.setFeature(QFont.Tag(feature), 0)
            font.setPixelSize(pixels)
            font.setWeight(weight)
            self.fonts[role] = font
            self.metrics[role] = QFontMetricsF(font)

    def width(self, role: TextRole, text: str) -> float:
        """Width of `text` in pixels at 100 %."""
        key = (role, text)
        known = self._widths.get(key)
        if known is None:
            known = self._widths[key] = self.metrics[role].horizontalAdvance(text)
        return known

    def fitted(self, role: TextRole, text: str, width: float) -> str:
        """`text`, shortened with an ellipsis where it is wider than `width` pixels."""
        if self.width(role, text) <= width:
            return text
        return self.metrics[role].elidedText(text, Qt.TextElideMode.ElideRight, width)

    def baseline(self, role: TextRole, top: float, height: float) -> float:
        """Where the baseline stands for text centred between `top` and `top + height`."""
        metrics = self.metrics[role]
        return top + (height + metrics.ascent() - metrics.descent()) / 2


@dataclass(frozen=True)
class FamilyColors:
    """The tones in which one block family is drawn; ``icon`` is spelled as icons take it."""

    strip: QColor
    header: QColor
    overview: QColor
    icon: str


@dataclass(frozen=True)
class HueColors:
    """The tones in which frames and notes of one colour are drawn."""

    frame_fill: QColor
    frame_pen: QPen
    frame_text: QColor
    note_fill: QColor
    note_pen: QPen
    overview: QColor


class Style:
    """A theme's colours and pens, ready for painting."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.background = QColor(theme.base)
        self.is_dark = self.background.lightnessF() < 0.5
        self.surface = QColor(theme.surface)
        self.label_surface = QColor(theme.surface_raised)
        self.accent = QColor(theme.accent)
        self.error = QColor(theme.error)
        self.warning = QColor(theme.warning)
        self.text = QColor(theme.text)
        self.muted = QColor(theme.text_muted)
        self.grid_dots = mix(QColor(theme.grid), self.text, 0.09)
        # Opaque on purpose: blending the whole card would take twice as long as all the rest.
        self.shadow = mix(self.background, QColor("black"), 0.35 if self.is_dark else 0.1)
        self.selection_halo = faded(self.accent, 0.28)
        self.divider = mix(self.surface, QColor(theme.border), 0.8)
        self.wire = QColor(theme.wire)
        self.wire_active = QColor(theme.wire_active)
        self.wire_pen = QPen(self.wire, 1.0)
        self.wire_hover_pen = QPen(self.wire_active, 2.0)
        self.wire_selected_pen = QPen(self.accent, 2.0)
        self.border_pen = QPen(QColor(theme.border), 1.0)
        self.hover_pen = QPen(mix(QColor(theme.border), self.text, 0.45), 1.0)
        self.selected_pen = QPen(self.accent, 2.0)
        self.track = mix(self.surface, self.text, 0.16)
        self.muted_surface = mix(self.background, self.surface, 0.5)
        self.muted_pen = QPen(mix(self.background, self.muted, 0.6), 1.0, Qt.PenStyle.DashLine)
        self._families: dict[tuple[str, bool], FamilyColors] = {}
        self._hues: dict[str, HueColors] = {}
        self._gauge_colors: dict[int, QColor] = {}

    def family(self, key: str, muted: bool = False) -> FamilyColors:
        """The tones of one block family, faded for ``muted`` nodes."""
        known = self._families.get((key, muted))
        if known is None:
            strip = QColor(self.theme.family_color(key))
            if muted:
                strip = mix(self.muted_surface, strip, 0.45)
            header = mix(self.surface, strip, 0.13 if self.is_dark else 0.12)
            known = self._families[key, muted] = FamilyColors(
                strip,
                self.muted_surface if muted else header,
                mix(self.surface, strip, 0.6),
                strip.name(),
            )
        return known

    def hue(self, name: str) -> HueColors:
        """The tones of one colour of `HUES`; those of the empty one for a name not known."""
        if name not in self.theme.hues:
            name = ""
        known = self._hues.get(name)
        if known is None:
            chosen = QColor(self.theme.hues[name]) if name else None
            known = self._hues[name] = self._tones(chosen)
        return known

    def _tones(self, chosen: QColor | None) -> HueColors:
        frame, note = chosen or self.accent, chosen or self.muted
        return HueColors(
            faded(frame, 0.14 if chosen else 0.05),
            QPen(mix(self.background, frame, 0.6 if chosen else 0.38), 1.0),
            mix(chosen, self.text, 0.35 if self.is_dark else 0.6) if chosen else self.muted,
            mix(self.surface, note, 0.2 if self.is_dark else 0.16),
            QPen(mix(self.surface, note, 0.45), 1.0),
            mix(self.surface, note, 0.35),
        )

    def gauge_color(self, level: float) -> QColor:
        """Blue for -1 over grey for 0 to red for 1; told apart by the colour-blind too."""
        step = round(16 * max(-1.0, min(1.0, level)))
        known = self._gauge_colors.get(step)
        if known is None:
            low, high = ("#3f8cff", "#ff5a36") if self.is_dark else ("#1b62d6", "#cf3413")
            end = QColor(low if step < 0 else high)
            known = self._gauge_colors[step] = mix(self.track, end, (abs(step) / 16) ** 0.7)
        return known

    def badge_color(self, badge: str) -> QColor:
        """The colour of a problem badge."""
        return self.error if badge == "error" else self.warning
