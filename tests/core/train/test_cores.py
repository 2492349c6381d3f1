"""Which designs' batches the cores of a processor divide among them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.design.analysis import analyse
from core.train.cores import parts_of
from tests.benchmarks.training_cases import BATCH, CASES
from tests.benchmarks.training_designs import design


@pytest.mark.parametrize(
    ("name", "batch_size", "parts"),
    [
        ("lstm", BATCH, 2),
        ("attention", BATCH, 2),
        ("lenet", BATCH, 2),
        ("resnet18", BATCH, 2),
        # Each weight is used once in a sample, so that updating them takes as long as the rest.
        ("mlp", BATCH, 1),
        ("mlp", 4096, 1),
        # An odd number of rows cannot be divided.
        ("lstm", BATCH + 1, 1),
        ("lstm", 4, 1),
        # With so many batch statistics to share, a small batch is not worth it.
        ("resnet18", 2, 1),
    ],
)
def test_steps_that_are_large_enough_are_divided(
    name: str, batch_size: int, parts: int, tmp_path: Path
) -> None:
    file = tmp_path / "data.npz"
    replace(CASES[name], samples=10).save(file)
    assert parts_of(analyse(design(name, file, 1)), batch_size) == parts
