"""What a training starts from, and which nodes it leaves as they are. No JAX."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from core.design import edits, freezing
from core.design.document import Design
from core.design.flat import place_of
from core.design.levels import at_level, level


def frozen(design: Design, nodes: Iterable[str]) -> Design:
    """The design with these unfolded nodes frozen; others have no weights."""
    for key in nodes:
        path, name = place_of(key)
        if name in level(design, path).nodes:
            design = at_level(path, partial(freezing.freeze, nodes=(name,)))(design)
    return design


def starting_from(design: Design, weights: str, freeze: Iterable[str] = ()) -> Design:
    """The design whose training starts from a run or file (empty: anew), some nodes frozen."""
    recipe = {name: value for name, value in design.recipe.items() if name != "initial_weights"}
    chosen = {"initial_weights": weights} if weights else {}
    return frozen(edits.set_recipe(design, {**recipe, **chosen}), freeze)
