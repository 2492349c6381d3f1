"""How runs went, their curves, and in what two of them differ."""

from __future__ import annotations

import math
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from core.design import edits
from core.errors import InputError
from core.project.environment import environment
from core.project.file import to_text
from core.project.moving import moved
from core.project.run_curves import curve, recorded
from core.project.run_report import report, reports, run_differences
from core.project.runs import Point, Run, RunStore
from tests.designs import iris_mlp


def broken_off(store: RunStore) -> Run:
    """A run that died in its third epoch, with a figure that was not finite."""
    run = store.create("p", to_text(iris_mlp()), environment=environment("cpu:0"))
    points = []
    for epoch in (1, 2):
        for series, value in (("train", 1.0), ("validation", 2.0)):
            points.append(Point(10 * epoch, float(epoch), series, "loss", value / epoch))
    points.append(Point(25, 2.5, "step", "loss", math.nan))
    store.record(run, points)
    store.set_status(run, "interrupted")
    return store.get(run.id)


def test_a_run_that_was_broken_off_tells_what_it_recorded_last(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    found = report(store, broken_off(store))
    assert (found.epochs, found.steps, found.seconds) == (2, 20, None)
    assert found.figures == {"train": {"loss": 0.5}, "validation": {"loss": 1.0}}
    assert (found.status, found.device) == ("interrupted", "cpu:0")


def test_a_run_without_figures_tells_of_none(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.create("p", "{}")
    (found,) = reports(store, "p")
    assert (found.epochs, found.steps, found.seconds, found.figures) == (None, None, None, {})
    assert reports(store, "q") == []


def test_a_run_that_ended_tells_its_summary(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    summary = {"epochs": 7, "steps": 70, "seconds": 1.5, "device": "gpu:1", "test": {"loss": None}}
    store.set_status(run, "early_stopping", summary)
    told = report(store, store.get(run.id)).to_json()
    assert told | summary == told
    assert told["status"] == "early_stopping"
    assert told["validation"] == {}


def test_curves_come_in_the_order_of_steps_with_gaps(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = broken_off(store)
    store.record(run, [Point(5, 0.5, "step", "loss", 3.0), Point(5, 0.5, "step", "accuracy", 0.1)])
    assert {k: sorted(v) for k, v in recorded(store, run).items()} == {
        "step": ["accuracy", "loss"],
        "train": ["loss"],
        "validation": ["loss"],
    }
    found = curve(store, run, "step", "loss")
    np.testing.assert_array_equal(found.step, [5, 25])
    np.testing.assert_array_equal(found.epoch, [0.5, 2.5])
    np.testing.assert_array_equal(found.value, [3.0, math.nan])
    assert len(curve(store, run, "step", "nothing").value) == 0


def test_runs_differ_in_design_recipe_environment_and_figures(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    one = broken_off(store)
    design = edits.set_params(iris_mlp(), "dense", units=32)
    design = edits.set_recipe(design, {**design.recipe, "epochs": 9})
    other = store.create("p", to_text(design), environment=environment("gpu:0"))
    store.record(other, [Point(10, 1.0, "train", "loss", 0.25)])
    found = {(d.part, d.what): (d.before, d.after) for d in run_differences(store, one, other)}
    assert found == {
        ("nodes", "dense.units"): (8, 32),
        ("recipe", "epochs"): (iris_mlp().recipe["epochs"], 9),
        ("environment", "device"): ("cpu:0", "gpu:0"),
        ("figures", "epochs"): (2, 1),
        ("figures", "steps"): (20, 10),
        ("figures", "train.loss"): (0.5, 0.25),
        ("figures", "validation.loss"): (1.0, None),
    }
    assert run_differences(store, one, one) == []
    (other.directory / "design.loom").unlink()
    with pytest.raises(InputError, match="lost its files"):
        run_differences(store, one, other)


def test_the_environment_names_the_versions_that_are_installed() -> None:
    found = environment("gpu:0", "NVIDIA")
    for package in ("jax", "jaxlib", "flax", "optax", "numpy"):
        assert found[package] == version(package)
    assert (found["device"], found["device_kind"]) == ("gpu:0", "NVIDIA")
    assert found["cores"] >= 1
    assert all(found[name] for name in ("python", "system", "processor"))


def test_a_design_in_another_folder_finds_its_data(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    new.mkdir()
    data = {"source": {"kind": "csv", "path": "a/b.csv"}, "split": {}}
    design = edits.set_data(iris_mlp(), data)

    def path_in(folder: Path) -> object:
        return (moved(design, old, folder).data or {})["source"]["path"]

    assert path_in(old) == "a/b.csv"
    assert path_in(new) == str(old / "a" / "b.csv")
    assert path_in(tmp_path) == "old/a/b.csv"
    for other in (iris_mlp(), edits.set_data(design, {"source": {"kind": "?", "path": "x"}})):
        assert moved(other, old, new) == other
    assert moved(edits.set_data(design, None), old, new).data is None
