"""Edits of what stands on the canvas for the eye alone: frames and notes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from core.design.document import Design, Frame, Note

Rect = tuple[float, float, float, float]


def frame(design: Design, nodes: Iterable[str], name: str = "", color: str = "") -> Design:
    """Put a frame around nodes; a node leaves the frame it was in. No nodes make no frame."""
    members = tuple(i for i in dict.fromkeys(nodes) if i in design.nodes)
    if not members:
        return design
    frames = frames_without(design, set(members))
    key = _free("f", frames)
    made = Frame(key, name or f"Frame {key[1:]}", members, color)
    return replace(design, frames={**frames, key: made})


def unframe(design: Design, frame: str) -> Design:
    """Take a frame away; its nodes stay."""
    return replace(design, frames={i: f for i, f in design.frames.items() if i != frame})


def change_frame(
    design: Design, frame: str, *, name: str | None = None, color: str | None = None
) -> Design:
    """Give a frame another title or colour."""
    old = design.frames[frame]
    new = replace(
        old,
        name=old.name if name is None else name,
        color=old.color if color is None else color,
    )
    return replace(design, frames={**design.frames, frame: new})


def add_note(design: Design, text: str, rect: Rect, color: str = "") -> Design:
    """Write a note; it is the last one of the result."""
    key = _free("note", design.notes)
    return replace(design, notes={**design.notes, key: Note(key, text, rect, color)})


def change_note(
    design: Design,
    note: str,
    *,
    text: str | None = None,
    rect: Rect | None = None,
    color: str | None = None,
) -> Design:
    """Change what a note says, where it stands or its colour."""
    old = design.notes[note]
    new = replace(
        old,
        text=old.text if text is None else text,
        rect=old.rect if rect is None else rect,
        color=old.color if color is None else color,
    )
    return replace(design, notes={**design.notes, note: new})


def remove_notes(design: Design, notes: Collection[str]) -> Design:
    """Take notes away."""
    return replace(design, notes={i: n for i, n in design.notes.items() if i not in notes})


def frames_without(design: Design, gone: Collection[str]) -> dict[str, Frame]:
    """The frames when these nodes leave them; a frame around nothing goes too."""
    left = {}
    for key, old in design.frames.items():
        members = tuple(i for i in old.nodes if i not in gone)
        if members:
            left[key] = old if members == old.nodes else replace(old, nodes=members)
    return left


def _free(stem: str, taken: Mapping[str, object]) -> str:
    number = len(taken) + 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
