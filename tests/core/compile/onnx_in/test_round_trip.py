"""What Layerloom exports to ONNX it imports again, as the same computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from core.design.document import Design
from core.project.file import load
from core.project.gallery import examples
from core.tensor import Tensor
from designer.cli.main import run
from tests.core.compile.onnx_in.exporting import BATCH, check_same, kinds
from tests.exported import block_design, export


def drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(BATCH, *shape)).astype(np.float32)


def fed(design: Design) -> np.ndarray:
    """Random values for the one Input of a design."""
    (given,) = (n for n in design.nodes.values() if n.block == "Input")
    shape = (BATCH, *given.params["shape"])
    if given.params["dtype"] == "int32":
        rng = np.random.default_rng(2)
        return rng.integers(0, given.params["classes"], shape, dtype=np.int32)
    return drawn(*shape[1:])


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


@pytest.mark.parametrize("padding", ["SAME", "VALID", "EXPLICIT"])
def test_transposed_convolutions_in_groups(tmp_path: Path, padding: str) -> None:
    params = {"filters": 6, "groups": 2, "strides": (3, 2), "padding": padding, "pads": (1,)}
    tensors = {"input": Tensor((None, 4, 5, 8))}
    made = export(block_design("ConvTranspose", tensors, kernel_size=(3, 4), **params))
    made.check()
    assert made.types == ["Transpose", "ConvTranspose", "Transpose"]
    onnx.save(made.model, tmp_path / "model.onnx")
    again = check_same(tmp_path / "model.onnx", drawn(4, 5, 8))
    assert kinds(again)["ConvTranspose"] == 1
    assert "Permute" not in kinds(again)
