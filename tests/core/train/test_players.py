"""Losses that train nodes of their own take turns, as a loop of two optimizers by hand does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from core.design import edits
from core.design.document import Design
from core.errors import InputError
from core.train.program import Program
from core.train.state import State
from tests.adversarial import gan
from tests.designs import iris_mlp
from tests.training import equal, fresh_state, job_of, params_of, stop_after_epoch, train

SIDES = ("generator", "discriminator")


def kept_of(program: Program, state: State) -> dict[str, np.ndarray]:
    """Weights and averages by name."""
    rest = zip(program.rest_names, state.rest, strict=True)
    averages = {n: np.array(v) for n, v in rest if n.endswith((".mean", ".var"))}
    return params_of(program, state) | averages


def after_steps(design: Design, steps: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    """Weights and averages before and after some steps."""
    program = job_of(design).program
    state = fresh_state(program)
    program.compile(state)
    before = kept_of(program, state)
    for rows in program.batches(0)[:steps]:
        state = program.step(state, rows)
    return before, kept_of(program, state)


@pytest.mark.parametrize("side", SIDES)
def test_a_loss_changes_not_a_bit_of_the_other_side(side: str) -> None:
    """The other side's loss is left out, so that what is changed is this one's doing."""
    (other,) = set(SIDES) - {side}
    design = edits.remove(gan(averages=True, noise=True), nodes=(f"{other}_loss",))
    before, after = after_steps(design, steps=3)
    assert any(".mean" in name for name in before)
    for name, value in before.items():
        changed = value.tobytes() != after[name].tobytes()
        # The mean of what follows a bias that is taken off again has no slope to move it.
        assert changed == name.startswith(side) or name == f"{side}_{side}_in.bias", name


def logits(p: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    hidden = jnp.tanh(x @ p["discriminator_in.kernel"] + p["discriminator_in.bias"])
    return hidden @ p["discriminator_out.kernel"] + p["discriminator_out.bias"]


def made(p: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    hidden = jnp.tanh(x @ p["generator_in.kernel"] + p["generator_in.bias"])
    return hidden @ p["generator_out.kernel"] + p["generator_out.bias"]


def judged(d: dict[str, jax.Array], g: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    fake, real = jax.nn.sigmoid(logits(d, made(g, x))), jax.nn.sigmoid(logits(d, x))
    return jnp.mean(-jnp.log(real) - jnp.log(1 - fake))


def fooled(g: dict[str, jax.Array], d: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    return jnp.mean(-jnp.log(jax.nn.sigmoid(logits(d, made(g, x)))))


@pytest.mark.parametrize("every", [1, 3])
def test_taking_turns_is_two_optimizers_in_a_loop(every: int) -> None:
    job = job_of(gan(every=every, optimizer="Adam", learning_rate=0.01, batch_size=32))
    program = job.program
    state = fresh_state(program)
    program.compile(state)
    start = params_of(program, state)
    d, g = (
        {n.removeprefix(s): jnp.asarray(v) for n, v in start.items() if n.startswith(s)}
        for s in ("discriminator_", "generator_")
    )
    adam = optax.adam(0.01)
    of_d, of_g = adam.init(d), adam.init(g)
    slope_of_d, slope_of_g = jax.jit(jax.grad(judged)), jax.jit(jax.grad(fooled))
    update = jax.jit(adam.update)
    step = 0
    for epoch in range(2):
        for rows in program.batches(epoch):
            state = program.step(state, rows)
            x = jnp.asarray(job.prepared.columns["features"][rows])
            change, of_d = update(slope_of_d(d, g, x), of_d)
            d = optax.apply_updates(d, change)
            if step % every == 0:
                change, of_g = update(slope_of_g(g, d, x), of_g)
                g = optax.apply_updates(g, change)
            step += 1
    found = params_of(program, state)
    for side, params in (("discriminator", d), ("generator", g)):
        for name, value in params.items():
            np.testing.assert_allclose(found[f"{side}_{name}"], value, rtol=2e-4, atol=2e-6)


def test_a_player_that_waits_keeps_its_optimizer_and_counts_no_samples() -> None:
    job = job_of(gan(every=2, noise=True))
    program = job.program
    state = fresh_state(program)
    program.compile(state)
    first, second = program.batches(0)[:2]
    state = program.step(state, first)
    before = kept_of(program, state)
    sums = {name: float(tally.count) for name, tally in state.sums.items()}
    state = program.step(state, second)
    after = kept_of(program, state)
    still = {n for n in before if np.array_equal(before[n], after[n])}
    assert still == {n for n in before if n.startswith("generator")}
    counts = {name: float(tally.count) for name, tally in state.sums.items()}
    assert counts["generator_loss.loss"] == sums["generator_loss.loss"] == len(first)
    assert counts["discriminator_loss.loss"] == len(first) + len(second)


def test_losses_that_train_the_same_are_added_and_not_played() -> None:
    program = job_of(gan()).program
    assert len(program.stages[0].players) == 2
    together = edits.set_params(gan(), "discriminator_loss", trains=("again",))
    assert len(job_of(together).program.stages[0].players) == 2, "a use with the same weights"
    both = edits.set_params(gan(), "generator_loss", trains=("discriminator",))
    assert [p.losses for p in job_of(both).program.stages[0].players] == [(0, 1)]


def test_a_broken_game_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    job = job_of(gan(averages=True, noise=True, every=2, epochs=4, optimizer="Adam"))
    straight = train(job, tmp_path / "straight")
    broken = train(job, tmp_path / "broken", stop_after_epoch(3))
    resumed = train(job, tmp_path / "broken", resume=broken.run)
    assert equal(resumed.training.state, straight.training.state)


def test_training_what_is_not_there_is_refused_by_name() -> None:
    design = edits.set_params(iris_mlp(), "loss", trains=("denser",))
    with pytest.raises(InputError, match="'denser'"):
        job_of(design)
