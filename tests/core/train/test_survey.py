"""Surveys: gradients against finite differences and real steps, and that they change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from core.design.document import End
from core.explain.survey import rms, small_samples
from core.train.job import Job
from core.train.program import Program
from core.train.training import Training
from tests.designs import digits_cnn, iris_mlp, noisy_mlp, with_recipe
from tests.training import Trained, equal, fresh_state, job_of, params_of, train


def surveyed_rows(program: Program, count: int) -> np.ndarray:
    """The training samples that a survey's loss is averaged over."""
    places = np.linspace(0, len(program.train_rows) - 1, count).astype(np.int32)
    return program.train_rows[places].astype(np.int32)


def loss_by_hand(values: dict[str, np.ndarray], x: np.ndarray, label: np.ndarray) -> float:
    """The cross-entropy of the two-layer network, in float64 and without JAX."""
    hidden = np.tanh(x @ values["dense.kernel"] + values["dense.bias"])
    logits = hidden @ values["dense_2.kernel"] + values["dense_2.bias"]
    logits -= logits.max(axis=1, keepdims=True)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return float(-np.log(chances[np.arange(len(label)), label]).mean())


def slopes(
    values: dict[str, np.ndarray], name: str, x: np.ndarray, label: np.ndarray
) -> np.ndarray:
    """The loss' slope along each element of one parameter, by central differences."""
    size, found = 1e-5, np.zeros(values[name].shape)
    for place in np.ndindex(found.shape):
        ends = []
        for way in (size, -size):
            moved = values[name].copy()
            moved[place] += way
            ends.append(loss_by_hand({**values, name: moved}, x, label))
        found[place] = (ends[0] - ends[1]) / (2 * size)
    return found


def test_the_gradients_are_the_slopes_that_finite_differences_find() -> None:
    job = job_of(with_recipe(iris_mlp(), batch_size=64))
    state = fresh_state(job.program)
    values = {k: v.astype(np.float64) for k, v in params_of(job.program, state).items()}
    rows = surveyed_rows(job.program, 32)
    x = job.prepared.columns["features"][rows].astype(np.float64)
    label = job.prepared.columns["label"][rows]
    found = job.survey(state, (), 0, 3)
    assert (found.step, set(found.gradients), found.outputs) == (3, {"dense", "dense_2"}, {})
    for node, gradient in found.gradients.items():
        parts = [slopes(values, f"{node}.{part}", x, label) for part in ("kernel", "bias")]
        every = np.concatenate([part.ravel() for part in parts])
        assert gradient == pytest.approx(np.sqrt(np.mean(every**2)), rel=1e-4)


def test_layers_are_in_training_mode_as_in_the_next_step() -> None:
    rate = 0.5
    job = job_of(with_recipe(noisy_mlp(), optimizer="SGD", learning_rate=rate, momentum=0.0))
    program = job.program
    program.compile(fresh_state(program))
    found = job.survey(fresh_state(program), (), 0, 0).gradients
    before = params_of(program, fresh_state(program))
    after = params_of(program, program.step(fresh_state(program), surveyed_rows(program, 16)))
    for node in ("dense", "batchnorm", "dense_2"):
        names = [name for name in before if name.startswith(f"{node}.")]
        steps = np.concatenate([(before[n] - after[n]).ravel() / rate for n in names])
        assert found[node] == pytest.approx(np.sqrt(np.mean(steps**2)), rel=1e-3)


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_gradients_of_any_size_are_measured(size: float) -> None:
    parts = [jnp.full((3, 2), size), jnp.array([-size, 3 * size])]
    wanted = size * np.sqrt((7 + 9) / 8)
    assert float(rms(parts)) == pytest.approx(wanted, rel=1e-6)


def test_gradients_that_are_no_numbers_stay_so() -> None:
    assert float(rms([jnp.zeros(3), jnp.zeros(2)])) == 0.0
    for wrong in (jnp.inf, -jnp.inf, jnp.nan):
        assert not np.isfinite(float(rms([jnp.array([1.0, wrong])])))


@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        ((2, 100, 50, 7), (20, 17, 4)),
        ((2, 8, 8, 1), (8, 8, 1)),
        ((2, 100, 3), (34, 3)),
        ((2, 48), (48,)),
        ((2, 49), (25,)),
    ],
)
def test_samples_are_small_enough_for_a_node(shape: tuple[int, ...], kept: tuple[int, ...]) -> None:
    value = jnp.arange(np.prod(shape), dtype=jnp.float32).reshape(shape)
    small = small_samples({End("node", "output"): value})["node"]
    assert small.shape == kept
    assert small.ravel()[0] == value.ravel()[0]


def test_numbers_ids_and_higher_arrays_have_no_picture() -> None:
    values = (jnp.zeros(3), jnp.zeros((3, 4), jnp.int32), jnp.zeros((1, 2, 2, 2, 2)))
    found = {End(str(i), "output"): value for i, value in enumerate(values)}
    assert small_samples(found) == {}


def test_outputs_are_those_of_the_probe_sample_in_evaluation_mode() -> None:
    job = job_of(digits_cnn())
    state = fresh_state(job.program)
    found = job.survey(state, ("input", "conv", "dense", "loss", "nobody"), 2, 0)
    assert set(found.outputs) == {"input", "conv", "dense"}
    row = job.probe_rows()[2]
    np.testing.assert_array_equal(found.outputs["input"], job.prepared.columns["image"][row])
    whole = job.view(state, "conv", 2, 0).activation
    assert whole is not None
    np.testing.assert_allclose(found.outputs["conv"], whole[..., :4], rtol=1e-5, atol=1e-6)
    logits = job.program.predict(state, np.array([row]))[0]
    np.testing.assert_allclose(found.outputs["dense"], logits, rtol=1e-5, atol=1e-6)


def test_training_is_the_same_to_the_bit_with_surveys_between_all_steps(
    noisy_job: Job, straight: Trained, tmp_path: Path
) -> None:
    steps: list[int] = []

    def survey(training: Training) -> bool:
        found: Any = training.job.survey(training.state, ("dense",), training.step, training.step)
        steps.append(found.step)
        return True

    watched = train(noisy_job, tmp_path, survey)
    assert len(steps) > noisy_job.program.steps_per_epoch
    assert equal(watched.training.state, straight.training.state)
    # Sums are read at times of the clock, so that they are added in other portions.
    assert watched.losses == pytest.approx(straight.losses, rel=1e-6)
