"""Designs with groups for tests, and what they compute whatever their nodes are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import numpy as np
from flax import nnx
from hypothesis import strategies as st

from core.compile.model import Network
from core.compile.plan import Plan, make_plan
from core.design import edits
from core.design.analysis import Analysis, analyse
from core.design.document import Design, End, Graph, Group, Node
from core.design.exposing import with_group
from core.design.grouping import make_group
from core.design.ports import GROUP_KIND, ports_of
from core.errors import InputError
from tests.designs import DIGITS, IRIS, Layer, add, classifier, fit_to_data, recipe, wire


def grouped(design: Design, *names: str, title: str = "block") -> Design:
    """The design with nodes in a group; the node that uses it has the title as its id and name."""
    after, use = make_group(design, names, title)
    return called(after, use, title)


def called(design: Design, old: str, new: str) -> Design:
    """The design with another id, which is the name too, for a node."""

    def end(was: End) -> End:
        return End(new, was.port) if was.node == old else was

    nodes = {
        (new if i == old else i): replace(n, id=new, name=new) if i == old else n
        for i, n in design.nodes.items()
    }
    wires = {end(t): end(s) for t, s in design.wires.items()}
    places = {(new if i == old else i): p for i, p in design.view["positions"].items()}
    return replace(design, nodes=nodes, wires=wires, view={**design.view, "positions": places})


def group(design: Design, name: str = "block") -> Group:
    """The one group of that name."""
    (found,) = [g for g in design.groups.values() if g.name == name]
    return found


def use_again(design: Design, name: str, title: str = "block", **params: Any) -> Design:
    """The design with one more use of a group, whose id is its name."""
    node = Node(name, name, GROUP_KIND, {"group": group(design, title).id, **params})
    return edits.add_node(design, node, (0.0, 999.0))


def redefined(design: Design, name: str = "block", **nodes: Mapping[str, Any]) -> Design:
    """The design with parameters of nodes inside of a group changed."""
    old = group(design, name)
    fresh = {
        i: replace(old.nodes[i], params={**old.nodes[i].params, **p}) for i, p in nodes.items()
    }
    return with_group(design, replace(old, nodes={**old.nodes, **fresh}))


def mlp_with_block(units: int = 4) -> Design:
    """A residual block of two dense layers as a group, on the iris flowers."""
    design = classifier(
        IRIS,
        ("Dense", {"units": units}),
        ("Activation", {"function": "tanh"}),
        ("Dense", {"units": units}),
        ("Dense", {"units": 3}),
        x="features",
    )
    design = add(design, "Add", "add")
    design = wire(design, "dense_2 -> add.input_1", "input -> add.input_2", "add -> dense_3")
    return grouped(design, "dense", "activation", "dense_2", "add")


def transformer(width: int, heads: int, hidden: int, repeat: int) -> Design:
    """Blocks of a transformer encoder on the rows of the digits, as one repeated node."""
    layers: tuple[Layer, ...] = (
        ("Reshape", {"shape": (8, 8)}),
        ("Dense", {"units": width}),
        ("LayerNorm", {}),
        ("MultiHeadAttention", {"heads": heads, "features": width, "causal": True}),
        ("LayerNorm", {}),
        ("Dense", {"units": hidden}),
        ("Activation", {"function": "gelu"}),
        ("Dense", {"units": width}),
        ("Flatten", {}),
        ("Dense", {"units": 10}),
    )
    design = classifier(DIGITS, *layers, x="image")
    design = add(add(design, "Add", "add"), "Add", "add_2")
    design = edits.disconnect(design, End("multiheadattention", "input"))
    design = wire(
        design,
        "layernorm -> multiheadattention.query",
        "dense -> add.input_1",
        "multiheadattention -> add.input_2",
        "add -> layernorm_2",
        "add -> add_2.input_1",
        "dense_3 -> add_2.input_2",
        "add_2 -> flatten",
    )
    block = ("layernorm", "multiheadattention", "add", "layernorm_2", "dense_2", "activation")
    design = grouped(design, *block, "dense_3", "add_2")
    return edits.set_params(design, "block", repeat=repeat)


def by_name(graph: Graph) -> tuple[dict[str, Any], set[tuple[str, str, str, str]]]:
    """The nodes and wires of a graph, whatever the ids."""
    names = {i: n.name for i, n in graph.nodes.items()}
    nodes = {n.name: (n.block, n.params, n.muted) for n in graph.nodes.values()}
    wires = {(names[s.node], s.port, names[t.node], t.port) for t, s in graph.wires.items()}
    assert len(nodes) == len(names), "names are told apart"
    return nodes, wires


def plain_name(name: str) -> str:
    """A node's name without those of the groups that it stands in."""
    return name.rpartition("/")[2]


