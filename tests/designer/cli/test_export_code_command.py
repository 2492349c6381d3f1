"""`layerloom export --to python` and `--to safetensors`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core import load
from core.design import edits
from core.project.file import load as load_design
from core.project.file import save
from core.project.runs import find_run
from core.train.start import load_run
from tests.designer.cli.line import Line
from tests.designs import iris_mlp, saved
from tests.grouped import mlp_with_block

PREDICT = """
import sys
import jax, numpy as np
from flax import nnx
import model

network = model.Classifier(nnx.Rngs(5))
model.load_weights(network, "model.safetensors")
network.eval()
np.save("found.npy", jax.jit(network)(np.load("x.npy")))
assert not [m for m in sys.modules if m.split(".")[0] in ("core", "designer", "widgets")]
"""


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A project with a repeated block that was trained for an epoch."""
    path = saved(edits.set_params(mlp_with_block(), "block", repeat=2), tmp_path)
    load(path).train(epochs=1)
    return path


def test_code_and_weights_predict_like_the_run_in_a_process_of_their_own(
    call: Line, trained: Path, tmp_path: Path
) -> None:
    store, run = find_run(trained)
    answer = call("export", trained, "-o", tmp_path / "model.py", "--run", run.id, "--json")
    assert answer.code == 0
    assert answer.json == {
        "file": str(tmp_path / "model.py"),
        "format": "python",
        "model": "Classifier",
        "run": run.id,
        "weights": str(tmp_path / "model.safetensors"),
    }
    training = load_run(store, run, tmp_path, "cpu")
    rows = np.arange(20, dtype=np.int32)
    np.save(tmp_path / "x.npy", training.job.prepared.columns["features"][rows])
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", PREDICT],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wanted = training.job.program.predict(training.state, rows)
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), wanted, rtol=1e-6)


def test_weights_are_called_as_in_the_code(call: Line, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "weights.safetensors"
    answer = call("export", trained, "--to", "safetensors", "-o", out)
    assert answer.code == 0
    arrays = load_file(out)
    assert str(len(arrays)) in answer.out
    assert arrays["block.1.dense_2.kernel"].shape == (4, 4)
    assert set(arrays) == {
        *(
            f"block.{n}.{name}.{part}"
            for n in (0, 1)
            for name in ("dense", "dense_2")
            for part in ("kernel", "bias")
        ),
        *("dense_3.kernel", "dense_3.bias"),
    }


def test_untrained_weights_are_those_that_training_begins_with(
    call: Line, trained: Path, tmp_path: Path
) -> None:
    drawn, learnt = tmp_path / "drawn.safetensors", tmp_path / "learnt.safetensors"
    answer = call("export", trained, "--untrained", "-o", drawn, "--json")
    assert (answer.json["run"], answer.json["arrays"]) == (None, 10)
    assert call("export", trained, "-o", learnt).code == 0
    first, last = load_file(drawn), load_file(learnt)
    assert first.keys() == last.keys()
    np.testing.assert_array_equal(first["dense_3.bias"], 0)
    assert not np.array_equal(first["dense_3.kernel"], last["dense_3.kernel"])


def test_code_with_weights_is_that_of_the_design_that_was_trained(
    call: Line, trained: Path, tmp_path: Path
) -> None:
    _, run = find_run(trained)
    save(edits.set_params(load_design(trained), "block", repeat=4), trained)
    for name, options in (("now", ()), ("then", ("--run", run.id))):
        assert call("export", trained, "-o", tmp_path / f"{name}.py", *options).code == 0
    assert "range(4)" in (tmp_path / "now.py").read_text("utf-8")
    assert "range(2)" in (tmp_path / "then.py").read_text("utf-8")


def test_wrong_calls_say_what_is_wrong(call: Line, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.py"
    assert "there is no run 'gone'" in call.wrong("export", file, "-o", out, "--run", "gone")
    weights = tmp_path / "model.safetensors"
    assert "there is no run of" in call.wrong("export", file, "-o", weights)
    missing = tmp_path / "missing" / "model.py"
    assert "missing/model.py cannot be written" in call.wrong("export", file, "-o", missing)
    wrong = edits.set_params(iris_mlp(), "dense", units=0)
    path = saved(wrong, tmp_path, "wrong")
    assert "dense: Units must be at least 1" in call.wrong("export", path, "-o", out)
    assert not out.exists()
