"""Edits of what stands on the canvas for the eye alone: frames and notes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from core.design.document import Design, Frame, Note

Point = tuple[float, float]
Rect = tuple[float, float, float, float]


def frame(design: Design, nodes: Iterable[str], name: str = "", color: str = "") -> Design:
    """Put a frame around nodes; a node leaves the frame it was in. No nodes make no frame."""
    members = tuple(i for i in dict.fromkeys(nodes) if i in design.nodes)
    if not members:
        return design
    frames = frames_without(design, set(members))
    key = _free("f", frames, design)
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
    key = _free("note", design.notes, design)
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


def move_notes(design: Design, corners: Mapping[str, Point]) -> Design:
    """Put notes elsewhere by their upper left corners; notes that are not there are passed over."""
    moved = {i: design.notes[i] for i in corners if i in design.notes}
    for key, note in moved.items():
        design = change_note(design, key, rect=(*corners[key], *note.rect[2:]))
    return design


def duplicate_notes(design: Design, notes: Collection[str], shift: Point = (32.0, 32.0)) -> Design:
    """Copy notes; the copies are the last notes of the result."""
    for old in [n for i, n in design.notes.items() if i in notes]:
        x, y, width, height = old.rect
        rect = (x + shift[0], y + shift[1], width, height)
        design = add_note(design, old.text, rect, old.color)
    return design


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


def _free(stem: str, alike: Collection[str], design: Design) -> str:
    """An id that no node, frame or note has, so that one id tells them apart."""
    taken = {*alike, *design.nodes, *design.frames, *design.notes}
    number = len(alike) + 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
