"""Groups in project files: what version 2 looks like, and what version 1 meant by the word."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.design.analysis import analyse
from core.design.document import Design, Exposed, Frame
from core.design.exposing import with_group
from core.design.nesting import self_holding
from core.project.facts import data_facts
from core.project.file import from_text, load, to_text
from core.project.gallery import examples
from core.project.migrate import FORMAT_VERSION
from tests.designs import iris_mlp
from tests.grouped import group, grouped, messages, mlp_with_block

GOLDEN = Path(__file__).with_name("group_used_twice.loom")


def test_a_file_of_version_2_reads_as_it_was_written_and_writes_the_same() -> None:
    design = load(GOLDEN)
    assert to_text(design) == GOLDEN.read_text("utf-8")
    found = analyse(design, data_facts(design, GOLDEN.parent))
    assert found.problems == ()
    assert found.parameters == 3 * (4 * 4 + 4) + (4 * 3 + 3)
    assert design.nodes["drop"].muted
    hidden = group(design, "hidden")
    assert hidden.exposed == (Exposed("units", (("dense", "units"),)),)
    assert [f.color for f in hidden.frames.values()] == ["blue"]
    assert [n.text for n in hidden.notes.values()] == ["Entered from again too"]
    assert hidden.position("output") == (720.0, 0.0)


def version_1(**changes: Any) -> dict[str, Any]:
    content = json.loads(to_text(iris_mlp())) | {"layerloom": 1}
    return content | changes


def test_what_version_1_called_groups_are_frames() -> None:
    old = [{"id": "g1", "name": "Hidden part", "nodes": ["dense", "activation"]}]
    design = from_text(json.dumps(version_1(groups=old)), "old.loom")
    assert design.groups == {}
    assert design.frames == {"g1": Frame("g1", "Hidden part", ("dense", "activation"))}
    assert replace(design, frames={}) == iris_mlp()
    saved = json.loads(to_text(design))
    assert (saved["layerloom"], saved["groups"]) == (FORMAT_VERSION, [])
    assert saved["view"]["frames"] == old


@pytest.mark.parametrize("groups", [None, [], [{"id": "g1", "name": "empty", "nodes": []}]])
def test_a_file_of_version_1_without_frames_opens_too(groups: list[Any] | None) -> None:
    content = version_1(groups=groups)
    if groups is None:
        del content["groups"]
    design = from_text(json.dumps(content), "old.loom")
    assert (design.nodes, design.groups) == (iris_mlp().nodes, {})


def test_what_nobody_knows_of_a_groups_view_is_kept() -> None:
    design = mlp_with_block()
    old = group(design)
    design = with_group(design, replace(old, view={**old.view, "zoom": 1.5, "lens": {"a": [1]}}))
    assert from_text(to_text(design), "here") == design


def test_a_group_that_holds_itself_is_opened_and_told_of() -> None:
    content = json.loads(to_text(grouped(mlp_with_block(), "block", title="outer")))
    inner, outer = content["groups"]
    inner["nodes"].append(
        {"id": "x", "name": "x", "block": "Group", "params": {"group": outer["id"]}}
    )
    design = from_text(json.dumps(content), "here")
    assert set(self_holding(design)) == {inner["id"], outer["id"]}
    assert "outer/block/x: the group outer holds itself" in messages(analyse(design))
    assert from_text(to_text(design), "here") == design


def test_groups_nested_beyond_reason_are_opened() -> None:
    groups = [
        {
            "id": f"g{k}",
            "name": "G",
            "nodes": [
                {"id": "n1", "name": "n", "block": "Group", "params": {"group": f"g{k + 1}"}}
            ],
            "exposed": [{"name": "x", "sets": ["n1.x"]}],
        }
        for k in range(400)
    ]
    top = [{"id": "n1", "name": "top", "block": "Group", "params": {"group": "g0", "x": 3}}]
    content = {"layerloom": 2, "name": "deep", "nodes": top, "groups": groups}
    design = from_text(json.dumps(content), "deep")
    assert [m for m in messages(analyse(design)) if "more than 64 levels" in m]
    assert len(analyse(design).problems) < 10


@pytest.mark.parametrize("path", examples().values(), ids=lambda path: path.stem)
def test_the_examples_are_in_the_present_format(path: Path) -> None:
    assert to_text(load(path)) == path.read_text("utf-8")
    assert isinstance(load(path), Design)
