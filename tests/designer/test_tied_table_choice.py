"""Whose table an Unembedding uses is chosen by name in the inspector."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.design.document import Design
from designer.main_window import MainWindow
from tests.designer.driving import click_node
from tests.designs import add, chain


def test_the_embedding_is_chosen_by_name(qtbot: QtBot, window: MainWindow) -> None:
    design = add(Design(), "Input", "ids", shape=(3,), dtype="int32", classes=7)
    design = add(design, "Embedding", "words", vocabulary=7, features=4)
    design = chain(add(design, "Unembedding", "head", vocabulary=7), "ids", "words", "head")
    window.session.act("Begin", lambda _: design)
    window.canvas.fit_all()
    assert window.session.analysis.parameters == 56
    click_node(window, "head")
    field = window.inspector.form.field("weights_of").editor
    assert [field.itemText(i) for i in range(field.count())] == ["its own", "words"]
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert window.session.design.nodes["head"].params["weights_of"] == "words"
    assert window.session.analysis.parameters == 28
    assert field.currentText() == "words"
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert window.session.design.nodes["head"].params["weights_of"] == ""
