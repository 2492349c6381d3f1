"""One training step against gradients worked out by hand, and the batches steps are given."""

from __future__ import annotations

import numpy as np
import pytest

from core.train.job import Job
from tests.training import Trained, arrays_of, fresh_state, params_of


def softmax(logits: np.ndarray) -> np.ndarray:
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def test_a_step_is_gradient_descent_by_hand(iris_job: Job) -> None:
    program = iris_job.program
    program.compile(fresh_state(program))
    state = fresh_state(program)
    old = {k: v.astype(np.float64) for k, v in params_of(program, state).items()}
    rows = program.batches(0)[0]
    state = program.step(state, rows)
    new = params_of(program, state)

    x = iris_job.prepared.columns["features"][rows].astype(np.float64)
    label = iris_job.prepared.columns["label"][rows]
    hidden = np.tanh(x @ old["dense.kernel"] + old["dense.bias"])
    chances = softmax(hidden @ old["dense_2.kernel"] + old["dense_2.bias"])
    truth = np.eye(3)[label]
    at_logits = (chances - truth) / len(rows)
    at_hidden = (at_logits @ old["dense_2.kernel"].T) * (1 - hidden**2)
    gradients = {
        "dense.kernel": x.T @ at_hidden,
        "dense.bias": at_hidden.sum(axis=0),
        "dense_2.kernel": hidden.T @ at_logits,
        "dense_2.bias": at_logits.sum(axis=0),
    }
    assert set(new) == set(gradients)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(new[name], old[name] - 0.2 * gradient, rtol=2e-5, atol=1e-6)
    loss = -np.log(chances[np.arange(len(rows)), label]).mean()
    shown = program.finish(state.sums)
    assert shown["loss"] == pytest.approx(loss, rel=1e-5)
    assert shown["accuracy"] == pytest.approx(np.mean(chances.argmax(axis=1) == label))


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_each_sample_of_the_training_split_is_seen_once_an_epoch(
    noisy_job: Job, epoch: int
) -> None:
    program = noisy_job.program
    batches = program.batches(epoch)
    sizes = [len(b) for b in batches]
    samples = len(program.train_rows)
    assert samples % program.batch_size, "the test needs a smaller last batch"
    assert sizes == [16] * (samples // 16) + [samples % 16]
    assert len(batches) == program.steps_per_epoch
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.sort(program.train_rows))


def test_the_order_depends_on_the_epoch_and_comes_again(noisy_job: Job) -> None:
    first, again, other = (np.concatenate(noisy_job.program.batches(e)) for e in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_smaller_last_batch_counts_as_much_as_its_samples(
    noisy_job: Job, straight: Trained
) -> None:
    steps = noisy_job.program.steps_per_epoch
    assert straight.summary.steps == steps * straight.summary.epochs
    assert straight.training.train_samples == (
        len(noisy_job.program.train_rows) * straight.summary.epochs
    )


def test_evaluating_changes_no_state(noisy_job: Job, straight: Trained) -> None:
    state = straight.training.state
    before = [a.copy() for a in arrays_of(state)]
    rows = noisy_job.prepared.splits["test"]
    first = noisy_job.program.evaluate(state, rows)
    assert noisy_job.program.evaluate(state, rows) == first
    for a, b in zip(before, arrays_of(state), strict=True):
        np.testing.assert_array_equal(a, b)


def test_figures_of_no_rows_are_not_numbers(iris_job: Job) -> None:
    found = iris_job.program.evaluate(fresh_state(iris_job.program), np.zeros(0, np.int64))
    assert all(np.isnan(v) for v in found.values())
