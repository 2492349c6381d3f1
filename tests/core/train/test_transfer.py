"""Weights of one network put into another, by names and shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from designs import iris_mlp, saved, with_recipe
from hypothesis import given
from hypothesis import strategies as st

from core.design import edits
from core.design.document import Design
from core.design.grouping import make_group
from core.errors import InputError
from core.project.exported import trained_source, trained_weights
from core.project.file import to_text
from core.project.runs import RunStore
from core.project.weights import read_weights, run_weights, write_weights
from core.train.commands import CompareWeights
from core.train.initial_weights import compare
from core.train.loop import run_training
from core.train.start import start
from core.train.training import Training
from core.train.transfer import match

NAMES = st.sampled_from(
    ["a.kernel", "b.kernel", "x_a.kernel", "x_b.bias", "b.bias", "y_x_a.kernel"]
)
SHAPES = st.dictionaries(NAMES, st.sampled_from([(1,), (2, 3), (3, 2)]))


def starting_from(weights: str, design: Design) -> Design:
    return edits.set_recipe(design, {**design.recipe, "initial_weights": weights})


def train(design: Design, folder: Path) -> Training:
    training = start(design, folder, RunStore(folder / "store"), "project")
    run_training(training, lambda _: None, lambda _: True)
    return training


@given(SHAPES, SHAPES)
def test_every_array_is_told_of_once_and_taken_ones_fit(
    wanted: dict[str, tuple[int, ...]], given: dict[str, tuple[int, ...]]
) -> None:
    found = match(wanted, given)
    assert sorted([*found.taken, *found.misfits, *found.missing]) == sorted(wanted)
    assert len(set(found.taken.values())) == len(found.taken)
    assert all(wanted[name] == given[other] for name, other in found.taken.items())
    assert sorted([*found.taken.values(), *found.misfits, *found.unused]) == sorted(given)
    for name in wanted.keys() & given.keys():
        assert (name in found.taken) == (wanted[name] == given[name])


def test_names_come_first_and_ends_of_names_only_where_they_are_clear() -> None:
    wanted = {"group_a.kernel": (2,), "group_b.kernel": (2,), "c.bias": (1,)}
    given = {"a.kernel": (2,), "b.kernel": (2,), "left_b.kernel": (2,), "c.bias": (2,)}
    found = match(wanted, given)
    assert found.taken == {"group_a.kernel": "a.kernel", "group_b.kernel": "b.kernel"}
    assert found.misfits == {"c.bias": ((1,), (2,))}
    assert found.unused == {"left_b.kernel": (2,)}
    assert found.layers == ("group_a", "group_b")
    twice = match({"x_a.kernel": (2,), "y_a.kernel": (2,)}, {"a.kernel": (2,)})
    assert not twice.taken, "one array for two layers is not clear"


def test_a_run_starts_from_what_another_has_learnt(tmp_path: Path) -> None:
    first = train(with_recipe(iris_mlp(), epochs=30, learning_rate=0.02), tmp_path)
    learnt = run_weights(first.run)
    again = start(
        starting_from(first.run.id, with_recipe(iris_mlp(), seed=5)),
        tmp_path,
        first.store,
        "project",
    )
    names = again.job.program.param_names
    assert names
    for name, value in zip(names, again.state.params, strict=True):
        np.testing.assert_array_equal(value, learnt[name])


def test_what_does_not_fit_is_drawn_and_the_rest_is_taken(tmp_path: Path) -> None:
    first = train(iris_mlp(8), tmp_path)
    path = tmp_path / "learnt.safetensors"
    write_weights(path, run_weights(first.run))
    grouped, _ = make_group(iris_mlp(8), ["dense", "activation"])
    design = edits.set_params(grouped, "dense_2", units=4)
    design = starting_from(path.name, design)
    training = start(design, tmp_path, first.store, "project")
    given = read_weights(path)
    state = dict(zip(training.job.program.param_names, training.state.params, strict=True))
    taken = {name: value for name, value in state.items() if name.endswith("_dense.kernel")}
    assert len(taken) == 1
    for value in taken.values():
        np.testing.assert_array_equal(value, given["dense.kernel"])
    assert state["dense_2.kernel"].shape == (8, 4)


def test_weights_of_which_nothing_fits_are_refused_before_a_run_is_made(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    write_weights(path, {"conv.kernel": np.zeros((3, 3, 1, 4), np.float32)})
    store = RunStore(tmp_path / "store")
    design = starting_from(str(path), iris_mlp())
    with pytest.raises(InputError, match=r"nothing in .*other\.safetensors fits"):
        start(design, tmp_path, store, "project")
    with pytest.raises(InputError, match="there is no run 'gone'"):
        start(starting_from("gone", iris_mlp()), tmp_path, store, "project")
    with pytest.raises(InputError, match="is a model, not weights") as refused:
        start(starting_from("net.onnx", iris_mlp()), tmp_path, store, "project")
    assert "layerloom import net.onnx" in refused.value.hint
    path.write_bytes(b"no weights")
    with pytest.raises(InputError, match="no readable safetensors"):
        start(design, tmp_path, store, "project")
    assert store.runs() == []


def test_the_command_line_starts_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    from designer.__main__ import main

    first = train(with_recipe(iris_mlp(), epochs=40, learning_rate=0.02), tmp_path)
    path = tmp_path / "learnt.safetensors"
    write_weights(path, run_weights(first.run))
    project = saved(with_recipe(iris_mlp(), epochs=1, learning_rate=1e-6), tmp_path)
    assert main(["train", str(project), "--weights", str(path), "--json"]) == 0
    assert '"accuracy": 0.9' in capsys.readouterr().out


def test_weights_are_compared_with_a_design_that_has_no_data(tmp_path: Path) -> None:
    write_weights(tmp_path / "w.safetensors", {"dense.bias": np.zeros(8, np.float32)})
    text = to_text(edits.set_data(iris_mlp(), None))
    found = compare(CompareWeights(text, str(tmp_path), str(tmp_path), "w.safetensors"))
    assert found.match.taken == {"dense.bias": "dense.bias"}
    assert found.match.missing["dense.kernel"] == (4, 8)
    assert found.nodes["dense"] == "dense"


def test_weights_that_were_exported_fit_the_design_with_groups_they_came_from(
    tmp_path: Path,
) -> None:
    design, _ = make_group(iris_mlp(), ["dense", "activation"])
    first = train(design, tmp_path)
    exported = trained_weights(trained_source(first.run), first.run)
    assert set(exported) != set(run_weights(first.run)), "in code they are called otherwise"
    write_weights(tmp_path / "model.safetensors", exported)
    again = start(starting_from("model.safetensors", design), tmp_path, first.store, "project")
    learnt = run_weights(first.run)
    for name, value in zip(again.job.program.param_names, again.state.params, strict=True):
        np.testing.assert_array_equal(value, learnt[name])
