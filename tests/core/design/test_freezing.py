"""Frozen nodes and groups: which, what that makes of their insides, and what is still trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.compile.plan import make_plan
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from core.design.expanding import expand
from core.design.freezing import freeze, is_frozen, may_freeze
from core.project.facts import data_facts
from core.project.file import save
from core.project.project import load
from tests.designs import add, iris_mlp, noisy_mlp
from tests.grouped import grouped, mlp_with_block, use_again


def frozen_attributes(design: Design) -> set[str]:
    """The layers of the network that training leaves as they are."""
    plan = make_plan(analyse(design, data_facts(design, Path())))
    return {name for name, learning in plan.learning.items() if not learning.trainable}


def test_blocks_with_weights_may_be_frozen() -> None:
    design = noisy_mlp()
    able = {i for i in design.nodes if may_freeze(design, i)}
    assert able == {"dense", "batchnorm", "dense_2"}
    assert not may_freeze(edits.set_params(design, "input", shape=(4,)), "input")


def test_others_are_passed_over() -> None:
    design = freeze(noisy_mlp(), ["dense", "activation", "input"])
    assert {i for i, n in design.nodes.items() if is_frozen(n)} == {"dense"}
    assert "trainable" not in design.nodes["activation"].params
    again = freeze(design, ["dense"], frozen=False)
    assert not is_frozen(again.nodes["dense"])


def test_trainable_parameters_leave_frozen_ones_out() -> None:
    plain, design = analyse(iris_mlp(8)), analyse(freeze(iris_mlp(8), ["dense"]))
    assert plain.trainable_parameters == plain.parameters == design.parameters == 67
    assert design.trainable_parameters == 27


def test_a_wholly_frozen_design_is_told_of() -> None:
    design = iris_mlp()
    first = analyse(design)
    frozen = freeze(design, ["dense", "dense_2"])
    for analysis in (analyse(frozen), analyse(frozen, previous=first)):
        (problem,) = [p for p in analysis.problems if p.message == "nothing is trained"]
        assert "unfreeze" in problem.remedy
    back = analyse(design, previous=analyse(frozen))
    assert not [p for p in back.problems if p.message == "nothing is trained"]


def test_a_frozen_group_freezes_all_that_it_holds() -> None:
    design = mlp_with_block()
    assert frozen_attributes(design) == set()
    frozen = freeze(design, ["block"])
    assert frozen_attributes(frozen) == {"block_dense", "block_dense_2"}
    assert frozen.groups == design.groups, "other uses are not concerned"


def test_a_frozen_group_freezes_groups_within() -> None:
    design = grouped(mlp_with_block(), "block", title="outer")
    assert frozen_attributes(freeze(design, ["outer"])) == {
        "outer_block_dense",
        "outer_block_dense_2",
    }


def test_expanding_a_frozen_group_leaves_its_nodes_frozen() -> None:
    design = expand(freeze(mlp_with_block(), ["block"]), "block")
    named = {n.name for n in design.nodes.values() if is_frozen(n)}
    assert named == {"dense", "dense_2"}


@pytest.mark.parametrize("chosen", ["block", "again"])
def test_uses_that_share_weights_are_frozen_together(chosen: str) -> None:
    design = use_again(mlp_with_block(), "again", weights_of="block")
    design = use_again(design, "other")
    frozen = freeze(design, [chosen])
    assert {i for i, n in frozen.nodes.items() if is_frozen(n)} == {"block", "again"}
    assert not any(is_frozen(n) for n in freeze(frozen, [chosen], False).nodes.values())


def test_an_embedding_and_what_uses_its_table_are_frozen_together() -> None:
    design = add(add(Design(), "Embedding", "table"), "Unembedding", "words", weights_of="table")
    frozen = freeze(design, ["words"])
    assert {i for i, n in frozen.nodes.items() if is_frozen(n)} == {"table", "words"}


def test_freezing_is_saved(tmp_path: Path) -> None:
    design = freeze(mlp_with_block(), ["block", "dense_3"])
    save(design, tmp_path / "frozen.loom")
    read = load(tmp_path / "frozen.loom").design
    assert {i for i, n in read.nodes.items() if is_frozen(n)} == {"block", "dense_3"}
    assert not analyse(read).errors
