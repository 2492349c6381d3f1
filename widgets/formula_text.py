"""Formulas and numbers as text that can be read and copied, with what stands above and below."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextBrowser, QWidget

from widgets.theme import Theme, dark

_BELOW, _ABOVE = re.compile(r"_\{([^{}]*)\}"), re.compile(r"\^\{([^{}]*)\}")
# In pixels: smaller ones could not be read below and above the line.
_SIZE, _SMALL = 16, 12


@dataclass(frozen=True)
class Paragraph:
    """A rule with its lines of numbers; ``title`` stands above them."""

    title: str = ""
    rule: str = ""
    lines: tuple[str, ...] = ()


class FormulaText(QTextBrowser):
    """Shows a headline and paragraphs; ``_{...}`` stands below the line and ``^{...}`` above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._shown: tuple[str, str, tuple[Paragraph, ...]] = ("", "", ())
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(10)

    def set_paragraphs(self, headline: str, note: str, paragraphs: Sequence[Paragraph]) -> None:
        """Show these; ``note`` stands below the headline."""
        self._shown = (headline, note, tuple(paragraphs))
        self._write()

    def set_theme(self, theme: Theme) -> None:
        """Write in the colours of ``theme``."""
        self._theme = theme
        self._write()

    def _write(self) -> None:
        headline, note, paragraphs = self._shown
        muted, accent = self._theme.text_muted, self._theme.accent
        parts = [f'<p style="font-size:{_SIZE}px;font-weight:600;margin:0">{typeset(headline)}</p>']
        if note:
            parts.append(f'<p style="color:{muted};margin:2px 0 0 0">{typeset(note)}</p>')
        for paragraph in paragraphs:
            if paragraph.title:
                text = typeset(paragraph.title)
                parts.append(f'<p style="color:{muted};margin:10px 0 0 0">{text}</p>')
            if paragraph.rule:
                text = typeset(paragraph.rule)
                parts.append(
                    f'<p style="font-size:{_SIZE}px;color:{accent};margin:10px 0 2px 0">{text}</p>'
                )
            parts += (
                f'<p style="font-size:{_SIZE}px;margin:0 0 1px 16px">{typeset(line)}</p>'
                for line in paragraph.lines
            )
        self.setHtml(f'<div style="color:{self._theme.text}">{"".join(parts)}</div>')


def typeset(text: str) -> str:
    """A formula as HTML."""
    made = html.escape(text)
    small = f'style="font-size:{_SMALL}px"'
    made = _BELOW.sub(rf"<sub {small}>\1</sub>", made)
    return _ABOVE.sub(rf"<sup {small}>\1</sup>", made)
