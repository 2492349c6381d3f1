"""What all blocks with kernels share: initialisers, constraints and number formats."""

from __future__ import annotations

import math

import jax
import numpy as np
import pytest
from built_block import apply, build, run

from core.blocks.block import Block
from core.blocks.convolution import Conv
from core.blocks.dense import Dense
from core.blocks.weights import KERNEL_INITIALIZERS, Weighted
from core.compile.names import resolve
from core.tensor import Tensor

# Numbers of inputs and outputs that differ, so that the one cannot stand in for the other.
DENSE = (Dense, {"units": 200}, (300,), 300, 200)
CONV = (Conv, {"filters": 96, "kernel_size": (3, 5)}, (8, 8, 32), 15 * 32, 15 * 96)
# Variance of each initialiser by fan in and fan out, and whether it is uniform.
VARIANCES = {
    "glorot_uniform": (lambda i, o: 2 / (i + o), True),
    "glorot_normal": (lambda i, o: 2 / (i + o), False),
    "he_uniform": (lambda i, o: 2 / i, True),
    "he_normal": (lambda i, o: 2 / i, False),
    "lecun_uniform": (lambda i, o: 1 / i, True),
    "lecun_normal": (lambda i, o: 1 / i, False),
    "uniform": (lambda i, o: 0.1**2 / 12, True),
    "normal": (lambda i, o: 0.02**2, False),
}


def kernel(cls: type[Block], options: dict, sizes: tuple[int, ...]) -> np.ndarray:
    layer = build(cls(**options), {"input": Tensor((None, *sizes))}, seed=5)
    return np.asarray(layer.kernel[...], np.float64)


@pytest.mark.parametrize("layer", [DENSE, CONV], ids=["Dense", "Conv"])
@pytest.mark.parametrize("name", VARIANCES)
def test_initialiser_has_its_published_mean_and_variance(name: str, layer: tuple) -> None:
    cls, options, sizes, fan_in, fan_out = layer
    drawn = kernel(cls, {**options, "kernel_init": name}, sizes)
    formula, is_uniform = VARIANCES[name]
    variance = formula(fan_in, fan_out)
    assert abs(drawn.mean()) < 5 * math.sqrt(variance / drawn.size)
    assert drawn.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / drawn.size))
    if is_uniform:
        limit = math.sqrt(3 * variance)
        assert 0.99 * limit < np.abs(drawn).max() <= limit * (1 + 1e-6)
    else:
        # He, Glorot and LeCun normal are cut at two deviations before they are scaled.
        farthest = np.abs(drawn).max() / math.sqrt(variance)
        cut = 2 / 0.87962566
        assert farthest > 4 if name == "normal" else 0.99 * cut < farthest < 1.001 * cut


def test_truncated_normal_is_cut_at_two_deviations() -> None:
    drawn = kernel(*_with(DENSE, "truncated_normal"))
    assert 0.0399 < np.abs(drawn).max() <= 0.04 * (1 + 1e-6)
    assert drawn.std() == pytest.approx(0.02 * 0.87962566, rel=0.02)


@pytest.mark.parametrize("layer", [DENSE, CONV, (Dense, {"units": 40}, (30,), 0, 0)])
def test_orthogonal_kernels_have_orthonormal_columns_or_rows(layer: tuple) -> None:
    q = kernel(*_with(layer, "orthogonal"))
    q = q.reshape(-1, q.shape[-1])
    small = q.T @ q if q.shape[0] >= q.shape[1] else q @ q.T
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-5)


@pytest.mark.parametrize(("name", "value"), [("zeros", 0), ("ones", 1)])
def test_constant_kernels(name: str, value: float) -> None:
    np.testing.assert_array_equal(kernel(*_with(DENSE, name)), value)


def test_every_initialiser_is_tested() -> None:
    others = {"truncated_normal", "orthogonal", "zeros", "ones"}
    assert set(KERNEL_INITIALIZERS) == {*VARIANCES, *others}


def _with(layer: tuple, name: str) -> tuple:
    cls, options, sizes, *_ = layer
    return cls, {**options, "kernel_init": name}, sizes


@pytest.mark.parametrize(
    ("name", "mean", "deviation"),
    [("zeros", 0, 0), ("ones", 1, 0), ("normal", 0, 0.02), ("uniform", 0, 0.1 / math.sqrt(12))],
)
def test_biases_start_as_chosen(name: str, mean: float, deviation: float) -> None:
    block = Dense(units=4000, bias_init=name)
    bias = np.asarray(build(block, {"input": Tensor((None, 2))}).bias[...])
    assert bias.mean() == pytest.approx(mean, abs=5 * deviation / math.sqrt(4000))
    assert bias.std() == pytest.approx(deviation, rel=0.06)


@pytest.mark.parametrize("shape", [(7, 5), (3, 3, 4, 5)])
def test_constraints_hold_each_units_weights(shape: tuple[int, ...]) -> None:
    weights = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    weights[..., 0] *= 1e-3
    flat = weights.reshape(-1, 5)
    lengths = np.linalg.norm(flat, axis=0)

    def held(constraint: str, **options: float) -> np.ndarray:
        rule = Dense(constraint=constraint, **options).learning.constraint
        assert rule is not None
        return np.asarray(rule.run({"weights": weights}, resolve)).reshape(-1, 5)

    limited = held("max_norm", norm_limit=1.5)
    expected = flat * np.where(lengths > 1.5, 1.5 / lengths, 1)
    assert 0 < np.sum(lengths > 1.5) < 5
    np.testing.assert_allclose(limited, expected, rtol=1e-5)
    np.testing.assert_allclose(held("unit_norm"), flat / lengths, rtol=1e-5)
    np.testing.assert_array_equal(held("non_negative"), np.where(flat > 0, flat, 0))
    assert Dense().learning.constraint is None


@pytest.mark.parametrize("constraint", ["max_norm", "unit_norm"])
def test_a_unit_without_weights_stays_so(constraint: str) -> None:
    rule = Dense(constraint=constraint).learning.constraint
    held = rule.run({"weights": np.zeros((4, 2), np.float32)}, resolve)
    np.testing.assert_array_equal(held, 0)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize(("cls", "options", "sizes"), [DENSE[:3], CONV[:3]], ids=["Dense", "Conv"])
def test_a_smaller_format_is_computed_in_and_float32_comes_out(
    cls: type[Weighted], options: dict, sizes: tuple[int, ...], dtype: str
) -> None:
    x = np.random.default_rng(1).normal(size=(2, *sizes)).astype(np.float32)
    exact, _ = run(cls(**options), input=x)
    block = cls(**options, dtype=dtype)
    y, layer = run(block, input=x)
    assert y.dtype == np.float32
    assert layer.kernel[...].dtype == np.float32
    inner = str(jax.make_jaxpr(layer)(x))
    assert ("bf16[" if dtype == "bfloat16" else "f16[") in inner
    steps = 2.0**-7 if dtype == "bfloat16" else 2.0**-10
    assert 0 < np.abs(y - exact).max() < 4 * steps * np.abs(exact).max()
    tensors = {"input": Tensor((None, *sizes))}
    assert block.infer(**tensors).dtype == "float32"
    assert apply(block, tensors, layer, {"input": x}).dtype == np.float32
