"""A real package with a block, installed, enabled and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from designs import IRIS, add, chain, fit_to_data, recipe, saved, wire

from core.design.document import Design, Node

EXAMPLE = Path(__file__).parents[2] / "docs" / "plugin_example"
BROKEN = """
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"
[project]
name = "layerloom-broken"
version = "0.1"
[project.entry-points."layerloom.blocks"]
broken = "layerloom_broken"
[tool.setuptools]
py-modules = ["layerloom_broken"]
"""
Run = Callable[..., Any]


def install(source: Path, target: Path) -> None:
    """Build and install a package into a folder."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    call = [sys.executable, "-m", "pip", "install", *options, "--target", target, source]
    subprocess.run(call, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example and a package that cannot be imported."""
    folder = tmp_path_factory.mktemp("site")
    broken = tmp_path_factory.mktemp("broken")
    (broken / "pyproject.toml").write_text(BROKEN)
    (broken / "layerloom_broken.py").write_text("raise RuntimeError('no such luck')")
    copy = tmp_path_factory.mktemp("example")
    for path in EXAMPLE.rglob("*"):
        if path.suffix in (".py", ".toml"):
            place = copy / path.relative_to(EXAMPLE)
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(path.read_bytes())
    for source in (copy, broken):
        install(source, folder)
    return folder


@pytest.fixture
def python(site: Path, tmp_path: Path) -> Run:
    """Runs Python with the plugins installed and, unless ``alone``, Layerloom."""

    def run(*arguments: object, alone: bool = False) -> subprocess.CompletedProcess[str]:
        paths = (str(site),) if alone else (str(site), str(Path.cwd()))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        environment["LAYERLOOM_CONFIG"] = str(tmp_path)
        call = [sys.executable, *map(str, arguments)]
        folder = tmp_path if alone else Path.cwd()
        return subprocess.run(call, env=environment, cwd=folder, capture_output=True, text=True)

    return run


@pytest.fixture
def layerloom(python: Run) -> Run:
    """Calls the command line with the plugins installed; gives its JSON, or its error lines."""

    def run(*arguments: object) -> Any:
        found = python("-m", "designer", *arguments, "--json")
        return json.loads(found.stdout) if found.stdout else found.stderr

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A design that uses the example's block."""
    design = Design(data=IRIS, recipe=recipe(epochs=15, learning_rate=0.01))
    for kind in ("Input", "Target", "CrossEntropy"):
        design = add(design, kind, kind.lower())
    for name, units in (("maxout", 8), ("logits", 3)):
        node = Node(name, name, "example.Maxout", {"units": units, "pieces": 3})
        design = Design(
            **{
                **{f: getattr(design, f) for f in ("data", "recipe", "wires", "view")},
                "nodes": {**design.nodes, name: node},
            }
        )
    design = chain(design, "input", "maxout", "logits")
    design = wire(design, "logits -> crossentropy.logits", "target -> crossentropy.target")
    return saved(fit_to_data(design, input="features", target="label"), tmp_path)


def problems(info: dict[str, Any], node: str) -> list[dict[str, str]]:
    return [p for p in info["problems"] if p["node"] == node and p["severity"] == "error"]


def test_a_plugin_is_listed_but_not_loaded_before_it_is_enabled(layerloom: Run) -> None:
    found = {p["name"]: p for p in layerloom("plugins")["plugins"]}
    assert found["example"]["package"] == "layerloom-example"
    assert not found["example"]["enabled"]
    assert found["example"]["blocks"] == []
    assert found["broken"]["fault"] == "", "a plugin that is not enabled is never imported"


def test_a_node_of_a_plugin_that_is_not_enabled_says_how_to_enable_it(
    layerloom: Run, project: Path
) -> None:
    found = problems(layerloom("info", project), "maxout")
    assert "unknown block 'example.Maxout'" in found[0]["message"]
    assert "layerloom plugins --enable example" in found[0]["fix"]


def test_an_enabled_block_has_shapes_and_parameters_and_trains(
    layerloom: Run, project: Path
) -> None:
    enabled = {p["name"]: p for p in layerloom("plugins", "--enable", "example")["plugins"]}
    assert enabled["example"]["blocks"] == ["example.Maxout"]
    info = layerloom("info", project)
    assert not [p for p in info["problems"] if p["severity"] == "error"]
    node = next(n for n in info["nodes"] if n["name"] == "maxout")
    assert node["outputs"] == {"output": [None, 8]}
    assert node["parameters"] == (4 + 1) * 8 * 3
    trained = layerloom("train", project)
    assert trained["parameters"] == info["parameters"] == 120 + (8 + 1) * 3 * 3
    assert trained["train"]["accuracy"] > 0.9
    layerloom("plugins", "--disable", "example")
    assert problems(layerloom("info", project), "maxout")


NETWORK = """
import sys
from pathlib import Path
import numpy as np
from flax import nnx
from core.compile.model import Network
from core.compile.plan import make_plan
from core.compile.weights import with_weights
from core.design.analysis import analyse
from core.project.file import load
from core.project.runs import find_run
from core.project.weights import run_weights

project, x, y = map(Path, sys.argv[1:])
network = Network(make_plan(analyse(load(project)), to_train=False), nnx.Rngs(0))
with_weights(network, run_weights(find_run(project, "")[1]), "the run")
network.eval()
np.save(y, network(np.load(x)))
"""
EXPORTED = """
import sys
import numpy as np
from flax import nnx
import model as exported

x, y = sys.argv[1:]
model = getattr(exported, "{model}")(nnx.Rngs(1))
exported.load_weights(model, "model.safetensors")
model.eval()
np.save(y, model(np.load(x)))
assert "layerloom_example.layers" in sys.modules
assert not {{"core", "designer", "widgets"}} & sys.modules.keys()
"""


def test_the_code_of_an_enabled_block_computes_the_same_without_layerloom(
    python: Run, layerloom: Run, project: Path, tmp_path: Path
) -> None:
    layerloom("plugins", "--enable", "example")
    run = layerloom("train", project, "--epochs", "1")["run"]
    told = layerloom("export", project, "-o", tmp_path / "model.py", "--run", run)
    assert told["weights"] == str(tmp_path / "model.safetensors")
    code = (tmp_path / "model.py").read_text()
    assert "import layerloom_example.layers\n" in code
    assert "layerloom_example.layers.Maxout(" in code
    x = tmp_path / "x.npy"
    np.save(x, np.random.default_rng(4).normal(size=(5, 4)).astype(np.float32))
    ours, theirs = tmp_path / "ours.npy", tmp_path / "theirs.npy"
    calls = (
        python("-c", NETWORK, project, x, ours),
        python("-c", EXPORTED.format(model=told["model"]), x, theirs, alone=True),
    )
    assert [call.stderr for call in calls if call.returncode] == []
    assert np.load(ours).shape == (5, 3)
    np.testing.assert_allclose(np.load(theirs), np.load(ours), rtol=1e-6, atol=1e-6)


def test_onnx_cannot_express_an_enabled_block_and_says_so_before_it_writes(
    python: Run, layerloom: Run, project: Path, tmp_path: Path
) -> None:
    layerloom("plugins", "--enable", "example")
    before = sorted(tmp_path.rglob("*"))
    found = python("-m", "designer", "export", project, "-o", tmp_path / "model.onnx")
    assert found.returncode == 2
    assert found.stdout == ""
    error, hint = found.stderr.splitlines()
    assert error.startswith("error: 2 nodes cannot be written as ONNX: ")
    for name in ("maxout", "logits"):
        assert f"{name} (Maxout): layerloom_example.layers.Maxout" in error
    assert hint.startswith("hint: ")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_plugin_that_cannot_be_loaded_is_told_and_stops_nothing(
    layerloom: Run, project: Path
) -> None:
    layerloom("plugins", "--enable", "broken")
    found = {p["name"]: p for p in layerloom("plugins")["plugins"]}
    assert found["broken"]["fault"] == "RuntimeError: no such luck"
    assert layerloom("info", project)["nodes"]


def test_a_plugin_that_is_not_installed_cannot_be_enabled(layerloom: Run) -> None:
    told = layerloom("plugins", "--enable", "nobody")
    text = told["error"] if isinstance(told, dict) else told
    assert "there is no plugin called 'nobody'" in str(text)
