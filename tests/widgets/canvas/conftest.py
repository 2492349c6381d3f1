"""A canvas with a few nodes, shown without a screen."""

import pytest
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain
from widgets.canvas import Canvas


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show_graph(chain())
    made.show()
    qtbot.waitExposed(made)
    made.center_on("b")
    return made
