"""Exported losses are those of the training program, and the exported script trains."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from safetensors.numpy import load_file

from core.blocks.catalog import blocks
from core.compile.model import Network
from core.compile.names import resolve
from core.compile.plan import make_plan
from core.data.binding import DataBinding, prepare
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from core.train.held import Held
from core.train.recipe import Recipe, optimizers, schedules
from tests.core.compile.source.exported import (
    alone,
    array,
    check_style,
    model_of,
    network_of,
    run_file,
    source_of,
)
from tests.designs import IRIS, add, classifier, iris_mlp, noisy_mlp, wire, with_recipe
from tests.grouped import grouped, mlp_with_block
from tests.training import batch_loss, fresh_state, job_of, params_of

COSINE = {"kind": "Cosine", "warmup_epochs": 0.5, "final_share": 0.1}
WARM = {"kind": "Constant", "warmup_epochs": 1.0}


def held_back() -> Design:
    """Layers with penalties, constraints and frozen weights, two of them in a repeated group."""
    design = edits.set_params(mlp_with_block(), "block", repeat=2)
    inner = next(iter(design.groups))
    group = design.groups[inner]
    kept = {"l1": 0.01, "l2": 0.02, "constraint": "max_norm", "norm_limit": 0.5}
    nodes = dict(group.nodes)
    nodes["dense"] = replace(nodes["dense"], params={**nodes["dense"].params, **kept})
    frozen = {"trainable": False, "constraint": "non_negative", "l2": 0.5}
    nodes["dense_2"] = replace(nodes["dense_2"], params={**nodes["dense_2"].params, **frozen})
    return replace(design, groups={inner: replace(group, nodes=nodes)})


def two_losses() -> Design:
    """A hidden layer that a second loss compares with the target of the first, embedded."""
    design = iris_mlp(4)
    design = add(design, "Embedding", "embedding", vocabulary=3, features=4)
    design = add(design, "MeanSquaredError", "nearness", weight=0.25)
    return wire(
        design,
        "target -> embedding",
        "activation -> nearness.prediction",
        "embedding -> nearness.target",
    )


def from_hidden() -> Design:
    """Two losses that read two outputs of the model, and the input itself."""
    design = add(iris_mlp(4), "MeanSquaredError", "nearness", weight=3.0)
    return wire(design, "activation -> nearness.prediction", "input -> nearness.target")


DESIGNS = {
    "plain": iris_mlp(),
    "held back": held_back(),
    "two losses": two_losses(),
    "from hidden": from_hidden(),
    "loss in a group": grouped(iris_mlp(), "dense_2", "loss"),
    **{kind: alone(kind) for kind, block in blocks().items() if block.role == "loss"},
}


@pytest.mark.parametrize("name", DESIGNS)
def test_the_loss_is_that_of_the_training_program(name: str, tmp_path: Path) -> None:
    design = DESIGNS[name]
    analysis = analyse(design)
    assert all(p.only_training for p in analysis.errors)
    network = network_of(design)
    source = source_of(design)
    check_style(tmp_path, source.text)
    model = model_of(source, network, tmp_path)
    feeds = [*analysis.by_role("input"), *analysis.by_role("target")]
    arrays = {r.node.id: array(r.outputs["output"], n) for n, r in enumerate(feeds)}
    plan = network.plan
    params = {
        ".".join(map(str, path)): value[...]
        for path, value in nnx.to_flat_state(nnx.state(network, nnx.Param))
        if plan.learning[str(path[0])].trainable
    }
    held = Held.of(plan, list(params))
    wanted = batch_loss(plan, network.values(arrays)) + held.penalty(list(params.values()))
    scope = run_file(source.text)
    batch = {plan.names[node]: value for node, value in arrays.items()}
    assert float(scope["loss"](model, batch)) == pytest.approx(float(wanted), rel=1e-6)


def iris_arrays(design: Design) -> dict[str, np.ndarray]:
    prepared = prepare(DataBinding.from_json(design.data), Path())
    feeds = [*analyse(design).by_role("input"), *analyse(design).by_role("target")]
    return {r.node.name: prepared.columns[r.node.params["column"]] for r in feeds}


def losses_of(text: str) -> list[float]:
    return [float(line.rpartition(" ")[2]) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("optimizer", "schedule"), [("SGD", COSINE), ("Adam", None), ("AdamW", WARM)]
)
def test_the_script_trains(optimizer: str, schedule: Any, tmp_path: Path) -> None:
    design = with_recipe(noisy_mlp(), optimizer=optimizer, schedule=schedule, epochs=4)
    (tmp_path / "model.py").write_text(source_of(design).text, "utf-8")
    np.savez(tmp_path / "data.npz", **iris_arrays(design))
    done = subprocess.run(
        [sys.executable, "model.py", "data.npz", "trained.safetensors"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    losses = losses_of(done.stdout)
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    assert load_file(tmp_path / "trained.safetensors")["dense.kernel"].shape == (4, 8)


@pytest.mark.parametrize("kind", optimizers())
def test_every_optimizer_is_exported_as_the_one_that_trains(kind: str, tmp_path: Path) -> None:
    design = with_recipe(iris_mlp(), optimizer=kind)
    source = source_of(design)
    check_style(tmp_path, source.text)
    model = model_of(source, network_of(design), tmp_path)
    rule = written_rule(source.text)(optax.constant_schedule(0.01))
    state = nnx.state(model, nnx.Param)
    slopes = jax.tree.map(
        lambda w: jnp.cos(jnp.arange(w.size, dtype=w.dtype)).reshape(w.shape), state
    )
    found, _ = rule.update(slopes, rule.init(state), state)
    ours = optimizers()[kind]().build().run({"learning_rate": lambda step: 0.01}, resolve)
    weights, gradients = jax.tree.leaves(state), jax.tree.leaves(slopes)
    wanted, _ = ours.update(gradients, ours.init(weights), weights)
    for one, other in zip(jax.tree.leaves(found), wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", schedules())
@pytest.mark.parametrize("warmup", [0.0, 1.5])
def test_every_schedule_is_exported_as_the_one_that_trains(
    kind: str, warmup: float, tmp_path: Path
) -> None:
    made = schedules()[kind]()
    if "warmup_epochs" in made.defaults():
        made = replace(made, warmup_epochs=warmup)
    recipe = {"schedule": {"kind": kind, **made.values()}, "epochs": 12}
    design = edits.set_recipe(iris_mlp(), {**iris_mlp().recipe, **recipe})
    source = source_of(design)
    check_style(tmp_path, source.text)
    rates = written_schedule(source.text)(rows=100, epochs=12, batch_size=32)
    peak = Recipe.read(design.recipe)[0].optimizer.learning_rate
    warm = round(made.warmup_epochs * 4)
    wanted = [made.rate(step, peak, warm, 48, 4) for step in range(50)]
    np.testing.assert_allclose([rates(s) for s in range(50)], wanted, rtol=2e-5, atol=1e-8)


def statements(text: str, *names: str) -> str:
    """The statements of the function ``train`` that give these names their values."""
    tree = ast.parse(text)
    train = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "train")
    found = [
        node
        for node in train.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in names
    ]
    return "\n".join(ast.unparse(node) for node in found)


def written_rule(text: str) -> Callable[[Any], Any]:
    """The rule of an exported script, as a function of its schedule."""
    scope = run_file(text)

    def rule(schedule: Any) -> Any:
        scope["schedule"] = schedule
        exec(statements(text, "rule"), scope)
        return scope["rule"]

    return rule


def written_schedule(text: str) -> Callable[..., Any]:
    """The schedule of an exported script, as a function of what it counts steps from."""
    scope = run_file(text)

    def schedule(**sizes: int) -> Any:
        scope.update(sizes)
        names = ("steps_per_epoch", "warmup_steps", "total_steps", "schedule")
        exec(statements(text, *names), scope)
        return scope["schedule"]

    return schedule


def test_training_holds_weights_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    design = with_recipe(held_back(), optimizer="SGD", epochs=2)
    source = source_of(design)
    scope = run_file(source.text)
    model = scope[source.model](nnx.Rngs(0))
    before = np.asarray(model.block[1].dense_2.kernel[...])
    trained = np.asarray(model.block[1].dense.bias[...])
    scope["train"](model, iris_arrays(design))
    losses = losses_of(capsys.readouterr().out)
    assert losses[1] < losses[0]
    np.testing.assert_array_equal(model.block[1].dense_2.kernel[...], before)
    assert np.abs(np.asarray(model.block[1].dense.bias[...]) - trained).max() > 0
    lengths = jnp.linalg.norm(model.block[0].dense.kernel[...], axis=0)
    assert float(lengths.max()) <= 0.5 + 1e-6


def test_frozen_averages_stay(capsys: pytest.CaptureFixture[str]) -> None:
    design = classifier(IRIS, ("BatchNorm", {}), ("Dense", {"units": 3}), x="features")
    design = edits.set_params(design, "batchnorm", trainable=False)
    source = source_of(design)
    scope = run_file(source.text)
    model = scope[source.model](nnx.Rngs(0))
    scope["train"](model, iris_arrays(design), epochs=1)
    np.testing.assert_array_equal(model.batchnorm.mean[...], np.zeros(4))
    assert losses_of(capsys.readouterr().out)


def test_the_first_weights_are_those_that_training_draws() -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=3)
    source = source_of(design)
    model = run_file(source.text)[source.model](nnx.Rngs(0))
    network = Network(make_plan(analyse(design)), nnx.Rngs(0))
    for left, right in zip(
        (network.block_2_dense, network.dense_3), (model.block[1].dense, model.dense_3), strict=True
    ):
        assert jax.tree.all(jax.tree.map(np.array_equal, nnx.state(left), nnx.state(right)))


def with_entries(design: Design, **entries: Any) -> Design:
    return edits.set_recipe(design, {**design.recipe, **entries})


def test_the_script_clips_accumulates_and_holds_back_as_the_recipe_says(tmp_path: Path) -> None:
    """Its weights are those of the training program, from one start and on the same batches."""
    plain = {"optimizer": "SGD", "learning_rate": 0.2, "epochs": 2, "batch_size": 15}
    design = with_recipe(iris_mlp(), schedule=COSINE, **plain)
    held = {"clip_norm": 0.3, "clip_value": 0.1, "accumulate": 2, "l1": 0.01, "l2": 0.02}
    design = with_entries(design, **held)
    scope = run_file(source_of(design).text)
    arrays = iris_arrays(design)
    job = job_of(design)
    # The script trains on all rows that it is given.
    train_rows = job.program.train_rows
    model = scope["Classifier"](nnx.Rngs(0))
    given = {name: values[train_rows] for name, values in arrays.items()}
    scope["train"](model, given)

    state = fresh_state(job.program)
    job.program.compile(state)
    for epoch in range(2):
        order = np.random.default_rng([0, epoch]).permutation(len(train_rows))
        for start in range(0, len(train_rows), 15):
            rows = train_rows[order[start : start + 15]].astype(np.int32)
            state = job.program.step(state, rows)
    wanted = params_of(job.program, state)
    for path, value in nnx.to_flat_state(nnx.state(model, nnx.Param)):
        name = ".".join(map(str, path))
        np.testing.assert_allclose(value[...], wanted[name], rtol=1e-4, atol=1e-6)


def test_the_script_says_what_of_the_recipe_it_leaves_out(tmp_path: Path) -> None:
    left = {"ema_decay": 0.9, "patience": 3, "precision": "bfloat16", "gradient_descent": "batch"}
    text = source_of(with_entries(iris_mlp(), **left)).text
    check_style(tmp_path, text)
    one = " ".join(text.split())
    expected = "left out: the average of weights, bfloat16 precision, early stopping."
    assert expected in one
    assert "batch_size = rows" in text
    assert "left out" not in source_of(iris_mlp()).text
