"""What is done to a canvas and how it is timed: the same code for ours and for the peer's.

It runs in the peer's environment too, so it imports nothing but PySide6 and the plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

from tests.benchmarks.canvas_plan import Plan

SIZE = (1600, 900)
PATIENCE = 60.0
STEP = QPoint(24, 10)
Frames = list[float]


class Side(Protocol):
    """A canvas under measurement; node numbers are those of its plan."""

    plan: Plan
    view: QGraphicsView

    def add(self) -> None:
        """Show all nodes and wires."""

    def fit(self) -> None:
        """Bring everything into view."""

    def near(self, node: int) -> None:
        """Bring a node to the centre at 100 %."""

    def select(self, nodes: Sequence[int]) -> None:
        """Select exactly these nodes."""

    def corner(self, node: int) -> QPointF:
        """Where a node stands, in scene coordinates."""

    def delete(self) -> None:
        """Take all nodes and wires away."""


class Screen(QObject):
    """Times what is done to a viewport until the picture of it is painted."""

    def __init__(self, viewport: QWidget) -> None:
        super().__init__()
        self.viewport = viewport
        self.paints = 0
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count the paints."""
        self.paints += event.type() == QEvent.Type.Paint
        return False

    def frame(self, work: Callable[[], object]) -> float:
        """Milliseconds from ``work`` until no paint follows it any more.

        Raises RuntimeError where nothing is painted at all.
        """
        before = self.paints
        began = time.perf_counter()
        work()
        seen = -1
        while seen != self.paints or self.paints == before:
            seen = self.paints
            QApplication.processEvents()
            if time.perf_counter() - began > PATIENCE:
                raise RuntimeError("nothing was painted")
        return 1000 * (time.perf_counter() - began)

    def frames(self, count: int, work: Callable[[], object]) -> Frames:
        """The times of several frames, after one that does not count."""
        return [self.frame(work) for _ in range(count + 1)][1:]

    @contextmanager
    def held(self, start: QPoint, button: Qt.MouseButton) -> Iterator[Callable[[QPoint], float]]:
        """A drag by real mouse events: yields what moves the pointer to a point and times that."""
        none = Qt.MouseButton.NoButton
        self._send(QEvent.Type.MouseButtonPress, start, button, button)
        yield lambda at: self.frame(lambda: self._send(QEvent.Type.MouseMove, at, none, button))
        self._send(QEvent.Type.MouseButtonRelease, start, button, none)
        QApplication.processEvents()

    def _send(
        self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton
    ) -> None:
        point, modifiers = QPointF(at), Qt.KeyboardModifier.NoModifier
        place = self.viewport.mapToGlobal(point)
        QApplication.sendEvent(
            self.viewport, QMouseEvent(kind, point, place, button, held, modifiers)
        )


class Stage:
    """One canvas with its graph on a screen of 1600 x 900 pixels."""

    def __init__(self, side: Side) -> None:
        self.side = side
        side.view.resize(*SIZE)
        side.view.show()
        QApplication.processEvents()
        self.screen = Screen(side.view.viewport())
        self.add_time = self.screen.frame(side.add)

    def compared(self, repeats: int) -> dict[str, float]:
        """What both sides are measured by, in milliseconds; all is deleted at the end."""
        side, screen = self.side, self.screen
        repaint, middle = side.view.viewport().update, side.plan.middle
        found = {"add": self.add_time}
        side.fit()
        found["full_frame"] = median(screen.frames(repeats, repaint))
        side.near(middle)
        found["repaint"] = median(screen.frames(2 * repeats, repaint))
        found["pan"] = median(self.pan([-STEP] * (4 * repeats)))
        found["drag_one"] = median(self.drag([middle], 4 * repeats))
        block = side.plan.around_middle
        side.near(block[0])
        found["drag_twenty"] = median(self.drag(block, 2 * repeats))
        found["delete"] = screen.frame(side.delete)
        return found

    def smoothness(self, frames: int) -> dict[str, float]:
        """The time within which 95 of 100 frames are painted, in milliseconds.

        ``far`` is the same with the whole graph in view.
        """
        way = [QPoint(-24, 0), QPoint(0, -24), QPoint(24, 0), QPoint(0, 24)]
        steps = [step for step in way for _ in range(frames // len(way))]
        middle, found = self.side.plan.middle, {}
        for name, show in (("", lambda: self.side.near(middle)), ("far_", self.side.fit)):
            show()
            found[f"{name}drag_p95"] = _most(self.drag([middle], frames))
            show()
            found[f"{name}pan_p95"] = _most(self.pan(steps))
        return found

    def pan(self, steps: Sequence[QPoint]) -> Frames:
        """Drag the picture with the middle button, from between two rows of nodes."""
        at, times = self._on(self.side.plan.middle, 80, 136), []
        with self.screen.held(at, Qt.MouseButton.MiddleButton) as move:
            for step in (steps[0], *steps):
                at = at + step
                times.append(move(at))
        return times[1:]

    def drag(self, nodes: Sequence[int], count: int) -> Frames:
        """Drag selected nodes to and fro by the first of them, and back to where they stood.

        RuntimeError if they do not follow the pointer.
        """
        side = self.side
        side.select(nodes)
        QApplication.processEvents()
        before = [side.corner(node) for node in nodes]
        zoom = side.view.transform().m11()
        start, times = self._on(nodes[0], 70, 20), []
        with self.screen.held(start, Qt.MouseButton.LeftButton) as move:
            for number in range(count + 1):
                times.append(move(start + STEP * (1 + number % 5)))
            way = QPointF(STEP * (1 + count % 5)) / zoom
            after = [side.corner(node) - way for node in nodes]
            move(start)
        side.select([])
        apart = [(new - old).manhattanLength() for old, new in zip(before, after, strict=True)]
        if max(apart) > 2:
            raise RuntimeError("the dragged nodes did not follow the pointer")
        return times[1:]

    def _on(self, node: int, x: float, y: float) -> QPoint:
        """The pixel of the viewport that is ``x`` and ``y`` from a node's corner."""
        return self.side.view.mapFromScene(self.side.corner(node) + QPointF(x, y))


def _most(times: Frames) -> float:
    return quantiles(times, n=20)[-1]
