"""NodeGraphQt on the stage of the canvas benchmark. Runs in the peer's environment only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from NodeGraphQt import BaseNode, NodeGraph
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsView

from tests.benchmarks.canvas_plan import Plan, inputs_of


class Single(BaseNode):
    """A node with one input."""

    __identifier__ = "benchmark"
    NODE_NAME = "Single"

    def __init__(self) -> None:
        super().__init__()
        self.add_input("input")
        self.add_output("output")


class Double(Single):
    """A node with two inputs."""

    NODE_NAME = "Double"

    def __init__(self) -> None:
        super().__init__()
        self.add_input("second")


class NodeGraphQtSide:
    """The peer's canvas without undo and without its search for cycles, as in ours.

    That search follows every path, so that with the shortcuts of this graph it would never end.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.graph = NodeGraph()
        self.graph.set_acyclic(False)
        self.graph.register_nodes([Single, Double])
        self.view: QGraphicsView = self.graph.viewer()
        self.nodes: list[Any] = []

    def add(self) -> None:
        for number, place in enumerate(self.plan.places):
            kind = "Single" if inputs_of(number) == 1 else "Double"
            node = self.graph.create_node(
                f"benchmark.{kind}",
                name=f"dense_{number}",
                pos=place,
                selected=False,
                push_undo=False,
            )
            self.nodes.append(node)
        for source, target, port in self.plan.wires:
            self.nodes[target].input(port).connect_to(self.nodes[source].output(0), push_undo=False)

    def fit(self) -> None:
        self.view.zoom_to_nodes([node.view for node in self.nodes])  # type: ignore[attr-defined]

    def near(self, node: int) -> None:
        self.view.reset_zoom(self.corner(node))  # type: ignore[attr-defined]

    def select(self, nodes: Sequence[int]) -> None:
        self.graph.clear_selection()
        for node in nodes:
            self.nodes[node].set_selected(True)

    def corner(self, node: int) -> QPointF:
        return self.nodes[node].view.scenePos()

    def delete(self) -> None:
        self.graph.delete_nodes(self.nodes, push_undo=False)
