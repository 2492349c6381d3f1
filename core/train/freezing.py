"""What a training starts from, and which nodes it leaves as they are. No JAX."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from core.design import edits
from core.design.document import Design
from core.design.flat import place_of
from core.design.levels import at_level, level
from core.design.ports import block_of


def frozen(design: Design, nodes: Iterable[str], trainable: bool = False) -> Design:
    """The design with these unfolded nodes frozen (or trained again); others have no weights."""
    for key in nodes:
        path, name = place_of(key)
        there = level(design, path)
        node = there.nodes.get(name)
        found = block_of(there, node) if node else None
        if found and any(p.name == "trainable" for p in found[0].params()):
            design = at_level(path, partial(_set_trainable, node=name, on=trainable))(design)
    return design


def starting_from(design: Design, weights: str, freeze: Iterable[str] = ()) -> Design:
    """The design whose training starts from a run or file (empty: anew), some nodes frozen."""
    recipe = {name: value for name, value in design.recipe.items() if name != "initial_weights"}
    chosen = {"initial_weights": weights} if weights else {}
    return frozen(edits.set_recipe(design, {**recipe, **chosen}), freeze)


def _set_trainable(design: Design, node: str, on: bool) -> Design:
    return edits.set_params(design, node, trainable=on)
