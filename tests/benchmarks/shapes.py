"""How long the editor works on one edit of a large design: shapes, counts and problems."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from core.project.facts import data_facts
from tests.benchmarks.figure import Figure, in_turn
from tests.designs import DIGITS, classifier

NODES = 200
BUDGET = 20.0
ROUNDS = 15


def large_design() -> Design:
    """A chain whose first layer decides every shape behind it, ``NODES`` nodes in all."""
    middle: tuple[tuple[str, dict[str, Any]], ...] = (("LayerNorm", {}), ("Activation", {}))
    layers = (("Dense", {"units": 32}), *middle * ((NODES - 6) // 2), ("Dense", {"units": 10}))
    design = classifier(DIGITS, ("Flatten", {}), *layers, x="image")
    assert len(design.nodes) == NODES
    return design


def measure() -> dict[str, Figure]:
    """``first_node`` changes every shape behind it, ``last_node`` and ``move`` hardly any."""
    design = large_design()
    facts = data_facts(design, Path())
    found = analyse(design, facts)
    assert not found.problems
    last = list(design.nodes)[-2]
    numbers = count(33)

    def first_node() -> None:
        analyse(edits.set_params(design, "dense", units=next(numbers)), facts, found)

    def last_node() -> None:
        analyse(edits.set_params(design, last, units=next(numbers)), facts, found)

    def move() -> None:
        analyse(edits.move(design, {"dense": (float(next(numbers)), 0.0)}), facts, found)

    works = (first_node, last_node, move)
    taken = in_turn(ROUNDS, *works)
    return {
        work.__name__: Figure(1000 * time, "ms", "lower", budget=BUDGET)
        for work, time in zip(works, taken, strict=True)
    }
