"""A loss that is given probabilities for logits says so, and its fix mends that."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.design import edits
from core.design.analysis import Analysis, analyse
from core.design.document import Design, End
from core.design.problems import WARNING, Problem
from core.project.facts import data_facts
from tests.designs import add, chain, iris_mlp, wire
from tests.grouped import grouped

EXPECTED = "logits expected"


def analysed(design: Design, previous: Analysis | None = None) -> Analysis:
    return analyse(design, data_facts(design, Path()), previous)


def told(design: Design) -> list[Problem]:
    return [p for p in analysed(design).problems if EXPECTED in p.message]


def squashed(function: str = "softmax") -> Design:
    """A classifier whose last layer is followed by an activation."""
    design = add(iris_mlp(), "Activation", "last", function=function)
    return wire(design, "dense_2 -> last", "last -> loss.logits")


@pytest.mark.parametrize("function", ["softmax", "sigmoid"])
def test_is_told_with_a_fix(function: str) -> None:
    (problem,) = told(squashed(function))
    assert problem.severity == WARNING
    assert problem.node == "loss"
    assert problem.message == f"loss: logits expected, but last is a {function}"
    assert "Take last away" in problem.remedy
    assert problem.fix is not None
    assert problem.fix.label == "Remove last"
    mended = problem.fix.edit(squashed(function))
    assert "last" not in mended.nodes
    assert mended.wires[End("loss", "logits")] == End("dense_2", "output")
    assert analysed(mended).problems == ()


@pytest.mark.parametrize("function", ["relu", "tanh"])
def test_other_activations_are_let_be(function: str) -> None:
    assert told(squashed(function)) == []


def test_muting_the_activation_mends_it_too() -> None:
    assert told(edits.mute(squashed(), ["last"])) == []


def test_is_seen_through_a_dot() -> None:
    design = add(squashed(), "Reroute", "dot")
    design = wire(design, "last -> dot", "dot -> loss.logits")
    (problem,) = told(design)
    assert problem.fix is not None
    mended = problem.fix.edit(design)
    assert mended.wires[End("dot", "input")] == End("dense_2", "output")
    assert told(mended) == []


def test_an_activation_that_others_read_stays() -> None:
    design = add(squashed(), "Minimize", "small")
    design = wire(design, "last -> small.value")
    (problem,) = told(design)
    assert problem.fix is not None
    assert problem.fix.label == "Wire past last"
    mended = problem.fix.edit(design)
    assert mended.wires[End("small", "value")] == End("last", "output")
    assert mended.wires[End("loss", "logits")] == End("dense_2", "output")
    assert told(mended) == []


def test_is_told_as_soon_as_a_parameter_makes_it_so() -> None:
    before = analysed(squashed("relu"))
    after = analysed(edits.set_params(before.design, "last", function="softmax"), before)
    assert [EXPECTED in p.message for p in after.problems] == [True]
    again = analysed(edits.set_params(after.design, "last", function="relu"), after)
    assert again.problems == ()


def test_a_divergence_that_is_told_of_probabilities_takes_them() -> None:
    design = add(edits.remove(squashed(), ["loss", "target"]), "KLDivergence", "kl")
    design = wire(design, "last -> kl.prediction", "last -> kl.target")
    (problem,) = told(design)
    assert "kl: logits expected" in problem.message
    before = analysed(design)
    right = edits.set_params(design, "kl", prediction_as="probabilities")
    assert not [p for p in analysed(right, before).problems if EXPECTED in p.message]


def test_what_no_fix_can_reach_is_told_without_one() -> None:
    """The activation stands in a group, which may be used elsewhere."""
    design = grouped(squashed(), "last", title="head")
    (problem,) = told(design)
    assert "head/last is a softmax" in problem.message
    assert problem.fix is None


def test_a_circle_before_the_loss_is_no_trouble() -> None:
    design = chain(add(squashed(), "Reroute", "dot"), "dot", "dot")
    assert told(wire(design, "dot -> loss.logits")) == []
