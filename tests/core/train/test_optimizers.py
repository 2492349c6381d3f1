"""Each optimizer is one row: against optax called by hand, and against PyTorch's where it has it.

Where the two libraries mean different things, the row says what is set to make them one rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import torch

from core.compile.names import resolve
from core.train.optimizers import Optimizer
from core.train.optimizers.adam import (
    AdaBelief,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    NAdam,
    NAdamW,
    RAdam,
    Yogi,
)
from core.train.optimizers.adaptive import SM3, Adadelta, Adafactor, Adagrad, RMSprop
from core.train.optimizers.layered import LAMB, LARS, Muon, NovoGrad
from core.train.optimizers.sgd import SGD, Lion, Rprop
from core.train.recipe import optimizers

STEPS = 20
MASK = [True, False, True]
_RANDOM = np.random.default_rng(1)
# A kernel, a bias and the kernel of a convolution, each with its own curvatures and target.
START = [_RANDOM.normal(size=shape) for shape in ((3, 4), (4,), (2, 2, 3, 5))]
CURVATURE = [_RANDOM.uniform(0.05, 3.0, size=p.shape) for p in START]
TARGET = [_RANDOM.normal(size=p.shape) for p in START]
Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Row:
    """One optimizer; ``ours`` in optax's words for a rate, and in PyTorch's for groups."""

    ours: Optimizer
    optax: Callable[[float], Any] | None
    torch: Callable[[list[dict[str, Any]], float], torch.optim.Optimizer] | None = None


ROWS = [
    Row(
        SGD(learning_rate=0.1, momentum=0.0),
        optax.sgd,
        lambda groups, rate: torch.optim.SGD(groups, lr=rate),
    ),
    Row(
        SGD(learning_rate=0.05, momentum=0.8),
        lambda rate: optax.sgd(rate, 0.8),
        lambda groups, rate: torch.optim.SGD(groups, lr=rate, momentum=0.8),
    ),
    Row(
        SGD(learning_rate=0.05, momentum=0.8, nesterov=True),
        lambda rate: optax.sgd(rate, 0.8, nesterov=True),
        lambda groups, rate: torch.optim.SGD(groups, lr=rate, momentum=0.8, nesterov=True),
    ),
    # Optax adds epsilon under the root, PyTorch beside it; without it they agree.
    Row(
        Adagrad(learning_rate=0.1, epsilon=0.0),
        lambda rate: optax.adagrad(rate, eps=0.0),
        lambda groups, rate: torch.optim.Adagrad(
            groups, lr=rate, initial_accumulator_value=0.1, eps=0.0
        ),
    ),
    Row(Adagrad(learning_rate=0.1, epsilon=0.3), lambda rate: optax.adagrad(rate, eps=0.3)),
    # Optax and PyTorch agree once epsilon stands beside the root.
    Row(
        RMSprop(learning_rate=0.01, epsilon=1e-3),
        lambda rate: optax.rmsprop(rate, eps=1e-3, eps_in_sqrt=False),
        lambda groups, rate: torch.optim.RMSprop(groups, lr=rate, alpha=0.9, eps=1e-3),
    ),
    Row(
        RMSprop(learning_rate=0.01, decay=0.8, momentum=0.7, centred=True, epsilon=1e-3),
        lambda rate: optax.rmsprop(
            rate, 0.8, eps=1e-3, eps_in_sqrt=False, momentum=0.7, centered=True
        ),
        lambda groups, rate: torch.optim.RMSprop(
            groups, lr=rate, alpha=0.8, eps=1e-3, momentum=0.7, centered=True
        ),
    ),
    Row(
        RMSprop(learning_rate=0.01, momentum=0.7, nesterov=True),
        lambda rate: optax.rmsprop(rate, eps_in_sqrt=False, momentum=0.7, nesterov=True),
    ),
    Row(
        Adadelta(),
        lambda rate: optax.adadelta(rate, 0.9, 1e-6),
        lambda groups, rate: torch.optim.Adadelta(groups, lr=rate, rho=0.9, eps=1e-6),
    ),
    Row(
        Adam(learning_rate=0.1, beta_1=0.7, beta_2=0.9, epsilon=0.1),
        lambda rate: optax.adam(rate, 0.7, 0.9, 0.1),
        lambda groups, rate: torch.optim.Adam(groups, lr=rate, betas=(0.7, 0.9), eps=0.1),
    ),
    Row(
        AdamW(learning_rate=0.1, weight_decay=0.3),
        lambda rate: optax.adamw(rate, weight_decay=0.3, mask=MASK),
        lambda groups, rate: torch.optim.AdamW(decaying(groups, 0.3), lr=rate),
    ),
    # PyTorch's momentum grows with the steps as Dozat's does; at once with a huge decay.
    Row(
        NAdam(learning_rate=0.05),
        optax.nadam,
        lambda groups, rate: torch.optim.NAdam(groups, lr=rate, momentum_decay=1e9),
    ),
    Row(
        NAdamW(learning_rate=0.05, weight_decay=0.3),
        lambda rate: optax.nadamw(rate, weight_decay=0.3, mask=MASK),
        lambda groups, rate: torch.optim.NAdam(
            decaying(groups, 0.3), lr=rate, momentum_decay=1e9, decoupled_weight_decay=True
        ),
    ),
    # PyTorch takes the maximum before the correction for the first steps, optax after it.
    Row(AMSGrad(learning_rate=0.1, beta_2=0.9), lambda rate: optax.amsgrad(rate, b2=0.9)),
    Row(
        Adamax(learning_rate=0.1),
        optax.adamax,
        lambda groups, rate: torch.optim.Adamax(groups, lr=rate),
    ),
    # With beta 2 next to 1, float32 is some percent off in optax's rectification term.
    Row(
        RAdam(learning_rate=0.1, beta_2=0.95),
        lambda rate: optax.radam(rate, b2=0.95),
        lambda groups, rate: torch.optim.RAdam(groups, lr=rate, betas=(0.9, 0.95)),
    ),
    Row(AdaBelief(learning_rate=0.1), optax.adabelief),
    Row(Yogi(learning_rate=0.1), optax.yogi),
    Row(
        Lion(learning_rate=0.01, weight_decay=0.2),
        lambda rate: optax.lion(rate, weight_decay=0.2, mask=MASK),
    ),
    # Optax 0.2.8 gives each step of Rprop one call late.
    Row(
        Rprop(learning_rate=0.01, largest_step=0.05),
        None,
        lambda groups, rate: torch.optim.Rprop(groups, lr=rate, step_sizes=(1e-6, 0.05)),
    ),
    Row(SM3(learning_rate=0.1), lambda rate: optax.sm3(rate, 0.9)),
    # Optax's own decay is not times the rate.
    Row(
        Adafactor(learning_rate=0.1, smallest_factored=2, momentum=0.5, weight_decay=0.2),
        lambda rate: optax.adafactor(
            rate, 2, momentum=0.5, weight_decay_rate=0.2 * rate, weight_decay_mask=MASK
        ),
    ),
    Row(
        LAMB(learning_rate=0.1, weight_decay=0.3),
        lambda rate: optax.lamb(rate, weight_decay=0.3, mask=MASK),
    ),
    Row(
        LARS(trust=0.01, weight_decay=0.3, nesterov=True),
        lambda rate: optax.lars(rate, 0.3, MASK, 0.01, trust_ratio_mask=MASK, nesterov=True),
    ),
    Row(
        NovoGrad(weight_decay=0.3),
        lambda rate: optax.novograd(rate, 0.95, 0.98, weight_decay=0.3),
    ),
    Row(
        Muon(learning_rate=0.02, weight_decay=0.3),
        lambda rate: optax.contrib.muon(rate, weight_decay=0.3, consistent_rms=0.2),
    ),
    Row(Muon(learning_rate=0.02, update_size=0.0), optax.contrib.muon),
]
IDS = [f"{number} {row.ours.kind}" for number, row in enumerate(ROWS)]


def having(library: str) -> dict[str, Any]:
    """The rows that are held to a library, for ``parametrize``."""
    held = [(row, name) for row, name in zip(ROWS, IDS, strict=True) if getattr(row, library)]
    return {"argvalues": [row for row, _ in held], "ids": [name for _, name in held]}


def decaying(groups: list[dict[str, Any]], decay: float) -> list[dict[str, Any]]:
    """PyTorch's groups with weight decay for all that has a matrix."""
    return [
        {**group, "weight_decay": decay if has else 0.0}
        for group, has in zip(groups, MASK, strict=True)
    ]


