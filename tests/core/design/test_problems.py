"""Every problem is named with its remedy, its fix mends it, and bad wires are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import load
from core.design import edits
from core.design.analysis import Analysis, analyse
from core.design.document import Design, End, Node
from core.design.order import in_circles
from core.design.problems import ERROR, WARNING, Problem, refusal
from core.project.facts import data_facts
from core.project.gallery import examples
from tests.designs import add, chain, iris_mlp, recipe, wire
from tests.strategies import designs


def analysed(design: Design) -> Analysis:
    return analyse(design, data_facts(design, Path()))


def only(design: Design, part: str) -> Problem:
    """The one problem whose message has ``part`` in it."""
    found = [p for p in analysed(design).problems if part in p.message]
    assert len(found) == 1, [p.message for p in analysed(design).problems]
    return found[0]


def mended(design: Design, part: str) -> Design:
    """The design after the problem's fix, which must be gone then."""
    problem = only(design, part)
    assert problem.fix is not None
    assert problem.fix.label
    after = problem.fix.edit(design)
    assert all(part not in p.message for p in analysed(after).problems)
    return after


# What is wrong: how to break a good design, what the message says, at which node, and how bad.
def scheduled(kind: str, **values: Any) -> dict[str, Any]:
    """A recipe of 20 epochs with a schedule."""
    return {"epochs": 20, "schedule": {"kind": kind, **values}}


def unwatched(design: Design, recipe: dict[str, Any]) -> Design:
    """The design with a recipe, and with no rows for validation."""
    assert design.data is not None
    split = {"train": 0.8, "validation": 0.0, "test": 0.2}
    return edits.set_recipe(edits.set_data(design, {**design.data, "split": split}), recipe)


