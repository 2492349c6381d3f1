"""What a user's hands do in the window, for tests."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolBar
from pytestqt.qtbot import QtBot

from core.design import edits
from designer.main_window import MainWindow
from tests.widgets.drag import press_move_release, view_point
from widgets.parameter_form import ParameterForm


def choose_data(qtbot: QtBot, window: MainWindow, kind: str) -> None:
    """Bind built-in data."""
    data = {"source": {"kind": kind}, "split": {}}
    window.session.act("Choose data", lambda d: edits.set_data(d, data))


def node(window: MainWindow, name: str) -> str:
    """The id of the node of that name in the level that is shown."""
    found = window.session.design.named(name)
    assert found is not None, name
    return found.id


def click_node(window: MainWindow, node_id: str) -> None:
    """Click on a node's body."""
    rect = window.canvas.node_rect(node_id)
    point = view_point(window.canvas, rect.center())
    press_move_release(window.canvas.viewport(), point, QPoint(point))


def type_number(qtbot: QtBot, form: ParameterForm, name: str, value: int) -> None:
    """Type a number into a spin box of a form and press Enter."""
    field = form.field(name).editor
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, str(value))
    qtbot.keyClick(field, Qt.Key.Key_Return)


def press_action(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Click an action's button on the toolbar."""
    bar = window.findChild(QToolBar, "tools")
    button = bar.widgetForAction(window.actions_by_name[name])
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