def network_of(design: Design, seed: int = 0) -> Any:
    """The network of a design, with random biases, so that none of its values is 0."""
    network = Network(make_plan(analyse(design)), nnx.Rngs(seed))
    rng = np.random.default_rng(seed)
    state = nnx.state(network, nnx.Param)
    drawn = jax.tree.map(lambda v: np.asarray(rng.normal(0.0, 0.5, v.shape), np.float32), state)
    nnx.update(network, drawn)
    network.eval()
    return network


def give_weights(giver: Any, taker: Any, name: Any = plain_name) -> None:
    """Let a network have the weights of another, by the names of the nodes."""
    there = {name(giver.plan.names[s.node]): s.attribute for s in layered(giver.plan)}
    for step in layered(taker.plan):
        held = getattr(giver, there[name(taker.plan.names[step.node])])
        nnx.update(getattr(taker, step.attribute), nnx.state(held))


def layered(plan: Plan) -> list[Any]:
    """The steps that have a layer."""
    return [step for step in plan.steps if step.layer is not None]


def messages(analysis: Analysis) -> list[str]:
    """What the problems say."""
    return [p.message for p in analysis.problems]


def without_places(message: str) -> str:
    """A message without the names of groups."""
    return re.sub(r"block(\[\d+\])?/", "", message)


LAYERS: tuple[Layer, ...] = (
    ("Dense", {"units": 4}),
    ("Activation", {"function": "tanh"}),
    ("LayerNorm", {}),
    ("Add", {}),
)


@st.composite
def sound_designs(draw: st.DrawFn, most: int = 7) -> Design:
    """Networks of vectors of length 4 without errors, with branches, some of them dead."""
    design = Design(name="Sound", data=IRIS, recipe=recipe())
    design = add(add(design, "Input", "input"), "Target", "target")
    names = ["input"]
    for number in range(draw(st.integers(1, most))):
        kind, params = draw(st.sampled_from(LAYERS))
        name = f"{kind.lower()}{number}"
        design = add(design, kind, name, **params)
        ports = ("input_1", "input_2") if kind == "Add" else ("input",)
        for port in ports:
            design = wire(design, f"{draw(st.sampled_from(names))} -> {name}.{port}")
        names.append(name)
    design = add(design, "MeanSquaredError", "loss")
    design = wire(design, f"{names[-1]} -> loss.prediction", "target -> loss.target")
    return fit_to_data(design, input="features", target="features")


@st.composite
def nested_designs(draw: st.DrawFn, shared: bool = True) -> Design:
    """Sound designs with groups in groups, repeated, muted and, if ``shared``, sharing weights."""
    design = draw(sound_designs())
    for _ in range(draw(st.integers(1, 3))):
        layers = [i for i in design.nodes if i not in ("input", "target", "loss")]
        chosen = draw(st.lists(st.sampled_from(layers), min_size=1, unique=True))
        try:
            design, use = make_group(design, chosen)
        except InputError:
            continue
        ins, outs = ports_of(design, design.nodes[use])
        if ins and outs:
            repeat, same = draw(st.integers(1, 3)), shared and draw(BOOLEANS)
            design = edits.set_params(design, use, repeat=repeat, shared_repeats=same)
        if ins and draw(st.integers(0, 4)) == 0:
            design = edits.mute(design, [use])
        if ins and outs and shared and draw(BOOLEANS):
            design = _behind(design, use, draw(BOOLEANS))
    return design


BOOLEANS = st.booleans()


def _behind(design: Design, use: str, sharing: bool) -> Design:
    """The design with another use of a group behind the first output of one."""
    after = edits.duplicate(design, [use])
    twin = list(after.nodes)[-1]
    if sharing and not design.nodes[use].muted:
        after = edits.set_params(after, twin, weights_of=use)
    ins, outs = ports_of(design, design.nodes[use])
    for port in ins:
        after = edits.connect(after, End(use, outs[0]), End(twin, port.name))
    for target, source in design.wires.items():
        if source == End(use, outs[0]):
            after = edits.connect(after, End(twin, outs[0]), target)
    return after
