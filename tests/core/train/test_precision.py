"""Half precision: weights stay float32, results stay near, small and large gradients survive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from core.design import edits
from core.design.document import Design
from core.train.precision import FIRST_SCALE, GROWTH_STEPS, Precision
from core.train.program import Program
from core.train.state import LossScale
from tests.designs import digits_cnn, iris_mlp, noisy_mlp, with_recipe
from tests.training import fresh_state, job_of, params_of, train

HALVES = ("bfloat16", "float16")


def with_precision(design: Design, precision: str, **recipe: Any) -> Design:
    design = with_recipe(design, **recipe)
    return replace(design, recipe={**design.recipe, "precision": precision})


def program_of(precision: str, design: Design | None = None) -> Program:
    plain = {"optimizer": "SGD", "learning_rate": 0.1, "momentum": 0.0}
    return job_of(with_precision(design or iris_mlp(), precision, **plain)).program


def dtypes_of_products(program: Program) -> set[str]:
    """What the matrix products and convolutions of a step are computed in."""
    state = fresh_state(program)
    loaded = program.feed.load(program.batches(0)[0])
    traced = jax.make_jaxpr(lambda s, given: program.stages[0](s, given))(state, loaded)
    found: set[str] = set()

    def visit(jaxpr: Any) -> None:
        for equation in jaxpr.eqns:
            if equation.primitive.name in ("dot_general", "conv_general_dilated"):
                found.update(v.aval.dtype.name for v in equation.invars)
            for part in jax.tree.leaves(
                equation.params, is_leaf=lambda p: hasattr(p, "jaxpr") or hasattr(p, "eqns")
            ):
                if hasattr(part, "jaxpr") or hasattr(part, "eqns"):
                    visit(getattr(part, "jaxpr", part))

    visit(traced.jaxpr)
    return found


@pytest.mark.parametrize("precision", ["float32", *HALVES])
@pytest.mark.parametrize("make", [iris_mlp, digits_cnn, noisy_mlp])
def test_products_are_computed_in_the_chosen_format(make: Any, precision: str) -> None:
    program = program_of(precision, make())
    assert dtypes_of_products(program) == {precision}
    state = fresh_state(program)
    program.compile(state)
    state = program.step(state, program.batches(0)[0])
    floats = [a for a in (*state.params, *state.rest) if jnp.issubdtype(a.dtype, jnp.floating)]
    assert {a.dtype.name for a in floats} == {"float32"}


def test_frozen_weights_are_cast_too_and_stay_as_they_are() -> None:
    design = edits.set_params(iris_mlp(), "dense", trainable=False)
    program = program_of("bfloat16", design)
    assert dtypes_of_products(program) == {"bfloat16"}
    state = fresh_state(program)
    program.compile(state)
    before = [np.array(a) for a in state.rest if jnp.issubdtype(a.dtype, jnp.floating)]
    state = program.step(state, program.batches(0)[0])
    after = [np.array(a) for a in state.rest if jnp.issubdtype(a.dtype, jnp.floating)]
    assert before
    assert all(a.tobytes() == b.tobytes() for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("precision", HALVES)
def test_a_step_is_near_that_of_full_precision(precision: str) -> None:
    moved = []
    for kind in ("float32", precision):
        program = program_of(kind)
        state = fresh_state(program)
        program.compile(state)
        before = params_of(program, state)
        after = params_of(program, program.step(state, program.batches(0)[0]))
        moved.append(np.concatenate([(after[n] - before[n]).ravel() for n in before]))
    exact, near = moved
    assert np.abs(near - exact).max() < 0.03 * np.abs(exact).max()
    assert not np.array_equal(near, exact)


@pytest.mark.parametrize("precision", HALVES)
def test_it_learns_as_well(precision: str, tmp_path: Path) -> None:
    design = with_precision(iris_mlp(), precision, epochs=15, learning_rate=0.02)
    found = train(job_of(design), tmp_path)
    assert found.summary.validation["accuracy"] > 0.9


def test_gradients_below_what_float16_holds_survive() -> None:
    precision = Precision("float16")
    scale = LossScale(jnp.float32(FIRST_SCALE), jnp.int32(0))

    def loss(w: jax.Array) -> jax.Array:
        return (w.astype(jnp.float16) * jnp.float16(1e-4)).astype(jnp.float32) * 1e-4

    # The gradient at the float16 product is 1e-4 * 1e-4, below its smallest number.
    assert jax.grad(loss)(jnp.float32(1.0)) == pytest.approx(0, abs=2e-9)
    scaled = jax.grad(lambda w: precision.scaled(loss(w), scale))(jnp.float32(1.0))
    (found,) = precision.unscaled([scaled], scale)
    assert float(found) == pytest.approx(1e-8, rel=1e-2)


def test_an_overflow_halves_the_scale_and_changes_nothing_else() -> None:
    precision = Precision("float16")
    scale = LossScale(jnp.float32(1024.0), jnp.int32(7))
    old, new = [jnp.zeros(2)], [jnp.ones(2)]
    kept, after = precision.kept([jnp.array([1.0, jnp.inf])], new, old, scale)
    assert after is not None
    assert np.array_equal(kept[0], old[0])
    assert (float(after.factor), int(after.steps)) == (512.0, 0)
    kept, after = precision.kept([jnp.array([1.0, 2.0])], new, old, scale)
    assert after is not None
    assert np.array_equal(kept[0], new[0])
    assert (float(after.factor), int(after.steps)) == (1024.0, 8)
    late = LossScale(jnp.float32(1024.0), jnp.int32(GROWTH_STEPS - 1))
    _, after = precision.kept([jnp.ones(1)], new, old, late)
    assert after is not None
    assert (float(after.factor), int(after.steps)) == (2048.0, 0)
