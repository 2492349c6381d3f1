"""Lowered layers give the values and gradients of those that they stand in for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compile.layers.recurrent import Recurrent
from core.compile.lowering import convolution as lowered
from core.compile.lowering import pooling, tiling
from core.compile.lowering.attention import attention
from core.compile.lowering.recurrent import LoweredRecurrent


def drawn(seed: int, *shape: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), jnp.float32)


def check_same(
    ours: Callable[..., jax.Array], theirs: Callable[..., jax.Array], *arguments: jax.Array
) -> None:
    """Values, and the gradients by all arguments along a random direction, are the same."""
    wanted = jax.eval_shape(theirs, *arguments)
    slope = drawn(1, *wanted.shape)

    def both(function: Callable[..., jax.Array]) -> tuple[jax.Array, ...]:
        @jax.jit
        def run(slope: jax.Array, *arguments: jax.Array) -> tuple[jax.Array, ...]:
            value, back = jax.vjp(function, *arguments)
            return value, *back(slope)

        return run(slope, *arguments)

    for one, other in zip(both(ours), both(theirs), strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        size = float(jnp.abs(other).max()) if other.size else 0.0
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5 * max(size, 1.0))


def numbers(dims: str) -> Any:
    return (f"N{dims}C", f"{dims}IO", f"N{dims}C")


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]:
    """Shapes of an input and a kernel, and the options of their convolution."""
    axes = draw(st.sampled_from((1, 1, 2, 2, 2, 3)))
    many = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(axes))  # noqa: E731
    groups = draw(st.sampled_from((1, 1, 1, 2)))
    channels, filters = draw(st.integers(1, 4)), groups * draw(st.integers(1, 5))
    kernel, dilation = many(1, 4), many(1, 2)
    # XLA aborts on the gradient of some windows that see nothing of the input.
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    sizes = tuple(draw(st.integers(extent, extent + 5)) for extent in reach)
    padding = draw(st.sampled_from(("SAME", "VALID", "EXPLICIT")))
    sides = (st.integers(0, extent - 1) for extent in reach)
    pads = tuple((draw(side), draw(side)) for side in sides)
    options = {
        "window_strides": many(1, 3),
        "padding": pads if padding == "EXPLICIT" else padding,
        "rhs_dilation": dilation,
        "feature_group_count": groups,
        "dimension_numbers": numbers("DHW"[3 - axes :]),
    }
    batch = draw(st.integers(1, 3))
    return (batch, *sizes, channels * groups), (*kernel, channels, filters), options


def out_of(options: dict[str, Any]) -> Callable[..., jax.Array]:
    return lambda x, w: jax.lax.conv_general_dilated(x, w, **options)


@given(convolutions())
@settings(max_examples=12, deadline=None)
def test_a_convolution_is_that_of_lax(case: Any) -> None:
    shape, kernel, options = case
    x, w = drawn(2, *shape), drawn(3, *kernel)
    check_same(lambda x, w: lowered.convolution(x, w, **options), out_of(options), x, w)


@given(convolutions(), st.integers(1, 6))
@settings(max_examples=12, deadline=None)
def test_every_tiling_gives_the_same(case: Any, length: int) -> None:
    shape, kernel, options = case
    options["feature_group_count"] = 1
    kernel = (*kernel[:-2], shape[-1], kernel[-1])
    x, w = drawn(2, *shape), drawn(3, *kernel)
    strides, dilation = options["window_strides"], options["rhs_dilation"]
    pads = options["padding"]
    if isinstance(pads, str):
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=False)]
        pads = jax.lax.padtype_to_pads(shape[1:-1], reach, strides, pads)
    sides = tuple((int(low), int(high)) for low, high in pads)
    given = tiling.Tiling(shape[1:-1], kernel[:-2], strides, dilation, sides, length)
    check_same(lambda x, w: lowered.tiled(x, w, given), out_of(options), x, w)


@pytest.mark.parametrize(
    ("shape", "kernel"),
    [((128, 28, 28, 1), (5, 5, 1, 6)), ((128, 14, 14, 6), (5, 5, 6, 16)), ((64, 99, 2), (3, 2, 8))],
)
def test_few_channels_are_tiled(shape: tuple[int, ...], kernel: tuple[int, ...]) -> None:
    ones = (1,) * (len(shape) - 2)
    found = tiling.choose(shape, kernel, ones, ones, "SAME")
    assert found is not None
    every = [tiling.Tiling(**{**vars(found), "length": n}) for n in tiling.LENGTHS]
    assert min(tiling.cost(t, *kernel[-2:]) for t in every) == tiling.cost(found, *kernel[-2:])


@pytest.mark.parametrize(
    ("shape", "kernel"),
    [
        ((128, 14, 14, 16), (3, 3, 16, 16)),
        ((128, 32, 32, 3), (3, 3, 3, 64)),
        # Their patches would take more memory than they may.
        ((128, 224, 224, 3), (3, 3, 3, 16)),
    ],
)
def test_others_are_left_to_xla(shape: tuple[int, ...], kernel: tuple[int, ...]) -> None:
    assert tiling.choose(shape, kernel, (1, 1), (1, 1), "SAME") is None


@given(
    st.integers(1, 3),
    st.sampled_from(("SAME", "VALID", "EXPLICIT")),
    st.booleans(),
    st.sampled_from((nnx.max_pool, nnx.avg_pool)),
    st.data(),
)
@settings(max_examples=12, deadline=None)
def test_pooling_is_that_of_flax(
    axes: int, padding: str, overlap: bool, plain: Any, data: st.DataObject
) -> None:
    window = tuple(data.draw(st.integers(1, 3)) for _ in range(axes))
    sizes = tuple(data.draw(st.integers(extent, 7)) for extent in window)
    pads = ((0, 0),) * axes if padding == "EXPLICIT" else padding
    strides = (1,) * axes if overlap else window
    fast = pooling.max_pool if plain is nnx.max_pool else pooling.avg_pool
    # Few different values, so that several of a window are the largest.
    x = jnp.round(drawn(4, 2, *sizes, 3))
    check_same(
        lambda x: fast(x, window, strides, pads), lambda x: plain(x, window, strides, pads), x
    )


def test_what_is_not_a_number_is_seen_through_pooling() -> None:
    for place in range(4):
        x = jnp.arange(4.0).at[place].set(jnp.nan).reshape(1, 2, 2, 1)
        assert jnp.isnan(pooling.max_pool(x, (2, 2), (2, 2))).all()


@pytest.mark.parametrize("all_steps", [False, True])
@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("cell", [nnx.OptimizedLSTMCell, nnx.GRUCell])
def test_recurrent_layers_are_the_same(cell: Any, both_ways: bool, all_steps: bool) -> None:
    def made(kind: type[Recurrent]) -> Recurrent:
        rngs = nnx.Rngs(5)
        options = {"bias_init": nnx.initializers.normal(), "rngs": rngs}
        cells = [cell(3, 6, **options) for _ in range(1 + both_ways)]
        return kind(*cells, all_steps=all_steps)

    plain, fast = made(Recurrent), made(LoweredRecurrent)
    form, state = nnx.split(plain)
    fast_form = nnx.split(fast)[0]
    leaves, tree = jax.tree.flatten(state)

    def through(form: Any) -> Callable[..., jax.Array]:
        return lambda x, *leaves: nnx.merge(form, jax.tree.unflatten(tree, leaves))(x)

    check_same(through(fast_form), through(form), drawn(6, 4, 7, 3), *leaves)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("heads", [(4, 4), (4, 2)])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_that_of_flax(causal: bool, heads: tuple[int, int], masked: bool) -> None:
    lengths = (5, 5 if causal else 7)
    query = drawn(7, 3, lengths[0], heads[0], 8)
    key, value = (drawn(seed, 3, lengths[1], heads[1], 8) for seed in (8, 9))
    # Each looks at the first element at least.
    mask = drawn(10, 3, heads[0], *lengths) > 0
    options = {"is_causal": causal, "mask": mask.at[..., 0].set(True) if masked else None}
    check_same(
        lambda *arrays: attention(*arrays, **options),
        lambda *arrays: nnx.dot_product_attention(*arrays, **options),
        *(query, key, value),
    )


def test_attention_drops_as_flax_does() -> None:
    arrays = [drawn(seed, 2, 4, 2, 8) for seed in (1, 2, 3)]
    options = {"dropout_rate": 0.5, "dropout_rng": jax.random.key(0), "deterministic": False}
    found = attention(*arrays, **options)
    assert jnp.array_equal(found, nnx.dot_product_attention(*arrays, **options))
    assert not jnp.allclose(found, attention(*arrays))
