"""Large designs without a problem, laid out and framed as a person would."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from core.blocks.catalog import block
from core.design.document import Design, End, Frame, Node
from tests.benchmarks.canvas_plan import planned
from tests.designs import DIGITS, fit_to_data, recipe

BLOCK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("LayerNorm", {}),
    ("Dense", {"units": 64}),
    ("Activation", {}),
    ("Dense", {"units": 32}),
    ("Add", {}),
)


def residual_network(nodes: int) -> Design:
    """Five nodes a block, each block added to what it was made from; five blocks a frame."""
    blocks, rest = divmod(nodes - 6, len(BLOCK))
    body = BLOCK * blocks + (("LayerNorm", {}),) * rest
    chain = (
        ("Input", {}),
        ("Flatten", {}),
        ("Dense", {"units": 32}),
        *body,
        ("Dense", {"units": 10}),
    )
    made = [_node(number, kind, params) for number, (kind, params) in enumerate(chain)]
    ids = [node.id for node in made]
    wires = {_input(node): End(before.id, "output") for before, node in pairwise(made)}
    for number in range(7, 3 + len(BLOCK) * blocks, len(BLOCK)):
        wires[End(ids[number], "input_2")] = End(ids[number - len(BLOCK)], "output")
    target, loss = _node(len(made), "Target", {}), _node(len(made) + 1, "CrossEntropy", {})
    wires[End(loss.id, "logits")] = End(ids[-1], "output")
    wires[End(loss.id, "target")] = End(target.id, "output")
    every = {node.id: node for node in (*made, target, loss)}
    places = dict(zip(every, planned(len(every)).places, strict=True))
    frames = _frames(ids[3 : 3 + len(BLOCK) * blocks])
    view = {"positions": places}
    design = Design(every, wires, frames, view=view, data=DIGITS, recipe=recipe(), name="Large")
    return fit_to_data(design, **{ids[0]: "image", target.id: "label"})


def _node(number: int, kind: str, params: dict[str, Any]) -> Node:
    values = {**block(kind).defaults(), **params}
    return Node(f"n{number}", f"{kind.lower()}_{number}", kind, values)


def _frames(nodes: list[str]) -> dict[str, Frame]:
    step = 5 * len(BLOCK)
    members = [tuple(nodes[at : at + step]) for at in range(0, len(nodes), step)]
    return {f"f{n}": Frame(f"f{n}", f"Blocks {n}", ids) for n, ids in enumerate(members, 1)}


def _input(node: Node) -> End:
    return End(node.id, "input_1" if node.block == "Add" else "input")
