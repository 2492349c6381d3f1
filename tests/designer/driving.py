"""What a user's hands do in the window, for tests."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QToolBar
from pytestqt.qtbot import QtBot

from core.design import edits
from designer.main_window import MainWindow
from designer.recipe_panel import RecipePanel
from designer.session import Session
from tests.designs import iris_mlp
from tests.widgets.drag import press_move_release, view_point
from widgets.inputs import ComboBox
from widgets.parameter_form import ParameterForm
from widgets.style_sheet import style_sheet
from widgets.theme import dark

Dialog = TypeVar("Dialog", bound=QDialog)


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


def answer_dialog(
    kind: type[Dialog], answer: Callable[[Dialog], None], begin: Callable[[], object]
) -> None:
    """Begin what opens a modal dialog; ``answer`` is called with it and has to close it."""

    def when_open() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, kind)
        try:
            answer(dialog)
            answered.append(True)
        except BaseException:
            dialog.reject()
            raise

    answered: list[bool] = []
    QTimer.singleShot(0, when_open)
    begin()
    assert answered


def menu_of(window: MainWindow, title: str) -> QMenu:
    """The window's only menu with a title."""
    (found,) = (menu for menu in window.findChildren(QMenu) if menu.title() == title)
    return found


def click_entry(qtbot: QtBot, window: MainWindow, menu: QMenu, text: str) -> None:
    """Open a menu and click the entry of that text."""
    menu.popup(window.pos())
    action = next(a for a in menu.actions() if a.text() == text)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    menu.close()


def checked_entries(menu: QMenu) -> list[str]:
    """The texts of a menu's entries that are checked."""
    return [a.text() for a in menu.actions() if a.isChecked()]


def open_recipe_panel(qtbot: QtBot, height: int) -> RecipePanel:
    """A recipe panel of that height in the dark theme, on a small design of ten epochs."""
    session = Session()
    session.open(edits.set_recipe(iris_mlp(), {"epochs": 10}), None)
    made = RecipePanel(session)
    qtbot.addWidget(made)
    made.setStyleSheet(style_sheet(dark()))
    made.set_theme(dark())
    made.resize(320, height)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


def choose_entry(qtbot: QtBot, combo: ComboBox, data: object) -> None:
    """Go to an entry of a combo box with the arrow keys."""
    combo.setFocus()
    wanted = combo.findData(data)
    assert wanted >= 0, data
    while combo.currentIndex() != wanted:
        down = combo.currentIndex() < wanted
        qtbot.keyClick(combo, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