def made(
    optimizer: Optimizer, rate: float | jax.Array | None = None
) -> optax.GradientTransformation:
    """The transformation, its rate given as a function of the step, as the program does."""
    found = optimizer.learning_rate if rate is None else rate
    return optimizer.build().run({"learning_rate": lambda step: jnp.asarray(found)}, resolve)


def slopes(params: list[Any]) -> list[Any]:
    return [c * (p - t) for p, t, c in zip(params, TARGET, CURVATURE, strict=True)]


def error(params: list[Any]) -> float:
    each = zip(params, TARGET, CURVATURE, strict=True)
    return float(sum(np.sum(c * (np.asarray(p) - t) ** 2) for p, t, c in each))


def descended(rule: optax.GradientTransformation, steps: int = STEPS) -> Arrays:
    """Where the parameters are after some steps on the quadratic."""
    params = [jnp.asarray(p, jnp.float32) for p in START]

    @jax.jit
    def step(params: Any, state: Any) -> Any:
        gradients = [g.astype(jnp.float32) for g in slopes(params)]
        updates, state = rule.update(gradients, state, params)
        return optax.apply_updates(params, updates), state

    state = jax.jit(rule.init)(params)
    for _ in range(steps):
        params, state = step(params, state)
    return [np.asarray(p) for p in params]


