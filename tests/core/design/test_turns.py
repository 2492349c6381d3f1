"""What losses and stages train: unknown names, nothing to train, and names that follow renaming."""

from __future__ import annotations

from typing import Any

import pytest

from core.compile.plan import make_plan
from core.design import edits
from core.design.analysis import Analysis, analyse
from core.design.document import Design
from core.design.grouping import make_group
from core.design.levels import at_level
from core.design.naming import called, follow
from core.design.problems import ERROR, WARNING, Problem
from tests.adversarial import gan
from tests.designs import iris_mlp
from tests.grouped import mlp_with_block


def with_stages(design: Design, *stages: dict[str, Any]) -> Design:
    return edits.set_recipe(design, {**design.recipe, "stages": list(stages)})


def with_trains(design: Design, *names: str) -> Design:
    return edits.set_params(design, "loss", trains=names)


def only_problem(design: Design) -> Problem:
    (problem,) = analyse(design).problems
    return problem


def mended(design: Design) -> Design:
    fix = only_problem(design).fix
    assert fix is not None
    return fix.edit(design)


def test_sound_games_and_stages_have_no_problem() -> None:
    assert analyse(gan(averages=True, noise=True)).problems == ()
    sides = [{"trains": ["generator"]}, {"losses": ["discriminator_loss"], "trains": ["again"]}]
    assert analyse(with_stages(gan(), *sides)).problems == ()


def test_a_loss_that_trains_what_is_not_there() -> None:
    design = with_trains(iris_mlp(), "dens_2", "dense")
    problem = only_problem(design)
    assert (problem.severity, problem.node, problem.only_training) == (ERROR, "loss", True)
    assert problem.message == "loss trains 'dens_2', but nothing is called that"
    assert problem.remedy == "Did you mean dense_2?"
    assert analyse(mended(design)).problems == ()
    assert mended(design).nodes["loss"].params["trains"] == ("dense_2", "dense")


def test_what_is_like_nothing_is_left_out() -> None:
    design = with_trains(iris_mlp(), "critic", "dense")
    assert mended(design).nodes["loss"].params["trains"] == ("dense",)


def test_what_stands_in_a_group_is_found_there() -> None:
    design = with_trains(mlp_with_block(), "dense_2")
    assert only_problem(design).remedy == "Did you mean block/dense_2?"
    assert mended(design).nodes["loss"].params["trains"] == ("block/dense_2",)


@pytest.mark.parametrize(
    ("stage", "message", "after"),
    [
        (
            {"trains": ["dense_3"]},
            "stage 2 names dense_3, which is no node or group with weights of the design",
            "trains",
        ),
        (
            {"name": "probe", "losses": ["dense"]},
            "stage 2 (probe) names dense, which is no loss of the design",
            "losses",
        ),
    ],
)
def test_a_stage_that_names_what_is_not_there(
    stage: dict[str, Any], message: str, after: str
) -> None:
    design = with_stages(with_trains(iris_mlp(), "dense"), {"epochs": 1}, {"epochs": 1, **stage})
    problem = only_problem(design)
    assert problem.message == f"recipe: {message}"
    assert problem.severity == ERROR
    healed = mended(design)
    assert analyse(healed).errors == ()
    assert healed.nodes["loss"].params["trains"] == ("dense",), "that is another list"
    assert healed.recipe["stages"][1].get(after) in ([], ["dense"], ["dense_2"])


@pytest.mark.parametrize("names", [("loss",), ("activation",), ("input", "target")])
def test_a_loss_that_trains_nothing_is_doubtful(names: tuple[str, ...]) -> None:
    problem = only_problem(with_trains(iris_mlp(), *names))
    assert (problem.severity, problem.node) == (WARNING, "loss")
    assert "loss trains nothing" in problem.message


