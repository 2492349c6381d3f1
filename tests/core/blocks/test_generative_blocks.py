"""Sampling, restricted Boltzmann machines and associative memories against closed forms."""

from __future__ import annotations

from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from built_block import apply, build, run, tensors_of
from flax import nnx
from scipy.special import expit, logsumexp, softmax

from core.blocks.block import ShapeError
from core.blocks.generative import BinaryUnits, GaussianSampling
from core.blocks.hopfield import BinaryHopfield, Hopfield
from core.tensor import Tensor

RNG = np.random.default_rng(13)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def layer_of(block: Any, **arrays: np.ndarray) -> Any:
    layer: Any = build(block, tensors_of(arrays))
    layer.train()
    return layer


def test_sampling_gives_the_mean_in_evaluation() -> None:
    mean, log_variance = normal(5, 3), normal(5, 3)
    output, _ = run(GaussianSampling(), mean=mean, log_variance=log_variance)
    np.testing.assert_array_equal(output, mean)


def test_sampling_draws_with_the_mean_and_variance_while_training() -> None:
    mean = np.array([[0.0, 3.0, -2.0]], np.float32).repeat(20_000, axis=0)
    log_variance = np.log(np.array([[1.0, 0.25, 9.0]], np.float32)).repeat(20_000, axis=0)
    output, layer = run(GaussianSampling(), train=True, mean=mean, log_variance=log_variance)
    assert layer is not None
    np.testing.assert_allclose(output.mean(axis=0), mean[0], atol=0.1)
    np.testing.assert_allclose(output.var(axis=0), [1.0, 0.25, 9.0], rtol=0.05)
    again = np.asarray(layer(mean, log_variance))  # type: ignore[operator]
    assert np.all(again != output)
    correlation = np.corrcoef(again[:, 0], output[:, 0])[0, 1]
    assert abs(correlation) < 0.05


def test_the_slopes_of_sampling_are_those_of_the_formula() -> None:
    mean, log_variance = normal(4, 3), normal(4, 3)
    layer = layer_of(GaussianSampling(), mean=mean, log_variance=log_variance)
    graph, state = nnx.split(layer)

    def total(mean: jax.Array, log_variance: jax.Array) -> tuple[jax.Array, jax.Array]:
        drawn = nnx.merge(graph, state, copy=True)(mean, log_variance)
        return drawn.sum(), drawn

    slopes, drawn = jax.grad(total, argnums=(0, 1), has_aux=True)(mean, log_variance)
    np.testing.assert_allclose(slopes[0], 1.0)
    # z = mean + exp(v / 2) eps, so dz/dv = (z - mean) / 2.
    np.testing.assert_allclose(slopes[1], (np.asarray(drawn) - mean) / 2, rtol=1e-4, atol=1e-6)


def test_sampling_bears_extreme_variances() -> None:
    mean, log_variance = normal(2, 2), np.array([[1e4, -1e4], [80.0, 0.0]], np.float32)
    layer = layer_of(GaussianSampling(), mean=mean, log_variance=log_variance)
    graph, state = nnx.split(layer)
    slopes = jax.grad(lambda v: nnx.merge(graph, state, copy=True)(mean, v).sum())(log_variance)
    assert np.isfinite(layer(mean, log_variance)).all()
    assert np.isfinite(slopes).all()


def test_free_energy_is_that_of_the_sum_over_all_hidden_states() -> None:
    visible = RNG.integers(0, 2, (6, 5)).astype(np.float32)
    _, layer = run(BinaryUnits(units=4), input=visible)
    machine: Any = layer
    w, b, c = (
        np.asarray(p[...], np.float64)
        for p in (machine.kernel, machine.visible_bias, machine.hidden_bias)
    )
    states = np.array(list(product([0.0, 1.0], repeat=4)))
    minus_energy = (visible @ b)[:, None] + states @ c + visible @ w @ states.T
    wanted = -logsumexp(minus_energy, axis=1)
    np.testing.assert_allclose(machine.free_energy(visible), wanted, rtol=1e-5)


