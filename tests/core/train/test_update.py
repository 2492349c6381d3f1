"""Clipping, accumulation, averaging and the recipe's penalties against arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.train.program import Program
from core.train.state import State
from tests.designs import iris_mlp, with_recipe
from tests.training import fresh_state, job_of, params_of

RATE = 0.1
Arrays = dict[str, np.ndarray]


def program_of(**recipe: Any) -> Program:
    """Plain gradient descent on the flowers, with these entries of the recipe."""
    design = with_recipe(iris_mlp(), optimizer="SGD", learning_rate=RATE, momentum=0.0)
    return job_of(replace(design, recipe={**design.recipe, **recipe})).program


def after(program: Program, steps: int) -> list[Arrays]:
    """The trained values before the first step and after each."""
    return [params_of(program, state) for state in states(program, steps)]


def states(program: Program, steps: int) -> list[State]:
    state = fresh_state(program)
    program.compile(state)
    found = [state]
    kept = [program.initial_state()._replace(params=[p.copy() for p in state.params])]
    for rows in program.batches(0)[:steps]:
        state = program.step(state, rows)
        # The next step gives up the memory of this one.
        kept.append(state._replace(params=[np.array(p) for p in state.params]))
        kept[-1] = kept[-1]._replace(average=[np.array(a) for a in state.average])
        found.append(state)
    return kept


def gradients(program: Program) -> Arrays:
    """Those of the first step, from what plain descent did."""
    old, new = after(program, 1)
    return {name: (old[name] - new[name]) / RATE for name in old}


def norm_of(arrays: Arrays) -> float:
    return float(np.sqrt(sum(np.square(a.astype(np.float64)).sum() for a in arrays.values())))


def test_gradients_are_clipped_to_a_common_norm() -> None:
    plain = gradients(program_of())
    limit = norm_of(plain) / 3
    clipped = gradients(program_of(clip_norm=limit))
    assert norm_of(clipped) == pytest.approx(limit, rel=1e-4)
    for name, gradient in plain.items():
        np.testing.assert_allclose(clipped[name], gradient / 3, rtol=1e-3, atol=1e-6)
    untouched = gradients(program_of(clip_norm=10 * norm_of(plain)))
    for name, gradient in plain.items():
        np.testing.assert_allclose(untouched[name], gradient, rtol=1e-3, atol=1e-6)


def test_elements_of_gradients_are_clipped() -> None:
    plain = gradients(program_of())
    limit = float(np.median(np.abs(np.concatenate([g.ravel() for g in plain.values()]))))
    clipped = gradients(program_of(clip_value=limit))
    for name, gradient in plain.items():
        expected = np.clip(gradient, -limit, limit)
        np.testing.assert_allclose(clipped[name], expected, rtol=1e-3, atol=1e-6)


def test_accumulated_batches_are_one_large_batch() -> None:
    few = program_of(batch_size=8, accumulate=3)
    start, first, second, third = after(few, 3)
    assert all(np.array_equal(start[n], first[n]) for n in start)
    assert all(np.array_equal(start[n], second[n]) for n in start)
    # The first batch of 24 has the rows of the first three of 8.
    large = program_of(batch_size=24)
    assert np.array_equal(np.concatenate(few.batches(0)[:3]), large.batches(0)[0])
    _, wanted = after(large, 1)
    for name, value in third.items():
        np.testing.assert_allclose(value, wanted[name], rtol=1e-4, atol=1e-6)


def test_the_schedule_of_accumulated_batches_counts_updates() -> None:
    schedule = {"kind": "Cosine", "warmup_epochs": 0.0, "final_share": 0.0}
    several = program_of(batch_size=8, accumulate=2, epochs=2, schedule=schedule)
    plain = program_of(batch_size=16, epochs=2, schedule=schedule)
    at_once, in_parts = after(plain, 2), after(several, 4)
    for name in at_once[0]:
        np.testing.assert_allclose(in_parts[4][name], at_once[2][name], rtol=1e-3, atol=1e-5)


def test_the_average_of_weights_is_what_is_evaluated() -> None:
    decay = 0.8
    program = program_of(ema_decay=decay)
    kept = states(program, 4)
    expected = kept[0].params
    for state in kept[1:]:
        pairs = zip(expected, state.params, strict=True)
        expected = [decay * a + (1 - decay) * np.asarray(p) for a, p in pairs]
    last = kept[-1]
    for average, wanted in zip(last.average, expected, strict=True):
        np.testing.assert_allclose(average, wanted, rtol=1e-5, atol=1e-7)
    rows = program.prepared.splits["validation"]
    held = program.evaluate(last, rows)
    assert held == program.evaluate(last._replace(params=last.average, average=[]), rows)
    assert held != program.evaluate(last._replace(average=[]), rows)


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.2), (0.1, 0.2)])
def test_the_recipes_penalties_pull_at_all_kernels(l1: float, l2: float) -> None:
    start = after(program_of(), 0)[0]
    plain, held = gradients(program_of()), gradients(program_of(l1=l1, l2=l2))
    for name, gradient in plain.items():
        w = start[name]
        pull = l1 * np.sign(w) + 2 * l2 * w if w.ndim > 1 else 0 * w
        np.testing.assert_allclose(held[name], gradient + pull, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("kind", "size"), [("batch", 105), ("stochastic", 1), ("mini-batch", 16)])
def test_a_step_takes_as_many_samples_as_the_kind_of_descent_says(kind: str, size: int) -> None:
    program = program_of(gradient_descent=kind)
    sizes = [len(rows) for rows in program.batches(0)]
    assert sizes[0] == size
    assert sum(sizes) == len(program.train_rows) == 105
    assert len(sizes) == program.steps_per_epoch
    old, new = after(program, 1)
    assert any(not np.array_equal(old[name], new[name]) for name in old)


def test_the_running_rate_multiplies_the_step() -> None:
    program = program_of()
    plain = gradients(program)
    state = fresh_state(program)
    before = params_of(program, state)
    slower = state._replace(rate=state.rate * 0.25)
    moved = params_of(program, program.step(slower, program.batches(0)[0]))
    for name, gradient in plain.items():
        step = (before[name] - moved[name]) / RATE
        np.testing.assert_allclose(step, gradient / 4, rtol=1e-3, atol=1e-6)