BROKEN: dict[str, tuple[Any, str, str | None, str]] = {
    "unconnected": (
        lambda d: edits.disconnect(d, End("dense_2", "input")),
        "dense_2: Input is not connected",
        "dense_2",
        ERROR,
    ),
    "wrong rank": (
        lambda d: wire(d, "target -> dense"),
        "dense: Input takes float32",
        "dense",
        ERROR,
    ),
    "wrong shape": (
        lambda d: edits.set_params(d, "dense_2", units=2),
        "loss: the target has 3 classes, but there are 2 logits",
        "loss",
        ERROR,
    ),
    "circle": (
        lambda d: wire(d, "dense_2 -> dense"),
        "in a circle: dense, activation, dense_2",
        "dense",
        ERROR,
    ),
    "self loop": (lambda d: wire(d, "dense -> dense"), "in a circle: dense", "dense", ERROR),
    "no loss": (lambda d: edits.remove(d, ["loss"]), "there is no loss", None, ERROR),
    "no data": (lambda d: edits.set_data(d, None), "no data is chosen", None, ERROR),
    "unknown source": (
        lambda d: edits.set_data(d, {"source": {"kind": "mnist"}, "split": {}}),
        "data: There is no data source called 'mnist'",
        None,
        ERROR,
    ),
    "data that is no object": (
        lambda d: edits.set_data(d, {"source": 3}),
        "data: source must be an object",
        None,
        ERROR,
    ),
    "no column chosen": (
        lambda d: edits.set_params(d, "input", column=""),
        "input: no column is chosen",
        "input",
        ERROR,
    ),
    "missing column": (
        lambda d: edits.set_params(d, "input", column="petals"),
        "input: the data has no column 'petals'",
        "input",
        ERROR,
    ),
    "another shape than the data": (
        lambda d: edits.set_params(d, "input", shape=(5,)),
        "input: column 'features' has [B, 4], but the node says [B, 5]",
        "input",
        ERROR,
    ),
    "fewer classes than the data": (
        lambda d: edits.set_params(d, "target", classes=2),
        "target: column 'label' has 3 different ids, but the node says 2",
        "target",
        ERROR,
    ),
    "number of classes unknown": (
        lambda d: edits.set_params(d, "target", classes=0),
        "target: column 'label' has 3 different ids",
        "target",
        ERROR,
    ),
    "duplicate name": (
        lambda d: edits.rename(d, "dense_2", "dense"),
        "two nodes are called dense",
        "dense_2",
        ERROR,
    ),
    "no name": (lambda d: edits.rename(d, "dense", " "), "has no name", "dense", ERROR),
    "dead branch": (
        lambda d: chain(add(d, "Dense", "side"), "input", "side"),
        "side leads to no loss",
        "side",
        WARNING,
    ),
    "unknown block": (
        lambda d: edits.add_node(d, Node("w", "w", "Wormhole"), (0, 0)),
        "w: unknown block 'Wormhole'",
        "w",
        ERROR,
    ),
    "out of range": (
        lambda d: edits.set_params(d, "dense", units=0),
        "dense: Units must be at least 1, not 0",
        "dense",
        ERROR,
    ),
    "a parameter that is not there": (
        lambda d: edits.set_params(d, "dense", neurons=3),
        "dense: Dense has no parameter 'neurons'",
        "dense",
        ERROR,
    ),
    "a wire to no input": (
        lambda d: wire(d, "input -> dense.mask"),
        "dense has no input 'mask'",
        "dense",
        ERROR,
    ),
    "a wire from no output": (
        lambda d: edits.connect(d, End("input", "mask"), End("dense_2", "input")),
        "input has no output 'mask'",
        "input",
        ERROR,
    ),
    "recipe": (
        lambda d: edits.set_recipe(d, recipe(epochs=0)),
        "recipe: Epochs must be at least 1, not 0",
        None,
        ERROR,
    ),
    "unknown optimizer": (
        lambda d: edits.set_recipe(d, recipe(optimizer="Tiger")),
        "recipe: optimizer must be one of",
        None,
        ERROR,
    ),
    "optimizer of a wrong form": (
        lambda d: edits.set_recipe(d, {"optimizer": {"kind": ["Adam"]}}),
        "recipe: optimizer must be one of",
        None,
        ERROR,
    ),
    "learning rate 0": (
        lambda d: edits.set_recipe(d, recipe(learning_rate=0.0)),
        "recipe: the learning rate is 0",
        None,
        WARNING,
    ),
    "warm-up longer than the training": (
        lambda d: edits.set_recipe(d, scheduled("Cosine", warmup_epochs=20.0)),
        "recipe: the warm-up takes 20 epochs, and the training has 20",
        None,
        WARNING,
    ),
    "warm-up longer than a stage": (
        lambda d: edits.set_recipe(
            d,
            {**scheduled("Cosine", warmup_epochs=3.0), "stages": [{"epochs": 9}, {"epochs": 2}]},
        ),
        "recipe: the warm-up takes 3 epochs, and the shortest stage has 2",
        None,
        WARNING,
    ),
    "a stage with a loss that is not there": (
        lambda d: edits.set_recipe(d, {"stages": [{"epochs": 2}, {"name": "B", "losses": ["x"]}]}),
        "recipe: stage 2 (B) names x, which is no loss of the design",
        None,
        ERROR,
    ),
    "a stage that trains what has no weights": (
        lambda d: edits.set_recipe(d, {"stages": [{"trains": ["dense", "activation"]}]}),
        "recipe: stage 1 names activation, which is no node or group with weights",
        None,
        ERROR,
    ),
    "drops that do not rise": (
        lambda d: edits.set_recipe(d, scheduled("Step", drop_epochs=[9, 3, 3])),
        "recipe: the epochs of the drops do not rise: 9, 3, 3",
        None,
        WARNING,
    ),
    "a drop after the end": (
        lambda d: edits.set_recipe(d, scheduled("Step", drop_epochs=[3, 20, 30])),
        "recipe: the rate drops after epoch 20, and the training has 20",
        None,
        WARNING,
    ),
    "a plateau that nothing watches": (
        lambda d: unwatched(d, scheduled("Plateau")),
        "recipe: the schedule waits for the validation loss",
        None,
        WARNING,
    ),
    "early stopping that nothing watches": (
        lambda d: unwatched(d, {**scheduled("Constant"), "patience": 3}),
        "recipe: early stopping waits for the validation loss",
        None,
        WARNING,
    ),
    "Rprop on mini-batches": (
        lambda d: edits.set_recipe(d, recipe(optimizer="Rprop")),
        "recipe: Rprop takes the signs of gradients",
        None,
        WARNING,
    ),
    "nothing trained": (
        lambda d: edits.remove(wire(d, "input -> loss.logits"), ["dense", "activation", "dense_2"]),
        "nothing is trained",
        None,
        WARNING,
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_problem_is_named_with_its_remedy(case: str) -> None:
    breaking, message, node, severity = BROKEN[case]
    problem = only(breaking(iris_mlp()), message)
    assert (problem.node, problem.severity) == (node, severity)
    assert problem.remedy


def test_an_empty_design_says_what_to_do_first() -> None:
    assert only(Design(), "the design is empty").remedy


@pytest.mark.parametrize(
    "case",
    [
        *("no column chosen", "missing column", "another shape than the data"),
        *("fewer classes than the data", "number of classes unknown", "duplicate name"),
        *("dead branch", "a wire to no input", "a wire from no output"),
        *("drops that do not rise", "Rprop on mini-batches"),
    ],
)
def test_a_fix_takes_its_problem_away(case: str) -> None:
    breaking, message, _, _ = BROKEN[case]
    mended(breaking(iris_mlp()), message)


def test_fixing_everything_that_can_be_fixed_makes_the_design_good_again() -> None:
    design = edits.set_params(iris_mlp(), "input", column="", shape=(9,))
    design = edits.set_params(design, "target", classes=0, dtype="float32")
    design = edits.rename(wire(design, "input -> dense.mask"), "activation", "dense")
    for _ in range(10):
        fixes = [p.fix for p in analysed(design).problems if p.fix]
        if not fixes:
            break
        design = fixes[0].edit(design)
    assert analysed(design).problems == ()


def test_the_circle_names_only_the_nodes_that_are_in_it() -> None:
    design = wire(iris_mlp(), "activation -> dense")
    assert only(design, "in a circle").message.endswith("circle: dense, activation")


def test_problems_of_nodes_come_in_the_order_of_the_design() -> None:
    design = edits.remove(iris_mlp(), wires=list(iris_mlp().wires))
    nodes = [p.node for p in analysed(design).problems if "not connected" in p.message]
    assert nodes == ["dense", "activation", "dense_2", "loss", "loss"]


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("dense.output", "dense.input", "cannot feed itself"),
        ("dense_2.output", "dense.input", "circle"),
        ("target.output", "dense_2.input", "takes float32"),
        ("loss.loss", "extra.input", "not [B]"),
        ("input.output", "dense_2.mask", "no input 'mask'"),
        ("input.mask", "dense_2.input", "no output 'mask'"),
        ("input.output", "dense_2.input", None),
        ("dense.output", "extra.input", None),
        ("w.anything", "dense_2.input", None),
        ("extra.output", "w.anything", None),
    ],
)
def test_wires_that_can_never_be_right_are_refused(
    source: str, target: str, why: str | None
) -> None:
    design = edits.add_node(add(iris_mlp(), "Dense", "extra"), Node("w", "w", "Wormhole"), (0, 0))
    design = wire(design, "extra -> w.first")
    ends = (End(*text.split(".")) for text in (source, target))
    found = refusal(design, analysed(design).outputs(), *ends)
    assert found is None if why is None else why in (found or "")


