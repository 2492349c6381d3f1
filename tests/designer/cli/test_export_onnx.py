"""`layerloom export --to onnx`: which weights, what is told, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from core.blocks.catalog import blocks
from core.design import edits
from core.project.file import load, save
from core.project.runs import store_of
from core.project.weights import run_weights
from tests.designer.cli.line import Line
from tests.designs import digits_cnn, iris_mlp, saved
from tests.odd_block import Odd, with_odd


def weights_in(path: Path) -> dict[str, np.ndarray]:
    """The initialisers of a model by name."""
    return {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}


def test_a_design_without_runs_has_untrained_weights(
    call: Line, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "iris.onnx"
    answer = call("export", file, "-o", out, "--check", "--json").json
    assert answer["format"] == "onnx"
    assert answer["opset"] == onnx.load(out).opset_import[0].version
    assert answer["nodes"] == len(onnx.load(out).graph.node)
    assert answer["inputs"] == [{"name": "input", "shape": [None, 4], "dtype": "float32"}]
    assert answer["outputs"] == [{"name": "dense_2", "shape": [None, 3], "dtype": "float32"}]
    assert answer["run"] is None
    assert 0 <= answer["largest_difference"] < 1e-5
    told = call("export", file, "-o", out)
    assert "untrained weights" in told.out
    assert call("export", file, "-o", out, "--json").json["largest_difference"] is None


def test_the_last_run_or_the_named_one_gives_the_weights(
    call: Line, file: Path, tmp_path: Path
) -> None:
    for seed in ("1", "2"):
        assert call("train", file, "--epochs", "1", "--seed", seed).code == 0
    last, first = store_of(file).runs(file.stem)
    out = tmp_path / "iris.onnx"
    for options, run in (((), last), (("--run", first.id), first)):
        answer = call("export", file, "-o", out, "--check", "--json", *options).json
        assert answer["run"] == run.id
        assert run.id in onnx.load(out).doc_string
        np.testing.assert_array_equal(
            weights_in(out)["dense.kernel"], run_weights(run)["dense.kernel"]
        )
    assert call("export", file, "-o", out, "--untrained", "--json").json["run"] is None


def test_weights_that_do_not_fit_are_refused(call: Line, file: Path, tmp_path: Path) -> None:
    assert call("train", file, "--epochs", "1").code == 0
    save(edits.set_params(load(file), "dense", units=5), file)
    error = call.wrong("export", file, "-o", tmp_path / "iris.onnx")
    assert "dense" in error
    assert "--untrained" in error
    assert not (tmp_path / "iris.onnx").exists()


def test_channels_may_come_first(call: Line, tmp_path: Path) -> None:
    file = saved(digits_cnn(), tmp_path)
    out = tmp_path / "digits.onnx"
    answer = call("export", file, "-o", out, "--channels-first", "--check", "--json").json
    assert answer["inputs"][0]["shape"] == [None, 1, 8, 8]
    assert answer["largest_difference"] < 1e-5


def test_nothing_is_written_of_what_cannot_be_expressed(
    call: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(blocks(), "Odd", Odd)
    file = saved(with_odd(iris_mlp(), "activation"), tmp_path)
    error = call.wrong("export", file, "-o", tmp_path / "iris.onnx")
    assert "1 node cannot be written as ONNX: activation (Odd block): jnp.fft.fft" in error
    assert not (tmp_path / "iris.onnx").exists()


@pytest.mark.parametrize(
    ("package", "options", "remedy"),
    [("onnx", (), "layerloom[onnx]"), ("onnxruntime", ("--check",), "onnxruntime")],
)
def test_a_missing_package_is_told_with_the_remedy(
    package: str,
    options: tuple[str, ...],
    remedy: str,
    call: Line,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    error = call.wrong("export", file, "-o", tmp_path / "iris.onnx", *options)
    assert f"needs the package {package}, which is not installed" in error
    assert "pip install" in error
    assert remedy in error


def test_a_design_with_errors_and_a_place_that_is_not_there_are_told(
    call: Line, file: Path, tmp_path: Path
) -> None:
    error = call.wrong("export", file, "-o", tmp_path / "gone" / "iris.onnx", code=1)
    assert "could not be written" in error
    save(edits.disconnect(load(file), next(iter(load(file).wires))), file)
    assert "not connected" in call.wrong("export", file, "-o", tmp_path / "iris.onnx")
