"""One window for many pictures: docks that float alone, and answers that are waited for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from core.design.document import Design
from core.project.file import to_text
from designer.main_window import MainWindow
from designer.training import IDLE
from tests.pictures.window import settle, until, wait_for
from widgets.pictures.cells import CellPicture

# Two small drawings of each plot come after the answer.
_DRAWN_MS = 350
_COLORS = 200
# What the panels, and the parts of them, ask under.
_TOPICS = (
    *("histograms", "projection", "boundary", "generated", "evaluation", "evaluated sample"),
    *("inside", "probe order", "walkthrough", "attribution.samples", "attribution.first"),
    *("attribution.second", "attribution.learned", "attribution.random", "attribution.sanity"),
    *("attribution.curves", "attribution.nearest"),
)


class Looking:
    """Opens and trains designs in one window, and draws its docks into a folder."""

    def __init__(self, window: MainWindow, place: Path, folder: Path) -> None:
        self.window, self._place, self._folder = window, place, folder
        # The trainings are short: without more looks there would be few steps to go back to.
        window.look_budget.menu.choices["0.3"].trigger()

    def open(self, example: str, **recipe: Any) -> None:
        """Open an example with another recipe, without training it."""
        file = self._place / f"{example}.loom"
        design = json.loads(file.read_text("utf-8"))
        design["recipe"] |= recipe
        self._read(example, json.dumps(design))

    def open_design(self, name: str, design: Design) -> None:
        """Open a design that is no example."""
        self._read(name, to_text(design))

    def _read(self, name: str, text: str) -> None:
        file = self._place / f"seeing_{name}.loom"
        file.write_text(text, "utf-8")
        assert self.window.files.read(file)
        settle(_DRAWN_MS)

    def train(self) -> None:
        """Train what is open to its end."""
        wait_for(self.window.trainer.finished, self.window.acts.train)
        until(lambda: self.window.trainer.state == IDLE and bool(self.window.trainer.moments.known))

    def select(self, name: str) -> None:
        """Select a node by name."""
        found = self.window.session.design.named(name)
        assert found is not None, name
        self.window.canvas.select([found.id])

    def show(self, dock: str, width: int = 820, height: int = 380) -> Any:
        """Let a dock float alone in front; the panel in it, if it is one of those made late."""
        for other in self.window.docks.all():
            if other.isFloating() and other is not self.window.docks[dock]:
                other.hide()
        shown = self.window.docks[dock]
        shown.setFloating(True)
        shown.resize(width, height)
        shown.show()
        shown.raise_()
        self.answered()
        return self.window.late_panels.panel(dock)

    def answered(self) -> None:
        """Wait until nothing that was asked lacks an answer, and all is drawn."""
        asking = self.window.asking
        settle(_DRAWN_MS)
        while any(map(asking.is_waiting, _TOPICS)):
            until(lambda: not any(map(asking.is_waiting, _TOPICS)))
            settle(_DRAWN_MS)

    def moments(self, count: int) -> None:
        """Go through so many of the recorded steps, waiting for the answers to each."""
        known = [moment.step for moment in self.window.trainer.moments.known]
        for step in known[:: max(len(known) // count, 1)]:
            self.window.trainer.moments.choose(step)
            self.answered()
        self.window.trainer.moments.choose(None)
        self.answered()

    def save(self, dock: str, name: str) -> None:
        """Draw a dock's content."""
        content = self.window.docks[dock].widget()
        assert content is not None
        self.save_widget(content, name)

    def save_widget(self, content: QWidget, name: str) -> None:
        """Draw a widget in few colours, which keeps the file small."""
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()
        picture = QPixmap(content.size())
        picture.fill(self.window.palette().window().color())
        content.render(picture)
        whole = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
        size = whole.width(), whole.height()
        pixels = bytes(whole.constBits())
        image = Image.frombytes("RGB", size, pixels, "raw", "RGB", whole.bytesPerLine())
        few = image.quantize(_COLORS, dither=Image.Dither.NONE)
        few.save(self._folder / f"{name}.png", optimize=True)


def point_at(picture: CellPicture, cell: tuple[int, ...]) -> None:
    """Move the mouse to a cell of a picture."""
    spots = [
        QPointF(x, y)
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
        if picture.cell_at(QPointF(x, y)) == cell
    ]
    assert spots, f"the cell {cell} is not drawn"
    move(picture, spots[len(spots) // 2])


def move(widget: QWidget, spot: QPointF) -> None:
    """Move the mouse over a widget."""
    none = Qt.MouseButton.NoButton
    place = QPointF(widget.mapToGlobal(spot))
    event = QMouseEvent(
        QEvent.Type.MouseMove, spot, place, none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def choose(box: Any, data: Any) -> None:
    """Choose an entry of a box by its data, as a person does."""
    at = box.findData(data)
    assert at >= 0, f"{data} is not offered"
    box.setCurrentIndex(at)
    box.activated.emit(at)