@given(st.data())
def test_a_wire_that_is_not_refused_makes_no_circle(data: st.DataObject) -> None:
    design = data.draw(designs().filter(lambda d: d.nodes))
    before = analyse(design)
    source, target = (data.draw(st.sampled_from(list(design.nodes))) for _ in range(2))
    ends = End(source, "output"), End(target, "input")
    why = refusal(design, before.outputs(), *ends)
    circles = in_circles(design.nodes, edits.connect(design, *ends).sources)
    if why is None:
        assert set(circles) <= set(in_circles(design.nodes, design.sources))
    elif "circle" in why or "itself" in why:
        assert target in circles


def playing() -> Design:
    return load(examples()["cart_pole"]).design


def test_an_environment_needs_something_that_acts() -> None:
    assert analysed(playing()).problems == ()
    policy = playing().named("policy")
    assert policy is not None
    problem = only(edits.remove(playing(), [policy.id]), "nothing in the design acts")
    assert (problem.severity, problem.only_training) == (ERROR, True)
    assert "Policy gradient" in problem.remedy


def test_an_input_cannot_see_what_comes_after_the_action() -> None:
    state = playing().named("state")
    assert state is not None
    design = edits.set_params(playing(), state.id, column="return", shape=(1,))
    problem = only(design, "known only after an action")
    assert (problem.node, problem.severity) == (state.id, ERROR)
