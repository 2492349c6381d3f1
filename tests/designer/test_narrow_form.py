"""The form of every block fits the narrowest panel, with what is advanced unfolded."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.blocks.catalog import blocks
from core.design import edits
from core.design.document import Design
from designer.docks import NARROWEST, RIGHT
from designer.inspector import Inspector
from designer.session import Session
from widgets.style_sheet import style_sheet
from widgets.theme import dark


@pytest.mark.parametrize("family", sorted({cls.family for cls in blocks().values()}))
def test_no_form_is_wider_than_the_narrowest_panel(qtbot: QtBot, family: str) -> None:
    session = Session()
    inspector = Inspector(session)
    qtbot.addWidget(inspector)
    inspector.setStyleSheet(style_sheet(dark()))
    inspector.resize(NARROWEST[RIGHT], 400)
    inspector.show()
    qtbot.waitExposed(inspector)
    too_wide = {}
    for kind in (k for k, cls in blocks().items() if cls.family == family and cls.listed):
        node = edits.new_node(Design(), kind)
        session.open(edits.add_node(Design(), node, (0, 0)), None)
        inspector.show_nodes([node.id])
        disclosure = inspector.form.disclosure
        if disclosure.isVisible() and not disclosure.isChecked():
            qtbot.mouseClick(disclosure, Qt.MouseButton.LeftButton)
        body = inspector.widget()
        room = inspector.width() - inspector.verticalScrollBar().sizeHint().width()
        if body.minimumSizeHint().width() > room:
            too_wide[kind] = body.minimumSizeHint().width()
    assert too_wide == {}
