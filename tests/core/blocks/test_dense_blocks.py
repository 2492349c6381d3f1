"""Dense and Embedding against matrix products and table lookups."""

from __future__ import annotations

import numpy as np
import pytest
from built_block import run

from core.blocks.block import ShapeError
from core.blocks.dense import Dense
from core.blocks.embedding import Embedding
from core.tensor import Tensor

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("sizes", [(4,), (5, 4), (2, 3, 4)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense_is_a_matrix_product(sizes: tuple[int, ...], use_bias: bool) -> None:
    x = RNG.normal(size=(3, *sizes)).astype(np.float32)
    y, layer = run(Dense(units=6, use_bias=use_bias), input=x)
    expected = np.einsum("...f,fu->...u", x.astype(np.float64), np.asarray(layer.kernel[...]))
    if use_bias:
        expected = expected + np.asarray(layer.bias[...])
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def test_dense_counts_weights_and_operations() -> None:
    x = Tensor((None, 7, 20))
    assert Dense(units=10).parameters(input=x) == 20 * 10 + 10
    assert Dense(units=10, use_bias=False).parameters(input=x) == 200
    assert Dense(units=10, use_bias=False).flops(input=x) == 7 * 2 * 20 * 10


def test_embedding_looks_rows_up() -> None:
    ids = np.array([[0, 3, 3], [4, 1, 0]], np.int32)
    y, layer = run(Embedding(vocabulary=5, features=4), input=ids)
    np.testing.assert_array_equal(y, np.asarray(layer.embedding[...])[ids])


def test_embedding_refuses_more_ids_than_it_has_rows() -> None:
    with pytest.raises(ShapeError) as refused:
        Embedding(vocabulary=5).infer(input=Tensor((None, 3), "int32", classes=9))
    assert "ids go up to 8" in refused.value.message
    assert "9" in refused.value.remedy
