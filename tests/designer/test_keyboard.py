"""The whole window can be used without a mouse, and says what everything is."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLineEdit,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.project.gallery import examples
from designer.main_window import MainWindow
from widgets.tab_order import takes_tab

# As many as a small check box has around it.
CLEAR_PIXELS = 40
NO_FOCUS = Qt.FocusPolicy.NoFocus


@pytest.fixture
def cnn(window: MainWindow) -> MainWindow:
    """The window on the CNN example with one node selected."""
    assert window.files.read(examples()["digits_cnn"])
    select(window, "conv_1")
    window.activateWindow()
    return window


def select(window: MainWindow, *names: str) -> None:
    found = [window.session.design.named(name) for name in names]
    window.canvas.select([node.id for node in found if node])


def everything(window: MainWindow) -> Iterator[None]:
    """Bring every panel to the front, one after the other."""
    for dock in window.docks.all():
        window.docks.show(dock.objectName())
        QApplication.processEvents()
        yield


def focusable(window: QWidget) -> list[QWidget]:
    """What can have the focus and can be seen; the insides of an editor are the editor's."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() != NO_FOCUS
        and widget.isVisible()
        and not widget.visibleRegion().isEmpty()
        and widget.focusProxy() is None
    ]


def spoken(widget: QWidget) -> str:
    """What a screen reader says of a widget."""
    text = getattr(widget, "text", None)
    own = text() if callable(text) and not isinstance(widget, QLineEdit) else ""
    return (widget.accessibleName() or own).strip()


def panel_of(widget: QWidget | None) -> str:
    """The dock in which a widget is, or its own name outside of docks."""
    while widget is not None and not isinstance(widget, QDockWidget):
        if widget.accessibleName() == "Design canvas":
            return "canvas"
        widget = widget.parentWidget()
    return widget.objectName() if widget else ""


def test_everything_that_takes_the_focus_has_a_name(cnn: MainWindow) -> None:
    seen = 0
    for _ in everything(cnn):
        for widget in focusable(cnn):
            assert spoken(widget), (widget, panel_of(widget))
            seen += 1
    assert seen > 60
    cnn.files.new()
    select(cnn)
    for widget in focusable(cnn):
        assert spoken(widget), widget
    assert any(spoken(w) == "Open an example" for w in focusable(cnn))


def test_tab_goes_from_the_blocks_over_the_canvas_and_the_node_to_the_bottom(
    cnn: MainWindow,
) -> None:
    order: list[QWidget] = []
    widget = cnn.nextInFocusChain()
    while widget is not cnn:
        if takes_tab(widget) and widget.isVisible() and not isinstance(widget, QTabBar):
            order.append(widget)
        widget = widget.nextInFocusChain()
    panels = [panel for panel in dict.fromkeys(panel_of(w) for w in order) if panel]
    shown = [p for p in panels if p == "canvas" or not cnn.docks[p].visibleRegion().isEmpty()]
    assert shown[:3] == ["palette", "canvas", "inspector"]
    assert shown.index("training") > shown.index("inspector")
    inspector = [w.accessibleName() for w in order if panel_of(w) == "inspector"]
    assert inspector[:5] == ["Inspector", "Name", "Filters", "Kernel size", "Strides"]


def test_another_nodes_form_comes_at_the_same_place(qtbot: QtBot, cnn: MainWindow) -> None:
    select(cnn, "logits")
    qtbot.waitUntil(cnn.inspector.form.field("units").isVisible)
    cnn.inspector.name.setFocus()
    said = []
    for _ in range(2):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        said.append(QApplication.focusWidget().accessibleName())
    assert said == ["Units", "Bias"]


def test_the_buttons_of_the_empty_canvas_follow_it(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    window.inspector.setFocus()
    said = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
        said.append(spoken(QApplication.focusWidget()))
    assert said == ["Choose data …", "Open an example", "Design canvas"]


def test_ctrl_f6_goes_around_the_panels_that_can_be_seen(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.palette_panel.search.setFocus()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    forward = []
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, control)
        forward.append(panel_of(QApplication.focusWidget()))
    assert forward[:3] == ["canvas", "inspector", "training"]
    assert "palette" in forward
    assert not {"recipe", "data", "history", "problems"} & set(forward)
    cnn.docks.show("recipe")
    cnn.palette_panel.search.setFocus()
    back = []
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, control | shift)
        back.append(panel_of(QApplication.focusWidget()))
    assert back.index("recipe") < back.index("canvas") < back.index("palette")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_focus_can_be_seen_wherever_it_is(cnn: MainWindow, theme: str) -> None:
    cnn.appearance.choose(theme)
    rest = cnn.statusBar()
    rest.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    checked = set()
    for _ in everything(cnn):
        for widget in focusable(cnn):
            if widget is rest or not takes_tab(widget) or not widget.isEnabled():
                continue
            rest.setFocus()
            without = luminance_around(cnn, widget)
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            pair = np.sort([without, luminance_around(cnn, widget)], axis=0)
            clear = (pair[1] + 0.05) / (pair[0] + 0.05) >= 3
            assert clear.sum() >= CLEAR_PIXELS, (widget, panel_of(widget))
            checked.add(type(widget).__name__)
    assert {"Canvas", "QLineEdit", "SpinBox", "ComboBox", "QCheckBox", "QPushButton"} <= checked


def luminance_around(window: MainWindow, widget: QWidget) -> np.ndarray:
    """The relative luminance of each pixel in and just around a widget."""
    QApplication.processEvents()
    corner = widget.mapTo(window, QPoint(0, 0))
    area = widget.rect().translated(corner).adjusted(-2, -2, 2, 2)
    image = window.grab(area).toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    raw = pixels[..., :3] / 255
    linear = np.where(raw <= 0.04045, raw / 12.92, ((raw + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]
