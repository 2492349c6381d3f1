"""Copy, cut and paste of nodes and notes, within a window and between windows."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication

from core.design import edits, marks
from core.design.fragment import cut_out, is_fragment, paste
from core.errors import InputError
from designer.amounts import items
from designer.session import Session
from widgets.canvas.view import Canvas


class Clipboard(QObject):
    """Carries what is selected on one canvas to the system's clipboard, as text, and back.

    ``trouble`` carries a message and its remedy when something cannot be copied or pasted;
    ``available_changed`` comes when the clipboard's content changes.
    """

    trouble = Signal(str, str)
    available_changed = Signal()

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.session, self.canvas = session, canvas
        self._available: bool | None = None
        QGuiApplication.clipboard().dataChanged.connect(self._changed)

    @property
    def available(self) -> bool:
        """Whether the clipboard seems to hold nodes."""
        # To read the clipboard may mean to wait for another program, so it is read once a change.
        if self._available is None:
            self._available = is_fragment(QGuiApplication.clipboard().text())
        return self._available

    def copy(self) -> bool:
        """Put what is selected on the clipboard; False, and nothing happens, for no selection."""
        nodes, notes = self.canvas.selected_nodes(), self.canvas.selected_notes()
        if not (nodes or notes):
            return False
        try:
            text = cut_out(self.session.design, nodes, notes)
        except InputError as error:
            self.trouble.emit(error.message, error.hint)
            return False
        QGuiApplication.clipboard().setText(text)
        return True

    def cut(self) -> None:
        """Put what is selected on the clipboard and take it out of the design."""
        chosen = [*self.canvas.selected_nodes(), *self.canvas.selected_notes()]
        if self.copy():
            self.session.act(
                f"Cut {items(self.session.design, chosen)}",
                lambda design: marks.remove_notes(edits.remove(design, chosen), chosen),
            )

    def paste(self) -> None:
        """Add the clipboard's content under the pointer, or beside the originals; select it."""
        text = QGuiApplication.clipboard().text()
        try:
            after, ids = paste(self.session.design, text, self._under_pointer())
        except InputError as error:
            self.trouble.emit(error.message, error.hint)
            return
        if self.session.act(f"Paste {items(after, ids)}", lambda _: after):
            self.canvas.select(ids)
            self.canvas.uncover(self.canvas.graph_scene.content_rect(ids))

    def _changed(self) -> None:
        self._available = None
        self.available_changed.emit()

    def _under_pointer(self) -> edits.Point | None:
        """The scene point under the pointer, or None where something else is under it."""
        viewport, place = self.canvas.viewport(), QCursor.pos()
        if QApplication.widgetAt(place) is not viewport:
            return None
        point = self.canvas.scene_point(QPointF(viewport.mapFromGlobal(place)))
        return float(round(point.x())), float(round(point.y()))
