"""Activation functions and their slopes against PyTorch; steps learn by the perceptron's rule."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from built_block import apply, build, run, tensors_of
from torch.nn import functional

from core.blocks.activation import FUNCTIONS, Activation
from core.blocks.block import ShapeError
from core.blocks.gating import GLU
from core.blocks.prelu import PReLU
from core.blocks.step import Step
from core.tensor import Tensor

# No corner of a piecewise function lies on the grid, where slopes are a matter of convention.
X = np.linspace(-7.03, 7.05, 56, dtype=np.float32).reshape(7, 8)
SLOPE, ALPHA = 0.2, 1.5

REFERENCES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": functional.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: functional.softmax(x, dim=-1),
    "leaky_relu": lambda x: functional.leaky_relu(x, SLOPE),
    "elu": lambda x: functional.elu(x, ALPHA),
    "gelu": functional.gelu,
    "swish": functional.silu,
    "relu6": functional.relu6,
    "selu": functional.selu,
    "celu": lambda x: functional.celu(x, ALPHA),
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "mish": functional.mish,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "hard_sigmoid": functional.hardsigmoid,
    "hard_tanh": functional.hardtanh,
    "hard_swish": functional.hardswish,
    "log_sigmoid": functional.logsigmoid,
    "log_softmax": lambda x: functional.log_softmax(x, dim=-1),
    "exp": torch.exp,
    "linear": lambda x: x * 1.0,
}
GATES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    name: REFERENCES[name] for name in ("sigmoid", "relu", "gelu", "swish", "linear")
}


def slopes(block: Activation | Step | GLU, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The gradient of the weighted sum of a block's output."""
    tensors = tensors_of({"input": x})
    value = jax.grad(lambda x: jnp.vdot(weights, apply(block, tensors, None, {"input": x})))
    return np.asarray(value(x))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_and_slope_are_those_of_pytorch(function: str) -> None:
    block = Activation(function=function, negative_slope=SLOPE, alpha=ALPHA)
    given = torch.tensor(X.astype(np.float64), requires_grad=True)
    expected = REFERENCES[function](given)
    y, _ = run(block, input=X)
    np.testing.assert_allclose(y, expected.detach(), rtol=3e-5, atol=3e-6)

    weights = np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    expected.backward(torch.tensor(weights.astype(np.float64)))
    np.testing.assert_allclose(slopes(block, X, weights), given.grad, rtol=2e-4, atol=2e-5)


def test_softmax_runs_along_the_last_axis_and_bears_large_numbers() -> None:
    x = np.array([[[1000.0, 1000.0], [0.0, -1000.0]]], np.float32)
    y, _ = run(Activation(function="softmax"), input=x)
    np.testing.assert_allclose(y, [[[0.5, 0.5], [1.0, 0.0]]])


def test_what_divides_by_alpha_refuses_zero() -> None:
    with pytest.raises(ShapeError, match="divides by Alpha"):
        Activation(function="celu", alpha=0.0).infer(Tensor((None, 3)))


@pytest.mark.parametrize("sizes", [(8,), (3, 8), (2, 3, 8)])
@pytest.mark.parametrize("shared", [False, True])
def test_prelu_is_that_of_pytorch(shared: bool, sizes: tuple[int, ...]) -> None:
    x = np.random.default_rng(2).normal(size=(5, *sizes)).astype(np.float32)
    y, layer = run(PReLU(shared=shared), input=x)
    slope = torch.tensor(np.asarray(layer.slope[...]))
    channels_second = torch.tensor(np.moveaxis(x, -1, 1))
    expected = np.moveaxis(functional.prelu(channels_second, slope).numpy(), 1, -1)
    np.testing.assert_allclose(y, expected, rtol=1e-6)


def test_prelu_starts_from_its_first_slope() -> None:
    block = PReLU(negative_slope=0.1)
    layer = build(block, {"input": Tensor((None, 2))})
    np.testing.assert_allclose(layer(np.array([[-2.0, 3.0]])), [[-0.2, 3.0]], rtol=1e-6)


@pytest.mark.parametrize("function", GATES)
def test_gated_units_multiply_the_halves(function: str) -> None:
    y, _ = run(GLU(function=function), input=X)
    first, second = torch.tensor(X).chunk(2, dim=-1)
    np.testing.assert_allclose(y, first * GATES[function](second), rtol=3e-5, atol=3e-6)


def test_the_first_gated_unit_is_that_of_pytorch() -> None:
    y, _ = run(GLU(), input=X)
    np.testing.assert_allclose(y, functional.glu(torch.tensor(X)), rtol=1e-5, atol=1e-6)


def test_an_odd_number_of_features_has_no_halves() -> None:
    with pytest.raises(ShapeError, match="no two halves"):
        GLU().infer(Tensor((None, 4, 5)))


@pytest.mark.parametrize("surrogate", ["straight_through", "hard_tanh", "sigmoid", "none"])
@pytest.mark.parametrize("bipolar", [False, True])
def test_step_is_one_from_the_threshold_on(bipolar: bool, surrogate: str) -> None:
    x = np.array([[-1e9, -1.0, 0.49, 0.5, 0.51, 3e9]], np.float32)
    y, _ = run(Step(bipolar=bipolar, threshold=0.5, surrogate=surrogate), input=x)
    low = -1 if bipolar else 0
    np.testing.assert_array_equal(y, [[low, low, low, 1, 1, 1]])


def test_step_takes_the_slope_of_its_surrogate() -> None:
    x = np.array([[-2.0, -0.3, 0.4, 1.2, 2.6]], np.float32)
    ones = np.ones_like(x)
    sigmoid = 1 / (1 + np.exp(-(x - 0.5)))
    expected = {
        "straight_through": ones,
        "hard_tanh": [[0, 1, 1, 1, 0]],
        "sigmoid": sigmoid * (1 - sigmoid),
        "none": 0 * ones,
    }
    for surrogate, slope in expected.items():
        found = slopes(Step(threshold=0.5, surrogate=surrogate), x, ones)
        np.testing.assert_allclose(found, slope, rtol=1e-5, atol=1e-7)


def test_a_step_with_a_squared_error_learns_by_the_rule_of_the_perceptron() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(20, 3)).astype(np.float32), rng.normal(size=(3, 1)).astype(np.float32)
    target = (x @ np.array([[1.0], [-2.0], [0.5]]) > 0).astype(np.float32)
    tensors = {"input": Tensor((None, 1))}

    def error(w: jax.Array) -> jax.Array:
        y = apply(Step(), tensors, None, {"input": x @ w})
        return jnp.sum((y - target) ** 2) / 2

    said = (x @ w >= 0).astype(np.float32)
    assert np.sum(said != target) > 0
    np.testing.assert_allclose(-jax.grad(error)(w), x.T @ (target - said), rtol=1e-5, atol=1e-6)
