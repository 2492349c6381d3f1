"""Inputs for one form of data are offered the columns that they are for."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.binding import DataBinding, describe
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from core.design.problems import Problem
from core.project.facts import data_facts
from designer.data_edit import choose_data
from tests.designs import DIGITS, IRIS, add

MOBY = {"source": {"kind": "moby_dick"}, "split": {}}
WEATHER = {"source": {"kind": "el_nino"}, "split": {}}


def of_column(design: Design) -> list[Problem]:
    facts = data_facts(design, Path())
    return [p for p in analyse(design, facts).problems if "column" in p.message]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("ImageInput", DIGITS),
        ("TableInput", IRIS),
        ("TokenInput", MOBY),
        ("SequenceInput", WEATHER),
    ],
)
def test_the_fix_takes_a_column_that_suits(kind: str, data: dict) -> None:
    design = add(Design(data=data), kind, "x")
    (problem,) = of_column(design)
    assert problem.fix is not None
    mended = problem.fix.edit(design)
    assert of_column(mended) == []
    found = analyse(mended).nodes["x"]
    assert found.outputs
    assert not found.problems


def test_without_a_column_that_suits_there_is_no_fix() -> None:
    (problem,) = of_column(add(Design(data=IRIS), "ImageInput", "x"))
    assert problem.fix is None
    assert "Use Input" in problem.remedy


def chosen(design: Design, data: dict) -> dict[str, str]:
    """The column of each node after that data is chosen."""
    found = choose_data(design, data, describe(DataBinding.from_json(data), Path()))
    return {key: node.params.get("column", "") for key, node in found.nodes.items()}


def test_choosing_data_binds_inputs_that_the_columns_suit() -> None:
    design = Design()
    for kind in ("TableInput", "ImageInput", "Target"):
        design = add(design, kind, kind)
    image, label = "image", "label"
    assert chosen(design, DIGITS) == {"TableInput": "", "ImageInput": image, "Target": label}
    iris = chosen(design, IRIS)
    assert iris["ImageInput"] == ""
    assert iris["TableInput"]


def test_a_column_of_another_form_is_not_kept() -> None:
    design = add(Design(data=DIGITS), "TableInput", "x")
    design = edits.set_params(design, "x", column="image")
    assert chosen(design, DIGITS) == {"x": "image"}
    found = choose_data(design, DIGITS, describe(DataBinding.from_json(DIGITS), Path()))
    assert found.nodes["x"].params["shape"] == (4,)