def test_training_what_does_not_lead_to_the_loss_trains_nothing() -> None:
    game = edits.set_params(gan(), "generator_loss", trains=("real",))
    assert [p.severity for p in analyse(game).problems] == [WARNING]
    apart = with_stages(gan(), {"losses": ["generator_loss"], "trains": ["discriminator"]})
    assert only_problem(apart).message == "recipe: stage 1 trains nothing"


def test_frozen_and_muted_nodes_are_not_trained() -> None:
    design = with_trains(iris_mlp(), "dense")
    frozen = edits.set_params(design, "dense", trainable=False)
    assert "trains nothing" in only_problem(frozen).message
    muted = edits.mute(design, ["activation"])
    assert analyse(muted).problems == ()
    game = edits.mute(with_trains(iris_mlp(), "activation", "dense"), ["activation"])
    assert analyse(game).problems == ()
    assert make_plan(analyse(game)).places["activation"] == frozenset()


def test_shared_weights_are_trained_by_any_of_their_uses() -> None:
    game = edits.set_params(gan(), "discriminator_loss", trains=("again",))
    assert analyse(game).problems == ()


def renamed(design: Design, node: str, name: str, *path: str) -> Design:
    return follow(design, at_level(path, lambda d: edits.rename(d, node, name))(design))


def test_a_new_name_is_known_wherever_the_old_one_was() -> None:
    stage = {"epochs": 2, "trains": ["generator", "discriminator"], "losses": ["generator_loss"]}
    design = with_stages(gan(), {"epochs": 1}, stage)
    after = renamed(renamed(design, "generator", "forger"), "generator_loss", "fooling")
    assert after.nodes["generator_loss"].params["trains"] == ("forger",)
    assert after.nodes["discriminator_loss"].params["trains"] == ("discriminator",)
    expected = {"epochs": 2, "trains": ["forger", "discriminator"], "losses": ["fooling"]}
    assert after.recipe["stages"] == [{"epochs": 1}, expected]
    assert analyse(after).problems == ()


def test_names_that_are_exchanged_stay_apart() -> None:
    design = with_trains(iris_mlp(), "dense")
    other = edits.rename(edits.rename(design, "dense", "dense_2"), "dense_2", "dense")
    assert follow(design, other).nodes["loss"].params["trains"] == ("dense_2",)


def test_names_within_groups_follow() -> None:
    design = with_trains(mlp_with_block(), "block/dense", "dense_3")
    inner = renamed(design, "dense", "hidden", "block")
    assert inner.nodes["loss"].params["trains"] == ("block/hidden", "dense_3")
    outer = renamed(inner, "block", "body")
    assert outer.nodes["loss"].params["trains"] == ("body/hidden", "dense_3")


def test_what_goes_into_a_group_is_found_there() -> None:
    design = with_trains(iris_mlp(), "dense", "dense_2")
    after = follow(design, make_group(design, ("dense", "activation"), "body")[0])
    assert after.nodes["loss"].params["trains"] == ("body/dense", "dense_2")
    assert analyse(after).problems == ()


def test_designs_without_such_names_are_left_as_they_are() -> None:
    design = iris_mlp()
    after = edits.rename(design, "dense", "hidden")
    assert follow(design, after) is after
    assert called(design) == frozenset()
    odd = edits.set_recipe(design, {"stages": "none"})
    assert called(edits.set_params(odd, "loss", trains=3)) == frozenset()


def test_problems_are_the_same_after_any_edit_as_from_scratch() -> None:
    """The analysis is kept up to date from edit to edit."""
    design = with_trains(iris_mlp(), "dense")
    known: Analysis | None = None
    for edit in (
        lambda d: d,
        lambda d: edits.set_params(d, "dense", trainable=False),
        lambda d: edits.set_params(d, "dense", trainable=True),
        lambda d: edits.rename(d, "dense", "other"),
        lambda d: with_stages(d, {"trains": ["lost"]}),
    ):
        design = edit(design)
        known = analyse(design, None, known)
        assert known.problems == analyse(design).problems
