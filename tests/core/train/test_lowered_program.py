"""On a CPU the program's networks are lowered, with the same weights and the same results."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
from flax import nnx

from core.compile.lowering.convolution import convolution
from core.compile.plan import make_plan
from core.design.analysis import analyse
from core.train.networks import Networks
from tests.core.networks.convolutional_designs import lenet_5


def networks(platform: str) -> Networks:
    return Networks(make_plan(analyse(lenet_5()), to_train=False), 0, platform)


def slopes(made: Networks, x: np.ndarray) -> list[jax.Array]:
    def loss(params: list[jax.Array]) -> jax.Array:
        return (made.training(params, made.rest)(x) ** 2).sum()

    return jax.jit(jax.grad(loss))(made.params)


def convs(network: nnx.Module) -> list[Any]:
    found: list[Any] = [m for _, m in nnx.iter_modules(network) if isinstance(m, nnx.Conv)]
    assert len(found) == 2
    return found


def test_only_on_a_cpu_and_never_what_is_given_away() -> None:
    cpu, gpu = networks("cpu"), networks("gpu")
    for made, lowered in ((cpu, True), (gpu, False)):
        for network in (
            made.training(made.params, made.rest),
            made.evaluating(made.params, made.rest),
        ):
            assert all((c.conv_general_dilated is convolution) is lowered for c in convs(network))
        plain = made.plain(made.params, made.rest)
        assert all(c.conv_general_dilated is jax.lax.conv_general_dilated for c in convs(plain))


@pytest.mark.optimised
def test_weights_and_gradients_are_those_of_plain_layers() -> None:
    x = np.random.default_rng(0).normal(size=(3, 32, 32, 1)).astype(np.float32)
    cpu, gpu = networks("cpu"), networks("gpu")
    assert cpu.param_names == gpu.param_names
    for one, other in zip(cpu.params, gpu.params, strict=True):
        assert np.array_equal(one, other)
    for one, other in zip(slopes(cpu, x), slopes(gpu, x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * float(abs(other).max()))
