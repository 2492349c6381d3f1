"""Rows that are typed in arrive as they are, and those that are no rows are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.binding import DataBinding, faults, prepare
from core.data.sources.typed_rows import TypedRows


def test_rows_are_those_that_were_typed() -> None:
    source = TypedRows(inputs=(1.0, 2.0, 3.0, 4.0), targets=(5.0, 6.0), rows=2)
    split = {"train": 1.0, "validation": 0.0, "test": 0.0}
    binding = DataBinding({"kind": "typed_rows", **source.values()}, split)
    prepared = prepare(DataBinding.from_json(binding.to_json()), Path())
    np.testing.assert_array_equal(prepared.columns["x"], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(prepared.columns["y"], [[5], [6]])
    assert sorted(prepared.splits["train"]) == [0, 1]


def test_a_line_to_begin_with() -> None:
    columns = prepare(DataBinding({"kind": "typed_rows"}), Path()).columns
    np.testing.assert_allclose(columns["y"], 2 * columns["x"] + 1)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"inputs": [1, 2, 3], "targets": [1, 2]}, "inputs"),
        ({"inputs": [1, 2], "targets": [1, 2, 3]}, "targets"),
        ({"inputs": [], "targets": [1, 2]}, "inputs"),
    ],
)
def test_numbers_that_are_no_rows_are_refused(given: dict[str, list[float]], name: str) -> None:
    (fault,) = faults(DataBinding({"kind": "typed_rows", **given, "rows": 2}))
    assert fault.name == name
    assert f"{len(given[name])} numbers do not make 2 rows" in fault.message
