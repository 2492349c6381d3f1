"""Small graphs for the tests: no words of neural networks, because the canvas knows none."""

from widgets.canvas import End, Graph, NodeView, Port, WireView


def node(
    name: str,
    x: float,
    y: float,
    inputs: tuple[str, ...] = ("in",),
    outputs: tuple[str, ...] = ("out",),
    **more: object,
) -> NodeView:
    fields: dict[str, object] = {
        "id": name,
        "title": f"node {name}",
        "subtitle": "Kind",
        "detail": ("detail",),
        "color_key": "Dense",
        "inputs": tuple(Port(port, port) for port in inputs),
        "outputs": tuple(Port(port, port) for port in outputs),
        "position": (x, y),
    }
    return NodeView(**{**fields, **more})  # type: ignore[arg-type]


def wire(source: str, target: str, tooltip: str = "") -> WireView:
    """A wire from `node.port` to `node.port`."""
    a, b = source.split("."), target.split(".")
    return WireView(End(*a), End(*b), tooltip)


def chain() -> Graph:
    """a -> b, and a free c with two inputs."""
    nodes = [node("a", -300, 0), node("b", 0, 0), node("c", 0, 160, inputs=("x", "y"))]
    return Graph({view.id: view for view in nodes}, (wire("a.out", "b.in", "carries 3"),))
