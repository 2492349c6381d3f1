"""Frames and notes: moving and copying notes, and ids that tell everything apart."""

from hypothesis import given
from hypothesis import strategies as st

from core.design import edits, marks
from core.design.document import Design, Node
from tests.strategies import designs


@given(designs(), st.tuples(st.integers(-99, 99), st.integers(-99, 99)))
def test_moved_notes_keep_all_but_their_place(design: Design, corner: tuple[int, int]) -> None:
    after = marks.move_notes(design, dict.fromkeys([*design.notes, "nobody"], corner))
    assert list(after.notes) == list(design.notes)
    for old, new in zip(design.notes.values(), after.notes.values(), strict=True):
        assert new.rect == (*corner, *old.rect[2:])
        assert (new.text, new.color) == (old.text, old.color)
    assert after.nodes is design.nodes


@given(designs())
def test_copies_of_notes_are_the_last_ones_and_shifted(design: Design) -> None:
    after = marks.duplicate_notes(design, design.notes, (5.0, 7.0))
    copies = list(after.notes.values())[len(design.notes) :]
    for old, new in zip(design.notes.values(), copies, strict=True):
        x, y, *size = old.rect
        assert (new.text, new.color, new.rect) == (old.text, old.color, (x + 5, y + 7, *size))
    assert marks.remove_notes(after, [n.id for n in copies]) == design


def test_no_note_and_no_frame_has_the_id_of_a_node() -> None:
    design = Design()
    for key in ("f1", "note1"):
        design = edits.add_node(design, Node(key, key, "Dense"), (0, 0))
    design = marks.frame(design, ["f1"])
    design = marks.add_note(design, "", (0, 0, 1, 1))
    assert not {*design.frames, *design.notes} & set(design.nodes)
