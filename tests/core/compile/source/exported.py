"""Runs exported code in tests, beside the network of the same design."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np
from flax import nnx
from safetensors.numpy import save

from core.blocks.catalog import blocks
from core.compile.model import Network
from core.compile.plan import make_plan
from core.compile.source import Source, exported_names, write_source
from core.compile.weights import named_arrays
from core.design.analysis import Analysis, analyse
from core.design.document import Design
from core.tensor import Tensor
from tests.designs import add, wire
from tests.undrawn import undrawn, undrawn_network

ALLOWED = {"jax", "flax", "optax", "numpy"}
BATCH = 3


def source_of(design: Design) -> Source:
    """The file of a design, which imports what it may only."""
    source = write_source(analyse(design))
    check_imports(source.text)
    return source


def run_file(text: str) -> dict[str, Any]:
    """The names that a file defines, run in a namespace of its own."""
    scope: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), scope)
    return scope


def check_imports(text: str) -> None:
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    assert found <= ALLOWED | set(sys.stdlib_module_names), found


def model_of(source: Source, network: Network, folder: Path) -> nnx.Module:
    """The model of a file with the weights of a network, given as a safetensors file."""
    scope = run_file(source.text)
    model = undrawn(lambda: scope[source.model](nnx.Rngs(1)))
    arrays = named_arrays(network)
    names = exported_names(source, arrays)
    path = folder / "model.safetensors"
    path.write_bytes(save({names[n]: np.array(v) for n, v in arrays.items() if n in names}))
    assert set(scope["named_weights"](model)) == set(names.values())
    scope["load_weights"](model, str(path))
    model.eval()
    return model


def network_of(design: Design, seed: int = 0) -> Network:
    """The network with random values in place of zero biases and unit scales."""
    network = undrawn_network(make_plan(analyse(design), to_train=False))
    rng = np.random.default_rng(seed)
    for variable in dict(nnx.to_flat_state(nnx.state(network))).values():
        value = variable[...]
        if jax.numpy.issubdtype(value.dtype, jax.numpy.floating):
            variable[...] = jax.numpy.asarray(rng.uniform(0.1, 0.6, value.shape), value.dtype)
    network.eval()
    return network


def inputs_of(analysis: Analysis, plan_inputs: Any, seed: int = 3) -> list[jax.Array]:
    return [
        array(analysis.nodes[node].outputs["output"], seed + i)
        for i, node in enumerate(plan_inputs)
    ]


def array(tensor: Tensor, seed: int) -> jax.Array:
    rng = np.random.default_rng(seed)
    shape = (BATCH, *tensor.sizes)
    if tensor.dtype == "int32":
        return jax.numpy.asarray(rng.integers(0, max(tensor.classes, 1), shape, np.int32))
    return jax.numpy.asarray(rng.normal(size=shape).astype(np.float32))


def check_equal(design: Design, folder: Path, jit: bool = True) -> Source:
    """Hold a design's file to the network: equal in every bit, compiled or as they stand."""
    source = source_of(design)
    network = network_of(design)
    model = model_of(source, network, folder)
    inputs = inputs_of(analyse(design), network.plan.inputs)
    run = nnx.jit(lambda m, *x: m(*x)) if jit else lambda m, *x: m(*x)
    compare(run(network, *inputs), run(model, *inputs))
    return source


def compare(wanted: Any, found: Any) -> None:
    one, two = jax.tree.flatten(wanted), jax.tree.flatten(found)
    assert one[1] == two[1]
    for left, right in zip(one[0], two[0], strict=True):
        assert left.dtype == right.dtype
        assert np.asarray(left).tobytes() == np.asarray(right).tobytes()


def check_style(folder: Path, *texts: str, project_rules: bool = True) -> None:
    """Hold files to what ``ruff`` says of them, laid out and checked."""
    ruff = shutil.which("ruff") or str(Path(sys.executable).parent / "ruff")
    for number, text in enumerate(texts):
        (folder / f"file_{number}.py").write_text(text, "utf-8")
    rules = Path(__file__).parents[4] / "pyproject.toml"
    config = ["--config", str(rules)] if project_rules else ["--isolated", "--line-length", "100"]
    for command in (["format", "--diff"], ["check"]):
        done = subprocess.run(
            [ruff, *command, *config, "--no-cache", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def alone(kind: str) -> Design:
    """A design of one block between its inputs and, for a loss, its target."""
    cls = blocks()[kind]
    design = Design(name=f"Only {kind}")
    if cls.role in ("input", "target"):
        design = add(design, "Input", "first", shape=(4,), dtype="float32")
        return add(design, kind, "second")
    design = add(design, kind, "it")
    for port in cls().ports():
        if port.name in cls.example:
            sizes, dtype = cls.example[port.name], port.dtype or "float32"
            design = add(design, "Input", port.name, shape=sizes, dtype=dtype, classes=0)
            design = wire(design, f"{port.name} -> it.{port.name}")
    return design
