"""Signs for characters that cannot be seen."""

from __future__ import annotations

_SIGNS = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def visible(token: str) -> str:
    """A token or a class's name; a sign, where it is a single character that nobody sees."""
    return _SIGNS.get(token, token)
