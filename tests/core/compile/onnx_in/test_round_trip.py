"""What Layerloom exports to ONNX it imports again, as the same computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.design.document import Design
from core.project.file import load
from core.project.gallery import examples
from designer.cli.main import run
from tests.core.compile.onnx_in.exporting import BATCH, check_same, kinds


def fed(design: Design) -> np.ndarray:
    """Random values for the one Input of a design."""
    (given,) = (n for n in design.nodes.values() if n.block == "Input")
    shape = (BATCH, *given.params["shape"])
    rng = np.random.default_rng(2)
    if given.params["dtype"] == "int32":
        return rng.integers(0, given.params["classes"], shape, dtype=np.int32)
    return rng.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("digits_mlp", {"Dense": 3}),
        ("digits_resnet", {"Conv": 15, "BatchNorm": 14, "Add": 6}),
        ("el_nino_lstm", {"LSTM": 1, "Dense": 1}),
        ("moby_dick_transformer", {"MultiHeadAttention": 3, "LayerNorm": 7}),
    ],
)
def test_an_example(tmp_path: Path, name: str, kept: dict[str, int]) -> None:
    path, project = tmp_path / "model.onnx", examples()[name]
    assert run(["export", str(project), "-o", str(path), "--untrained"]) == 0
    found = kinds(check_same(path, fed(load(project))))
    assert kept.items() <= found.items()
    assert "Permute" not in found
