"""Our canvas on the stage of the canvas benchmark."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF

from tests.benchmarks.canvas_plan import Plan, inputs_of
from widgets import icons
from widgets.canvas import Canvas, End, Graph, NodeView, Port, WireView
from widgets.canvas.graph import EMPTY

_LAYERS = (
    ("dense", "Dense", "Dense", ("[B, 64]", "4,160 parameters")),
    ("norm", "Layer norm", "Normalization", ("[B, 64]", "128 parameters")),
    ("act", "Activation", "Activation", ("[B, 64]",)),
)
_ADD = ("add", "Add", "Combine", ("[B, 64]",))


class OurSide:
    """Our canvas; graphs are made beforehand, as the peer's plan is."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.view = Canvas()
        self.graph = _graph(plan)

    def add(self) -> None:
        self.view.show_graph(self.graph)

    def fit(self) -> None:
        self.view.fit_all()

    def near(self, node: int) -> None:
        self.view.reset_zoom()
        self.view.center_on(_id(node))

    def select(self, nodes: Sequence[int]) -> None:
        self.view.select(map(_id, nodes))

    def corner(self, node: int) -> QPointF:
        return self.view.node_rect(_id(node)).topLeft()

    def delete(self) -> None:
        self.view.show_graph(EMPTY)


def _id(node: int) -> str:
    return f"n{node}"


def _graph(plan: Plan) -> Graph:
    nodes = {_id(number): _node(number, place) for number, place in enumerate(plan.places)}
    wires = tuple(
        WireView(End(_id(source), "output"), End(_id(target), f"input{port}"), "float32 [B, 64]")
        for source, target, port in plan.wires
    )
    return Graph(nodes, wires)


def _node(number: int, place: tuple[float, float]) -> NodeView:
    kind = _ADD if inputs_of(number) == 2 else _LAYERS[number // 2 % len(_LAYERS)]
    stem, label, family, detail = kind
    wrong = number % 25 == 7
    return NodeView(
        id=_id(number),
        title=f"{stem}_{number}",
        subtitle=label,
        detail=detail,
        color_key=family,
        inputs=tuple(
            Port(f"input{port}", "Input" if port == 0 else "Second")
            for port in range(inputs_of(number))
        ),
        outputs=(Port("output", "Output"),),
        badge="" if not wrong else "error" if number % 2 else "warning",
        badge_text="The input is not connected." if wrong else "",
        position=place,
        icon=icons.family_icon(family),
        share=number % 97 / 97 if len(detail) > 1 else None,
    )
