"""Optimizers and schedules against their formulas."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from core.compile.names import resolve
from core.train.optimizers import SGD, Adam, AdamW, Optimizer
from core.train.recipe import optimizers
from core.train.schedules import Constant, Cosine, Schedule

STEPS = 6
START = np.array([0.5, -1.0, 2.0, 0.0])
GRADIENTS = np.random.default_rng(1).normal(size=(STEPS, 4)) * [1.0, 10.0, 0.01, 1.0]
Formula = Callable[[SGD], np.ndarray]


def ours(optimizer: Optimizer) -> np.ndarray:
    """Where the parameters are after the steps, each with its gradient."""
    rate = optimizer.learning_rate
    made = optimizer.build().run({"learning_rate": rate}, resolve)
    params = jnp.asarray(START, jnp.float32)
    state = made.init(params)
    for gradient in GRADIENTS:
        updates, state = made.update(jnp.asarray(gradient, jnp.float32), state, params)
        params = optax.apply_updates(params, updates)
    return np.asarray(params)


def sgd(o: SGD) -> np.ndarray:
    params, velocity = START.copy(), np.zeros(4)
    for gradient in GRADIENTS:
        velocity = o.momentum * velocity + gradient
        step = gradient + o.momentum * velocity if o.nesterov else velocity
        params -= o.learning_rate * step
    return params


def adam(o: Adam) -> np.ndarray:
    params, mean, square = START.copy(), np.zeros(4), np.zeros(4)
    decay = o.weight_decay if isinstance(o, AdamW) else 0.0
    for t, gradient in enumerate(GRADIENTS, 1):
        mean = o.beta_1 * mean + (1 - o.beta_1) * gradient
        square = o.beta_2 * square + (1 - o.beta_2) * gradient**2
        corrected = mean / (1 - o.beta_1**t), square / (1 - o.beta_2**t)
        step = corrected[0] / (np.sqrt(corrected[1]) + o.epsilon)
        params = params - o.learning_rate * (step + decay * params)
    return params


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(learning_rate=0.1, momentum=0.0),
        SGD(learning_rate=0.1, momentum=0.9),
        SGD(learning_rate=0.05, momentum=0.5, nesterov=True),
        SGD(learning_rate=0.1, momentum=0.0, nesterov=True),
        Adam(),
        Adam(learning_rate=0.1, beta_1=0.5, beta_2=0.9, epsilon=0.1),
        AdamW(),
        AdamW(learning_rate=0.1, weight_decay=0.3),
    ],
    ids=str,
)
def test_an_optimizer_follows_its_formula(optimizer: Optimizer) -> None:
    wanted = sgd(optimizer) if isinstance(optimizer, SGD) else adam(optimizer)  # type: ignore[arg-type]
    np.testing.assert_allclose(ours(optimizer), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", optimizers())
def test_every_optimizer_descends(kind: str) -> None:
    optimizer = optimizers()[kind](learning_rate=0.05)  # type: ignore[call-arg]
    made = optimizer.build().run({"learning_rate": 0.05}, resolve)
    params = jnp.asarray(START, jnp.float32)
    state = made.init(params)
    for _ in range(60):
        updates, state = made.update(2 * params, state, params)
        params = optax.apply_updates(params, updates)
    assert float(jnp.sum(params**2)) < 0.2 * float(np.sum(START**2))


def rates(schedule: Schedule, warmup: int, total: int, peak: float = 0.4) -> np.ndarray:
    made = schedule.build(peak, warmup, total).run({}, resolve)
    return np.array([float(made(step)) for step in range(total + 3)])


def cosine(step: int, warmup: int, total: int, final: float, peak: float = 0.4) -> float:
    if step < warmup:
        return peak * step / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return peak * (final + (1 - final) * 0.5 * (1 + np.cos(np.pi * progress)))


@pytest.mark.parametrize("warmup", [0, 4])
def test_constant_stays_at_the_peak_after_the_warm_up(warmup: int) -> None:
    wanted = [0.4 * min(1.0, step / warmup if warmup else 1.0) for step in range(15)]
    np.testing.assert_allclose(rates(Constant(), warmup, 12), wanted, rtol=1e-6)


@pytest.mark.parametrize("warmup", [0, 1, 4])
@pytest.mark.parametrize("final", [0.0, 0.25, 1.0])
def test_cosine_falls_along_half_a_cosine(warmup: int, final: float) -> None:
    wanted = [cosine(step, warmup, 12, final) for step in range(15)]
    found = rates(Cosine(final_share=final), warmup, 12)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("schedule", [Constant(), Cosine()], ids=str)
def test_without_a_warm_up_the_first_step_has_the_peak(schedule: Schedule) -> None:
    assert rates(schedule, 0, 10)[0] == pytest.approx(0.4)


@pytest.mark.parametrize("schedule", [Constant(), Cosine()], ids=str)
def test_a_warm_up_longer_than_the_training_rises_all_the_way(schedule: Schedule) -> None:
    found = rates(schedule, 20, 10)
    np.testing.assert_allclose(found, 0.4 * np.arange(13) / 20, rtol=1e-5, atol=1e-8)
