"""Rematerialised training: the same steps, for less memory."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from core.compile.plan import make_plan
from core.compile.remat import segments
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from core.train.job import Job
from core.train.state import State
from tests.designs import DIGITS, Layer, classifier, noisy_mlp, with_recipe
from tests.generative import autoencoder
from tests.grouped import mlp_with_block
from tests.training import arrays_of, fresh_state, job_of

STEPS = 3


def deep_cnn(blocks: int = 12) -> Design:
    """Convolutions with batch statistics one after the other, and dropout."""
    block: tuple[Layer, ...] = (
        ("Conv", {"filters": 8, "kernel_size": (3, 3)}),
        ("BatchNorm", {}),
        ("Activation", {"function": "relu"}),
    )
    end: tuple[Layer, ...] = (("Dropout", {"rate": 0.3}), ("Flatten", {}), ("Dense", {"units": 10}))
    return classifier(DIGITS, *(block * blocks), *end, x="image")


def shared() -> Design:
    """Blocks with the same weights one after the other."""
    return edits.set_params(mlp_with_block(), "block", repeat=4, shared_repeats=True)


def some_steps(job: Job) -> State:
    state = fresh_state(job.program)
    job.program.compile(state)
    for rows in job.program.batches(0)[:STEPS]:
        state = job.program.step(state, rows)
    return state


def pair(design: Design, **recipe: Any) -> tuple[Job, Job]:
    """The job of a design without and with rematerialisation."""
    plain, saving = (
        edits.set_recipe(design, {**design.recipe, **recipe, "remat": remat})
        for remat in (False, True)
    )
    return job_of(plain), job_of(saving)


@pytest.mark.parametrize(
    "design",
    [noisy_mlp(), deep_cnn(2), autoencoder(), shared()],
    ids=["mlp", "cnn", "vae", "shared"],
)
def test_steps_are_the_same_but_for_rounding(design: Design) -> None:
    plain, saving = pair(with_recipe(design, optimizer="SGD", learning_rate=0.05, batch_size=32))
    left, right = some_steps(plain), some_steps(saving)
    for one, other in zip(arrays_of(left), arrays_of(right), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    for name, tally in left.sums.items():
        assert np.asarray(tally.total) == pytest.approx(float(right.sums[name].total), rel=1e-6), (
            name
        )


def test_steps_in_bfloat16_are_the_same_but_for_its_rounding() -> None:
    design = with_recipe(deep_cnn(2), optimizer="SGD", learning_rate=0.05, batch_size=32)
    plain, saving = pair(design, precision="bfloat16")
    left, right = some_steps(plain), some_steps(saving)
    for one, other in zip(arrays_of(left), arrays_of(right), strict=True):
        # A bfloat16 has 8 bits; the weights themselves are float32.
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=2**-7, atol=2**-8 * float(np.abs(one).max()))


def test_a_deep_network_needs_less_than_half_of_the_memory() -> None:
    needs = []
    for job in pair(deep_cnn(8), batch_size=128):
        program = job.program
        rows = program.feed.load(program.train_rows[:128].astype(np.int32))
        compiled = jax.jit(program.stages[0]).lower(program.initial_state(), rows).compile()
        needs.append(compiled.memory_analysis().temp_size_in_bytes)
    plain, saving = needs
    assert saving < 0.5 * plain


@pytest.mark.parametrize("blocks", [1, 3, 12])
def test_segments_are_all_steps_in_order_in_about_the_root_of_their_number(blocks: int) -> None:
    steps = make_plan(analyse(deep_cnn(blocks))).steps
    parts = segments(steps)
    assert [step for part in parts for step in part] == list(steps)
    assert abs(len(parts) - len(steps) ** 0.5) <= 1
    assert max(len(part) for part in parts) <= 2 * len(steps) ** 0.5
