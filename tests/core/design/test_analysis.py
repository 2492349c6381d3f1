"""Shapes of whole designs, from scratch and from edit to edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.source import sources
from core.design import edits
from core.design.analysis import Analysis, DataFacts, analyse
from core.design.document import Design, End
from core.design.levels import at_level
from core.project.facts import data_facts
from core.tensor import Tensor
from tests.designs import digits_cnn, iris_mlp, noisy_mlp, wire
from tests.grouped import nested_designs, transformer
from tests.strategies import designs, edits_of

IRIS_FACTS = DataFacts(
    {"features": Tensor((None, 4)), "label": Tensor((None,), "int32", 3)}, ("features",), ("label",)
)


def analysed(design: Design) -> Analysis:
    return analyse(design, data_facts(design, Path()))


@pytest.mark.parametrize("design", [iris_mlp(), noisy_mlp(), digits_cnn()])
def test_a_good_design_has_no_problems(design: Design) -> None:
    assert analysed(design).problems == ()


def test_shapes_counts_and_operations() -> None:
    found = analysed(iris_mlp(8))
    assert found.nodes["dense"].outputs == {"output": Tensor((None, 8))}
    assert found.parameters == (4 * 8 + 8) + (8 * 3 + 3)
    assert found.nodes["dense"].flops == 8 * (2 * 4 + 1)
    assert found.flops == sum(r.flops for r in found.nodes.values())
    assert found.nodes["loss"].inputs["target"].classes == 3
    assert [r.node.id for r in found.by_role("input")] == ["input"]
    assert found.outputs()[End("dense_2", "output")] == Tensor((None, 3))


def test_what_hangs_behind_a_circle_is_not_computed_but_the_rest_is() -> None:
    found = analysed(wire(iris_mlp(), "activation -> dense"))
    assert found.order == ("input", "target")
    assert found.nodes["loss"].outputs == {}


def test_facts_of_every_built_in_source_can_be_had() -> None:
    for kind, source in sources().items():
        design = Design(data={"source": {"kind": kind}, "split": {}})
        facts = data_facts(design, Path())
        assert facts is not None
        wants_file = any(p.kind in ("path", "folder") for p in source.params())
        assert bool(facts.fault) == wants_file, kind
    assert data_facts(Design(), Path()) is None


def same(left: Analysis, right: Analysis) -> None:
    assert left.order == right.order
    assert left.sources == right.sources
    assert left.problems == right.problems
    assert left.nodes == right.nodes
    assert list(left.nodes) == list(right.nodes)


@settings(max_examples=150)
@given(st.data())
def test_from_edit_to_edit_is_the_same_as_from_scratch(data: st.DataObject) -> None:
    facts = data.draw(st.sampled_from([None, IRIS_FACTS]))
    design = data.draw(designs())
    found = analyse(design, facts)
    for _ in range(5):
        _, edit = data.draw(edits_of(design))
        design = edit(design)
        found = analyse(design, facts, found)
        same(found, analyse(design, facts))


@settings(max_examples=60)
@given(st.data())
def test_edits_around_and_inside_of_groups_that_compute_are_followed(data: st.DataObject) -> None:
    design = data.draw(nested_designs())
    found = analyse(design)
    for _ in range(4):
        _, edit = data.draw(edits_of(design))
        design = edit(design)
        found = analyse(design, previous=found)
        same(found, analyse(design))


def test_an_edit_inside_of_a_group_redoes_only_what_depends_on_it() -> None:
    design = transformer(8, 2, 16, 3)
    before = analyse(design)
    edit = at_level(("block",), lambda d: edits.set_params(d, "dense_2", units=24))
    after = analyse(edit(design), previous=before)
    redone = {i for i in after.nodes if after.nodes[i] is not before.nodes[i]}
    starts = ("block/", "block~2/", "block~3/")
    assert redone == {f"{s}{n}" for s in starts for n in ("dense_2", "activation", "dense_3")}


def test_other_facts_are_looked_at_anew() -> None:
    design = iris_mlp()
    other = DataFacts({**IRIS_FACTS.columns, "features": Tensor((None, 7))})
    found = analyse(design, other, analyse(design, IRIS_FACTS))
    same(found, analyse(design, other))
    assert found.errors


def test_an_edit_redoes_only_what_depends_on_it() -> None:
    design = iris_mlp()
    before = analyse(design, IRIS_FACTS)
    after = analyse(edits.set_params(design, "dense_2", units=4), IRIS_FACTS, before)
    redone = [i for i in design.nodes if after.nodes[i] is not before.nodes[i]]
    assert redone == ["dense_2", "loss"]
    moved = analyse(edits.move(design, {"dense": (5, 5)}), IRIS_FACTS, before)
    assert all(moved.nodes[i] is before.nodes[i] for i in design.nodes)
