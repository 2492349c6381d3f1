"""`layerloom import`: a model becomes a project with a run."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.design import edits
from core.design.document import End
from core.project.file import load, save
from core.project.runs import IMPORTED, RunStore, store_of
from core.project.weights import run_weights
from tests.core.compile.onnx_in.test_other_exporters import drawn, written
from tests.designer.cli.line import Line


def model(folder: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """An MLP for the iris flowers."""
    nodes = [
        ("Gemm", ["x", "fc1.weight", "fc1.bias"], "a", {"transB": 1}),
        ("Relu", ["a"], "b", {}),
        ("Gemm", ["b", "fc2.weight", "fc2.bias"], "y", {"transB": 1}),
    ]
    constants = {
        **{"fc1.weight": drawn(6, 4), "fc1.bias": drawn(6)},
        **{"fc2.weight": drawn(3, 6), "fc2.bias": drawn(3)},
    }
    return written(folder / "iris.onnx", nodes, constants, ("N", 4)), constants


@pytest.fixture
def taken(call: Line, tmp_path: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """The MLP as a project that has data and a loss, as a user completes it."""
    source, constants = model(tmp_path)
    project = tmp_path / "iris.loom"
    assert call("import", source, "-o", project).code == 0
    design = edits.set_data(load(project), {"source": {"kind": "iris"}, "split": {}})
    for kind, name in (("Target", "target"), ("CrossEntropy", "loss")):
        node = edits.new_node(design, kind)
        design = edits.add_node(design, type(node)(name, name, kind, node.params), (0, 0))
    last = design.named("fc2")
    assert last is not None
    design = edits.connect(design, End(last.id, "output"), End("loss", "logits"))
    design = edits.connect(design, End("target", "output"), End("loss", "target"))
    design = edits.set_params(design, "target", column="label", shape=(), classes=3)
    given = design.named("x")
    assert given is not None
    design = edits.set_params(design, given.id, column="features")
    save(design, project)
    return project, constants


def test_what_is_told(call: Line, tmp_path: Path) -> None:
    source, constants = model(tmp_path)
    project = tmp_path / "my.loom"
    found = call("import", source, "-o", project, "--json").json
    (run,) = store_of(project).runs()
    assert found == {
        **{"file": str(project), "name": "iris", "run": run.id, "nodes": 4, "operators": 3},
        **{"parameters": 51, "opset": 17, "producer": "", "notes": [], "unsupported": []},
    }
    assert (run.status, run.summary["source"]) == (IMPORTED, "iris.onnx")
    arrays = run_weights(run)
    np.testing.assert_array_equal(arrays["fc1.kernel"], constants["fc1.weight"].T)
    design = load(project)
    assert [n.name for n in design.nodes.values()] == ["x", "fc1", "relu", "fc2"]
    places = [design.position(i) for i in design.nodes]
    assert places == sorted(places)
    assert len(set(places)) == 4


def test_training_starts_from_the_weights(
    call: Line, taken: tuple[Path, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    project, constants = taken
    out = tmp_path / "out"
    options = ("--epochs", "1", "--learning-rate", "1e-12", "--out", out)
    found = call("train", project, *options, "--json")
    assert found.code == 0, found.err
    arrays = run_weights(RunStore(out).get(found.json["run"]))
    np.testing.assert_allclose(arrays["fc2.kernel"], constants["fc2.weight"].T, atol=1e-5)


def test_an_imported_run_is_evaluated_with_the_data_it_got_later(
    call: Line, taken: tuple[Path, dict[str, np.ndarray]]
) -> None:
    project, _ = taken
    found = call("evaluate", project, "--json")
    assert found.code == 0, found.err
    assert found.json["run"] == store_of(project).runs()[0].id
    assert "accuracy" in found.json["metrics"]
    assert "imported" in call.wrong("train", project, "--resume")


def test_calls_that_are_wrong(call: Line, tmp_path: Path) -> None:
    source, _ = model(tmp_path)
    project = tmp_path / "there.loom"
    project.write_text("mine")
    assert "exists already" in call.wrong("import", source, "-o", project)
    assert project.read_text() == "mine"
    assert "suffix .loom" in call.wrong("import", source, "-o", tmp_path / "x.txt")
    assert "does not exist" in call.wrong("import", source, "-o", tmp_path / "no/x.loom")
    assert "does not exist" in call.wrong("import", tmp_path / "m.keras", "-o", tmp_path / "k.loom")
    assert "save it again" in call.wrong("import", tmp_path / "m.h5", "-o", tmp_path / "k.loom")
    assert "torch.onnx" in call.wrong("import", tmp_path / "m.pt", "-o", tmp_path / "k.loom")
    for size in ("seq", "seq=", "seq=0", "seq=-1", "seq=9999999"):
        call.wrong("import", source, "-o", tmp_path / "s.loom", "--size", size)
    assert call("import", source, "-o", project, "--force").code == 0


def test_without_the_package_the_remedy_is_told(
    call: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, _ = model(tmp_path)
    monkeypatch.setitem(sys.modules, "onnx", None)
    told = call.wrong("import", source, "-o", tmp_path / "x.loom")
    assert "layerloom[onnx]" in told


def test_a_keras_model(call: Line, tmp_path: Path) -> None:
    source, project = tmp_path / "iris.keras", tmp_path / "iris.loom"
    kernel = drawn(4, 3)
    config = {"batch_shape": [None, 4], "dtype": "float32", "name": "flowers"}
    dense = {"name": "out", "units": 3, "activation": "softmax", "use_bias": False}
    layers = [
        {"module": "keras.layers", "class_name": "InputLayer", "config": config},
        {"module": "keras.layers", "class_name": "Dense", "config": dense},
        {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "odd"}},
    ]
    model = {"class_name": "Sequential", "config": {"name": "iris", "layers": layers}}
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file["layers/dense/vars/0"] = kernel
    with zipfile.ZipFile(source, "w") as zipped:
        zipped.writestr("config.json", json.dumps(model))
        zipped.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        zipped.writestr("model.weights.h5", weights.getvalue())
    found = call("import", source, "-o", project, "--json").json
    assert (found["nodes"], found["parameters"]) == (4, 12)
    assert (found["producer"], found["operators"]) == ("Keras 3.15.1", 3)
    (unread,) = found["unsupported"]
    assert (unread["op"], unread["place"]) == ("Lambda", "layers/odd")
    (run,) = store_of(project).runs()
    np.testing.assert_array_equal(run_weights(run)["out.kernel"], kernel)
    assert [n.block for n in load(project).nodes.values()][-1] == "keras.Lambda"
