"""The window's dock panels: where each stands at first."""

from __future__ import annotations

from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QTabBar, QWidget

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
# Below this, in pixels, texts of a dock would be cut.
NARROWEST = {LEFT: 210, RIGHT: 280, BOTTOM: 210}
# Which panels go behind which in a narrow window, in this order.
_STACKED = (("activations", "saliency"), ("training", "activations"), ("training", "saliency"))
# The window lays itself out anew after each such step, within this time.
_LAID_OUT_MS = 60


class Docks(QObject):
    """The docks by name."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._by_name: dict[str, QDockWidget] = {}
        self._in_front: QDockWidget | None = None
        self._made_room = QTimer(self)
        self._made_room.setSingleShot(True)
        self._made_room.setInterval(_LAID_OUT_MS)
        self._made_room.timeout.connect(self._bring_back)
        window.installEventFilter(self)
        window.setDockNestingEnabled(True)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)

    def __getitem__(self, name: str) -> QDockWidget:
        """The dock of that name."""
        return self._by_name[name]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Name the tabs that the window makes wherever panels are put on each other.

        Panels that the window has become too narrow for become tabs.
        """
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._make_room()
        if isinstance(event, QChildEvent) and event.type() == QEvent.Type.ChildPolished:
            made = event.child()
            if isinstance(made, QTabBar):
                made.setAccessibleName("Panels")
        return super().eventFilter(watched, event)

    def all(self) -> list[QDockWidget]:
        """Every dock, in the order in which they were added."""
        return list(self._by_name.values())

    def add(
        self,
        name: str,
        title: str,
        area: Qt.DockWidgetArea,
        content: QWidget | None = None,
        behind: str = "",
        beside: str = "",
    ) -> None:
        """Add a dock; ``behind`` makes it a tab of another one, ``beside`` puts it to its right."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(name)
        dock.setMinimumWidth(NARROWEST[area])
        dock.setWidget(content or _placeholder())
        self._window.addDockWidget(area, dock)
        if behind:
            self._window.tabifyDockWidget(self[behind], dock)
        if beside:
            self._window.splitDockWidget(self[beside], dock, Qt.Orientation.Horizontal)
        self._by_name[name] = dock

    def beside(self, name: str) -> list[QDockWidget]:
        """The docks that are tabs of the same panel."""
        return self._window.tabifiedDockWidgets(self[name])

    def fill(self, name: str, content: QWidget) -> None:
        """Put the content into a dock that was added without one."""
        old = self[name].widget()
        self[name].setWidget(content)
        if old is not None:
            old.deleteLater()

    def _make_room(self) -> None:
        """Where the panels below are wider than the window, which draws them over each other, put
        one behind another; the next follows when the window has laid itself out again."""
        if not self._by_name or self._window.minimumSizeHint().width() <= self._window.width():
            return
        for front, name in _STACKED:
            dock, beside = self._by_name.get(name), self._by_name.get(front)
            if dock is None or beside is None or dock.isFloating() or dock.isHidden():
                continue
            below = {self._window.dockWidgetArea(d) for d in (dock, beside)} == {BOTTOM}
            if below and dock not in self._window.tabifiedDockWidgets(beside):
                if self._in_front is None:
                    self._in_front = self._front_of(self._by_name["training"])
                self._window.tabifyDockWidget(beside, dock)
                # New tabs come to the front when they have been laid out.
                self._made_room.start()
                return

    def _front_of(self, dock: QDockWidget) -> QDockWidget:
        """The panel that can be seen where ``dock`` and those on it are."""
        others = self._window.tabifiedDockWidgets(dock)
        return next((d for d in (dock, *others) if not d.visibleRegion().isEmpty()), dock)

    def _bring_back(self) -> None:
        """Once there is room: show again what was seen before."""
        if self._in_front is not None:
            self._in_front.raise_()
        self._in_front = None

    def arrange(self) -> None:
        """Give every dock its share of the window."""
        sides, upright = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self._window.resizeDocks([self["palette"], self["inspector"]], [252, 320], sides)
        self._window.resizeDocks([self["training"]], [330], upright)
        bottom = [self[name] for name in ("training", "activations", "saliency")]
        self._window.resizeDocks(bottom, [540, 250, 250], sides)

    def show(self, name: str) -> None:
        """Bring a dock to the front."""
        self[name].show()
        self[name].raise_()


def _placeholder() -> QWidget:
    label = QLabel("Loading ...")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setProperty("role", "muted")
    return label