@cache
def ours(optimizer: Optimizer) -> Arrays:
    """Where our optimizer leads; both libraries are compared with it."""
    return descended(made(optimizer))


def descended_by_torch(row: Row) -> Arrays:
    assert row.torch is not None
    params = [torch.nn.Parameter(torch.tensor(p, dtype=torch.float32)) for p in START]
    rule = row.torch([{"params": [p]} for p in params], row.ours.learning_rate)
    for _ in range(STEPS):
        for param, slope in zip(params, slopes([p.detach().numpy() for p in params]), strict=True):
            param.grad = torch.tensor(slope, dtype=torch.float32)
        rule.step()
    return [p.detach().numpy() for p in params]


def assert_same(found: Arrays, wanted: Arrays) -> None:
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("row", **having("optax"))
def test_an_optimizer_is_the_one_of_optax(row: Row) -> None:
    assert row.optax is not None
    found = ours(row.ours)
    assert_same(found, descended(row.optax(row.ours.learning_rate)))
    assert max(np.abs(p - s).max() for p, s in zip(found, START, strict=True)) > 1e-3


@pytest.mark.parametrize("row", **having("torch"))
def test_an_optimizer_is_the_one_of_pytorch(row: Row) -> None:
    assert_same(ours(row.ours), descended_by_torch(row))


def test_every_optimizer_is_held_to_a_library() -> None:
    assert all(row.optax or row.torch for row in ROWS)
    assert {row.ours.kind for row in ROWS} == set(optimizers())


@pytest.mark.parametrize("kind", optimizers())
def test_every_optimizer_descends_with_its_defaults(kind: str) -> None:
    assert error(descended(made(optimizers()[kind]()), 100)) < 0.99 * error(START)


def test_gradients_that_stay_the_same_have_no_deviation() -> None:
    rule = made(RMSprop(centred=True))
    gradients = jnp.asarray(np.random.default_rng(0).normal(size=20_000), jnp.float32)
    update, state = jax.jit(rule.update), rule.init(gradients)
    for _ in range(200):
        updates, state = update(gradients, state)
    # Optax's has roots of negative variances by then.
    assert bool(jnp.isfinite(updates).all())


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_twice_the_rate_makes_the_first_step_twice_as_long(row: Row) -> None:
    params = [jnp.asarray(p, jnp.float32) for p in START]
    gradients = [jnp.asarray(g, jnp.float32) for g in slopes(START)]

    @jax.jit
    def first_step(rate: jax.Array) -> Any:
        # The limits of Rprop's steps are absolute.
        rule = made(replace(row.ours, learning_rate=0.01), rate)
        updates, _ = rule.update(gradients, rule.init(params), params)
        return updates

    for once, twice in zip(first_step(0.003), first_step(0.006), strict=True):
        assert float(jnp.abs(once).max()) > 0
        np.testing.assert_allclose(2 * np.asarray(once), twice, rtol=1e-5)


@pytest.mark.parametrize(
    "kind", [k for k, c in optimizers().items() if "weight_decay" in c.defaults()]
)
def test_weights_decay_and_biases_do_not(kind: str) -> None:
    rule = made(optimizers()[kind](weight_decay=0.5), 0.1)  # type: ignore[call-arg]
    params = [jnp.asarray(p, jnp.float32) for p in START[:2]]
    updates, _ = jax.jit(lambda p: rule.update([0 * v for v in p], rule.init(p), p))(params)
    kernel, bias = (np.asarray(u) for u in updates)
    assert (kernel * START[0] < 0).all()
    # NovoGrad's decay is part of its gradient, and says so.
    assert (np.abs(bias) > 0).any() == (kind == "NovoGrad")
