"""Schedules against PyTorch's and against their formulas; what is drawn is what trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from core.compile.names import resolve
from core.params import Param
from core.train.recipe import schedules
from core.train.schedules import Constant, Schedule
from core.train.schedules.cosine import Cosine, CosineRestarts
from core.train.schedules.cycles import OneCycle, Triangular
from core.train.schedules.decay import Exponential, InverseSquareRoot, Polynomial, Step

PEAK = 0.4
EPOCH = 5
TOTAL = 60


def built(schedule: Schedule, warmup: int, total: int = TOTAL, epoch: int = EPOCH) -> np.ndarray:
    """The rates of the optax schedule, a few steps beyond the end too."""
    rule = schedule.build(PEAK, warmup, total, epoch).run({}, resolve)
    return np.array([float(rule(step)) for step in range(total + 3)])


def drawn(schedule: Schedule, warmup: int, total: int = TOTAL, epoch: int = EPOCH) -> np.ndarray:
    """The same without JAX."""
    return np.array([schedule.rate(step, PEAK, warmup, total, epoch) for step in range(total + 3)])


def by_torch(make: Callable[[torch.optim.Optimizer], Any], steps: int = TOTAL) -> np.ndarray:
    rule = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    schedule = make(rule)
    rates = []
    for _ in range(steps):
        rates.append(rule.param_groups[0]["lr"])
        rule.step()
        schedule.step()
    return np.array(rates)


TORCH: list[tuple[Schedule, Callable[[Any], Any]]] = [
    (Constant(), lambda rule: lr_scheduler.ConstantLR(rule, factor=1.0)),
    (Step(every=3, factor=0.5), lambda rule: lr_scheduler.StepLR(rule, 3 * EPOCH, 0.5)),
    (
        Step(drop_epochs=(2, 7, 8), factor=0.3),
        lambda rule: lr_scheduler.MultiStepLR(rule, [2 * EPOCH, 7 * EPOCH, 8 * EPOCH], 0.3),
    ),
    (
        Exponential(factor=0.8),
        lambda rule: lr_scheduler.ExponentialLR(rule, 0.8 ** (1 / EPOCH)),
    ),
    (Polynomial(power=2.0), lambda rule: lr_scheduler.PolynomialLR(rule, TOTAL, 2.0)),
    (
        Polynomial(final_share=0.2),
        lambda rule: lr_scheduler.LinearLR(rule, 1.0, 0.2, TOTAL),
    ),
    (
        Cosine(final_share=0.1),
        lambda rule: lr_scheduler.CosineAnnealingLR(rule, TOTAL, 0.1 * PEAK),
    ),
    (
        CosineRestarts(cycles=4),
        lambda rule: lr_scheduler.CosineAnnealingWarmRestarts(rule, TOTAL // 4),
    ),
    # Cycles of 4, 8, 16 and 32 steps.
    (
        CosineRestarts(cycles=4, multiplier=2.0, final_share=0.05),
        lambda rule: lr_scheduler.CosineAnnealingWarmRestarts(rule, 4, 2, 0.05 * PEAK),
    ),
    (
        Triangular(cycle_epochs=4.0, lowest_share=0.25),
        lambda rule: lr_scheduler.CyclicLR(
            rule, 0.25 * PEAK, PEAK, 2 * EPOCH, cycle_momentum=False
        ),
    ),
    (
        Triangular(cycle_epochs=2.0, lowest_share=0.25, keep=0.5),
        lambda rule: lr_scheduler.CyclicLR(
            rule, 0.25 * PEAK, PEAK, EPOCH, mode="triangular2", cycle_momentum=False
        ),
    ),
    # PyTorch counts both ends: its last step is the total less one, and its top is one earlier.
    (
        OneCycle(rise=0.3, start_divisor=10.0, final_divisor=100.0),
        lambda rule: lr_scheduler.OneCycleLR(
            rule,
            PEAK,
            total_steps=TOTAL + 1,
            pct_start=(18 + 1) / (TOTAL + 1),
            div_factor=10.0,
            final_div_factor=100.0,
            cycle_momentum=False,
        ),
    ),
]


@pytest.mark.parametrize(("schedule", "make"), TORCH, ids=[str(s) for s, _ in TORCH])
def test_a_schedule_is_the_one_of_pytorch(schedule: Schedule, make: Callable[[Any], Any]) -> None:
    # CosineAnnealingWarmRestarts of 4, 8, 16, 32 begins anew where the training ends.
    wanted = by_torch(make)
    np.testing.assert_allclose(drawn(schedule, 0)[:TOTAL], wanted, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(built(schedule, 0)[:TOTAL], wanted, rtol=2e-5, atol=1e-7)


def test_the_inverse_square_root_is_the_published_one() -> None:
    warmup, width = 20, 64

    def published(step: int) -> float:
        return width**-0.5 * min(step**-0.5, step * warmup**-1.5)

    peak = published(warmup)
    found = [InverseSquareRoot().rate(step, peak, warmup, 100, 10) for step in range(1, 100)]
    np.testing.assert_allclose(found, [published(step) for step in range(1, 100)], rtol=1e-12)


@pytest.mark.parametrize(
    "kind", [k for k, c in schedules().items() if "warmup_epochs" in c.defaults()]
)
def test_a_warm_up_rises_from_zero_to_where_the_schedule_begins(kind: str) -> None:
    schedule = schedules()[kind]()
    found = built(schedule, 8)
    start = drawn(schedule, 8)[8]
    np.testing.assert_allclose(found[:9], start * np.arange(9) / 8, rtol=1e-5)


@pytest.mark.parametrize("kind", schedules())
def test_a_warm_up_longer_than_the_training_rises_all_the_way(kind: str) -> None:
    found = built(schedules()[kind](), 20, 10)
    np.testing.assert_allclose(found, found[10] * np.arange(13) / 10, rtol=1e-5, atol=1e-8)


def test_drops_at_epochs_count_from_the_beginning_of_the_training() -> None:
    schedule = Step(drop_epochs=(4, 8), factor=0.1)
    found = built(schedule, 2 * EPOCH)
    assert found[4 * EPOCH - 1] == pytest.approx(PEAK)
    assert found[4 * EPOCH] == pytest.approx(0.1 * PEAK)
    assert found[8 * EPOCH] == pytest.approx(0.01 * PEAK)
    # One that lies within the warm-up has been taken when it ends.
    early = built(Step(drop_epochs=(1,)), 2 * EPOCH)
    assert early[2 * EPOCH] == pytest.approx(0.1 * PEAK)


def test_restarts_are_those_of_optax() -> None:
    parts = [
        {
            "init_value": PEAK,
            "peak_value": PEAK,
            "warmup_steps": 0,
            "decay_steps": steps,
            "end_value": 0.0,
        }
        for steps in (10, 20, 40)
    ]
    wanted = optax.sgdr_schedule(parts)
    found = drawn(CosineRestarts(cycles=3, multiplier=2.0), 0, 70)[:70]
    np.testing.assert_allclose(found, [float(wanted(s)) for s in range(70)], rtol=1e-5, atol=1e-7)


def values_of(param: Param) -> st.SearchStrategy[Any]:
    """Values that a parameter of a schedule may have."""
    low = 0.0 if param.minimum is None else param.minimum
    if param.kind == "int":
        high = 30 if param.maximum is None else param.maximum
        return st.integers(int(low), int(high))
    if param.kind == "ints":
        return st.lists(st.integers(1, 30), max_size=4).map(tuple)
    high = low + 20.0 if param.maximum is None else param.maximum
    return st.floats(low, high, allow_subnormal=False)


@pytest.mark.parametrize("kind", schedules())
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_is_drawn_is_what_trains(kind: str, data: st.DataObject) -> None:
    made = schedules()[kind]
    values = {p.name: data.draw(values_of(p), label=p.name) for p in made.params()}
    schedule = made(**values)
    epoch = data.draw(st.integers(1, 50), label="steps of an epoch")
    total = epoch * data.draw(st.integers(1, 30), label="epochs")
    warmup = round(schedule.warmup_epochs * epoch)
    steps = [0, 1, total - 1, total, *data.draw(st.lists(st.integers(0, 2 * total), max_size=6))]
    with jax.enable_x64(True):
        rule = schedule.build(PEAK, warmup, total, epoch).run({}, resolve)
        trained = [float(rule(step)) for step in steps]
    drawn = [schedule.rate(step, PEAK, warmup, total, epoch) for step in steps]
    np.testing.assert_allclose(drawn, trained, rtol=1e-6, atol=1e-9)
