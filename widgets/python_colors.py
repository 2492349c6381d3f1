"""Colours Python code as it is written."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from widgets.theme import Theme

_TOKENS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<open>(?P<quotes>\"\"\"|'''))"
    r"|(?P<text>[rfb]?(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'))"
    r"|(?P<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)"
    rf"|\b(?P<word>{'|'.join(keyword.kwlist)}|self)\b"
    r"|(?<=class )(?P<defined>\w+)|(?<=def )(?P<called>\w+)"
    r"|(?P<decorator>@[\w.]+)"
)
_KINDS = {
    "comment": "comment",
    "open": "comment",
    "text": "text",
    "number": "number",
    "word": "word",
    "defined": "name",
    "called": "name",
    "decorator": "name",
}
# A line that ends within a long text says which quotes close it.
_OPEN = {"": -1, '"""': 1, "'''": 2}


class PythonColors(QSyntaxHighlighter):
    """Keeps the code of a document in the colours of a theme. ``faded`` code has one colour."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._faded = False
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        colors = {
            "comment": theme.text_muted,
            "text": theme.success,
            "number": theme.warning,
            "word": theme.curve_colors[4],
            "name": theme.accent,
        }
        self._formats = {kind: _format(color) for kind, color in colors.items()}
        self._formats["name"].setFontWeight(QFont.Weight.DemiBold)
        self._faint = _format(theme.text_muted)
        self.rehighlight()

    def set_faded(self, faded: bool) -> None:
        """Show all code in one faint colour, or as it is."""
        if faded != self._faded:
            self._faded = faded
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        if self._faded:
            self.setFormat(0, len(text), self._faint)
            self.setCurrentBlockState(-1)
            return
        quotes = next(q for q, state in _OPEN.items() if state == self.previousBlockState())
        at = self._rest_of_text(text, 0, quotes) if quotes else 0
        while at is not None and (token := _TOKENS.search(text, at)):
            at = self._color(text, token)

    def _color(self, text: str, token: re.Match[str]) -> int | None:
        """Colour a token; returns where to go on, None where a text reaches beyond the line."""
        kind = token.lastgroup or ""
        if token["quotes"]:
            begun = token.start()
            self.setFormat(begun, token.end() - begun, self._formats["comment"])
            return self._rest_of_text(text, token.end(), token["quotes"])
        self.setFormat(token.start(), token.end() - token.start(), self._formats[_KINDS[kind]])
        return token.end()

    def _rest_of_text(self, text: str, start: int, quotes: str) -> int | None:
        end = text.find(quotes, start)
        stop = len(text) if end < 0 else end + 3
        self.setFormat(start, stop - start, self._formats["comment"])
        self.setCurrentBlockState(_OPEN[quotes] if end < 0 else -1)
        return None if end < 0 else stop


def _format(color: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(color))
    return made
