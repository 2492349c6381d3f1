"""The list of differences shows what it is given, on both sides."""

from pytestqt.qtbot import QtBot

from widgets.difference_list import DifferenceList

ROWS = [
    ("Nodes", "dense.units", "8", "32"),
    ("Nodes", "drop", "", "Dropout"),
    ("Recipe", "epochs", "1", "2"),
]


def test_rows_stand_under_their_parts(qtbot: QtBot) -> None:
    made = DifferenceList()
    qtbot.addWidget(made)
    made.show_rows("small", "wide", ROWS)
    tree = made.tree
    assert [tree.topLevelItem(i).text(0) for i in range(2)] == ["Nodes (2)", "Recipe (1)"]
    assert [tree.headerItem().text(i) for i in range(3)] == ["What", "small", "wide"]
    assert made.texts() == [ROWS[0], ("Nodes", "drop", "—", "Dropout"), ROWS[2]]
    assert tree.topLevelItem(0).isExpanded()
    assert tree.topLevelItem(0).child(0).toolTip(0) == "dense.units"
    assert made.sentence() == ""


def test_a_sentence_stands_for_no_rows(qtbot: QtBot) -> None:
    made = DifferenceList()
    qtbot.addWidget(made)
    made.show_rows("a", "b", ROWS)
    made.say("Nothing differs.")
    assert made.sentence() == "Nothing differs."
    assert made.texts() == []