def test_hidden_probabilities_and_reconstruction() -> None:
    visible = RNG.uniform(0, 1, (6, 5)).astype(np.float32)
    hidden, layer = run(BinaryUnits(units=4), input=visible)
    machine: Any = layer
    w, b, c = (
        np.asarray(p[...]) for p in (machine.kernel, machine.visible_bias, machine.hidden_bias)
    )
    np.testing.assert_allclose(hidden, expit(c + visible @ w), rtol=1e-5)
    _, divergence, reconstruction = machine(visible)
    back = expit(b + hidden @ w.T)
    np.testing.assert_allclose(reconstruction, back, rtol=1e-5)
    energies = machine.free_energy(visible) - machine.free_energy(back)
    np.testing.assert_allclose(divergence, energies, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("k", [1, 3])
def test_its_gradient_is_that_of_contrastive_divergence(k: int) -> None:
    """<v h> of the data minus <v h> of the model, the model's samples drawn with the same keys."""
    visible = RNG.integers(0, 2, (7, 5)).astype(np.float32)
    block = BinaryUnits(units=4, k=k)
    _, layer = run(block, train=True, input=visible)
    graph, trained, rest = nnx.split(layer, nnx.Param, ...)

    def total(trained: Any) -> jax.Array:
        machine: Any = nnx.merge(graph, trained, rest, copy=True)
        return jnp.mean(machine(visible)[1])

    slopes = jax.grad(total)(trained)
    machine: Any = nnx.merge(graph, trained, rest, copy=True)
    w, b, c = (
        np.asarray(p[...]) for p in (machine.kernel, machine.visible_bias, machine.hidden_bias)
    )
    sampled = visible
    for _ in range(k):
        hidden = np.asarray(
            jax.random.bernoulli(machine.rngs(), expit(c + sampled @ w)), np.float32
        )
        sampled = np.asarray(
            jax.random.bernoulli(machine.rngs(), expit(b + hidden @ w.T)), np.float32
        )
    assert set(np.unique(sampled)) <= {0.0, 1.0}
    of_data, of_model = expit(c + visible @ w), expit(c + sampled @ w)
    rise = (visible.T @ of_data - sampled.T @ of_model) / 7
    np.testing.assert_allclose(-slopes["kernel"][...], rise, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        -slopes["visible_bias"][...], (visible - sampled).mean(axis=0), rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        -slopes["hidden_bias"][...], (of_data - of_model).mean(axis=0), rtol=1e-4, atol=1e-6
    )


def test_a_small_machine_learns_the_likelihood_of_its_data() -> None:
    """The exact likelihood, by summing over all states, rises under CD-1."""
    data = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], np.float32).repeat(50, axis=0)
    layer = layer_of(BinaryUnits(units=3), input=data)
    states = np.array(list(product([0.0, 1.0], repeat=4)), np.float32)

    def likelihood(machine: Any) -> float:
        partition = logsumexp(-np.asarray(machine.free_energy(states), np.float64))
        return float(np.mean(-np.asarray(machine.free_energy(data)) - partition))

    before = likelihood(layer)

    @nnx.jit
    def step(machine: Any) -> None:
        slopes = nnx.grad(lambda m: jnp.mean(m(data)[1]))(machine)
        nnx.update(
            machine, jax.tree.map(lambda p, s: p - 0.5 * s, nnx.state(machine, nnx.Param), slopes)
        )

    for _ in range(300):
        step(layer)
    assert before == pytest.approx(np.log(1 / 16), abs=0.1)
    # With all of the chance on both patterns it would be log(1/2).
    assert likelihood(layer) > -1.5


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("beta", [0.5, 4.0])
@pytest.mark.parametrize("shape", [(6,), (3, 6)])
def test_modern_hopfield_is_the_formula(shape: tuple[int, ...], beta: float, steps: int) -> None:
    state = normal(4, *shape)
    output, layer = run(Hopfield(patterns=5, beta=beta, steps=steps), input=state)
    machine: Any = layer
    w = np.asarray(machine.kernel[...], np.float64)
    wanted = state.astype(np.float64)
    for _ in range(steps):
        wanted = softmax(beta * wanted @ w.T, axis=-1) @ w
    np.testing.assert_allclose(output, wanted, rtol=1e-4, atol=1e-5)


def stored(block: Any, features: int = 64) -> tuple[Any, np.ndarray, np.ndarray]:
    """A memory of random patterns of signs, and those with one unit in eight turned."""
    patterns = RNG.choice([-1.0, 1.0], (block.patterns, features)).astype(np.float32)
    layer = layer_of(block, input=patterns)
    layer.kernel[...] = jnp.asarray(patterns)
    corrupted = patterns.copy()
    for row in corrupted:
        row[RNG.choice(features, features // 8, replace=False)] *= -1
    return layer, patterns, corrupted


def test_modern_hopfield_recovers_a_corrupted_pattern() -> None:
    layer, patterns, corrupted = stored(Hopfield(patterns=20, beta=1.0))
    np.testing.assert_allclose(layer(corrupted), patterns, atol=1e-3)


def test_classic_hopfield_recovers_a_corrupted_pattern() -> None:
    layer, patterns, corrupted = stored(BinaryHopfield(patterns=4, steps=5))
    np.testing.assert_array_equal(layer(corrupted), patterns)


@pytest.mark.parametrize("steps", [1, 4])
def test_classic_hopfield_is_the_formula(steps: int) -> None:
    state = normal(8, 6)
    output, layer = run(BinaryHopfield(patterns=3, steps=steps), input=state)
    machine: Any = layer
    patterns = np.sign(np.asarray(machine.kernel[...]))
    couplings = patterns.T @ patterns / 6
    np.fill_diagonal(couplings, 0)
    wanted = np.sign(state)
    for _ in range(steps):
        drive = np.round(wanted @ couplings, 6)
        wanted = np.where(drive == 0, wanted, np.sign(drive))
    np.testing.assert_array_equal(output, wanted)
    assert set(np.unique(output)) <= {-1.0, 1.0}


def test_classic_hopfield_passes_gradients_straight_through() -> None:
    state = normal(5, 4)
    block = BinaryHopfield(patterns=3)
    layer = layer_of(block, input=state)
    tensors = tensors_of({"input": state})
    graph, trained, rest = nnx.split(layer, nnx.Param, ...)

    def total(trained: Any) -> jax.Array:
        machine = nnx.merge(graph, trained, rest, copy=True)
        return jnp.sum(apply(block, tensors, machine, {"input": state}) * normal(5, 4))

    assert np.any(jax.tree.leaves(jax.grad(total)(trained))[0] != 0)


def test_sampling_refuses_unlike_shapes() -> None:
    with pytest.raises(ShapeError) as refused:
        GaussianSampling().infer(mean=Tensor((None, 2)), log_variance=Tensor((None, 3)))
    assert "[B, 3]" in refused.value.remedy
