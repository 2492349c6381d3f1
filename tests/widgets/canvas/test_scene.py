"""A scene that was led from graph to graph shows what a new one shows."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.samples import chain, node, wire
from widgets.canvas.graph import Frame, Graph
from widgets.canvas.scene import CanvasScene
from widgets.canvas.style import Style
from widgets.theme import dark

IDS = ("a", "b", "c", "d", "e")
PLACES = st.tuples(*[st.sampled_from((-5000.0, 0.0, 40.0, 300.0, 9000.0))] * 2)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Cards and dots, wires among them and to nowhere, and a frame."""
    views = [
        node(
            name,
            *draw(PLACES),
            title=draw(st.sampled_from(("x", "a title of another length"))),
            shape=draw(st.sampled_from(("card", "dot"))),
            badge=draw(st.sampled_from(("", "error"))),
            color_key=draw(st.sampled_from(("Dense", "Loss"))),
        )
        for name in draw(st.lists(st.sampled_from(IDS), unique=True))
    ]
    pairs = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(("", "told")))
    wires = [wire(f"{a}.out", f"{b}.in", told) for a, b, told in draw(st.lists(pairs, max_size=6))]
    unique = {(w.source, w.target): w for w in wires}
    frames = (Frame("f", "Frame", tuple(draw(st.lists(st.sampled_from(IDS), unique=True)))),)
    return Graph({view.id: view for view in views}, tuple(unique.values()), frames)


def state(scene: CanvasScene) -> dict[str, Any]:
    """All that can be seen of a scene."""
    return {
        "nodes": {
            i: (item.view, item.scene_rect(), type(item), item.heading, _connected(item.connected))
            for i, item in scene.nodes.items()
        },
        "wires": {key: (item.view, item.line) for key, item in scene.wires.items()},
        "frames": {i: (item.view, item.rect) for i, item in scene.frames.items()},
        "wires of": {i: {w.view for w in wires} for i, wires in scene.wires_of.items()},
        "items": len(scene.items()),
        "picture": picture(scene),
        "covered": all(scene.sceneRect().contains(n.scene_rect()) for n in scene.nodes.values()),
    }


def picture(scene: CanvasScene) -> dict[str, Any]:
    """What the picture of the whole graph is made of."""
    layers = scene.parts.layers()
    return {
        "lines": Counter(line.toTuple() for layer in layers for line in layer.lines),
        "cards": Counter(
            (key, card.getRect())
            for layer in layers
            for key, cards in layer.cards.items()
            for card in cards
        ),
        "dots": Counter(
            (key, center.toTuple())
            for layer in layers
            for key, centers in layer.centers.items()
            for center in centers
        ),
        "content": scene.content_rect(),
        "badges": Counter((badge, box.getRect()) for la in layers for badge, box in la.badges),
    }


def _connected(counts: dict[Any, int]) -> dict[Any, int]:
    return {port: count for port, count in counts.items() if count}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shown=st.lists(graphs(), min_size=2, max_size=4), data=st.data())
def test_a_scene_led_there_equals_a_new_one(
    qapp: QApplication, shown: list[Graph], data: st.DataObject
) -> None:
    scene = CanvasScene(Style(dark()))
    for graph in shown:
        scene.show(graph)
        new = CanvasScene(scene.look)
        new.show(graph)
        assert state(scene) == state(new)
        assert state(scene)["covered"]
        for _ in range(data.draw(st.integers(0, 2)) if graph.nodes else 0):
            name, place = data.draw(st.sampled_from(list(graph.nodes))), data.draw(PLACES)
            scene.place({name: place})
            view = replace(new.graph.nodes[name], position=place)
            new.show(replace(new.graph, nodes={**new.graph.nodes, name: view}))
            assert picture(scene) == picture(new)
        if data.draw(st.booleans()):
            scene.show(graph)
            new.show(graph)
            assert state(scene) == state(new)


def test_a_dot_that_lost_its_wires_runs_to_the_right_again(qapp: QApplication) -> None:
    dot = node("dot", 100, 0, shape="dot")
    giver, taker = node("a", 400, 0), node("b", -400, 0)
    nodes = {view.id: view for view in (giver, dot, taker)}
    wires = (wire("a.out", "dot.in"), wire("dot.out", "b.in"))
    scene = CanvasScene(Style(dark()))
    scene.show(Graph(nodes, wires))
    assert scene.nodes["dot"].heading == -1
    scene.show(Graph(nodes))
    assert scene.nodes["dot"].heading == 1


def test_a_wire_that_is_left_out_is_not_in_the_picture(qapp: QApplication) -> None:
    scene = CanvasScene(Style(dark()))
    scene.show(chain())
    (item,) = scene.wires.values()
    assert len(picture(scene)["lines"]) == 1
    scene.hide_wire(item, True)
    assert not picture(scene)["lines"]
    scene.hide_wire(item, False)
    assert len(picture(scene)["lines"]) == 1
