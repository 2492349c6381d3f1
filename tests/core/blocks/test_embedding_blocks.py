"""Embedding and Unembedding against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from built_block import run

from core.blocks.block import ShapeError
from core.blocks.embedding import Embedding, Unembedding
from core.tensor import Tensor

IDS = np.array([[1, 0, 3], [3, 3, 2]], np.int32)


@pytest.mark.parametrize("padding", [-1, 3])
def test_embedding(padding: int) -> None:
    y, layer = run(Embedding(vocabulary=5, features=4, padding_id=padding), input=IDS)
    table = torch.from_numpy(np.array(layer.embedding[...]))
    if padding >= 0:
        table[padding] = 0
    expected = torch.nn.functional.embedding(torch.from_numpy(IDS), table)
    np.testing.assert_array_equal(y, expected.numpy())


def test_unembedding_is_a_product_with_the_transposed_table() -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 4)).astype(np.float32)
    y, layer = run(Unembedding(vocabulary=7), input=x)
    table = torch.from_numpy(np.array(layer.embedding[...]))
    expected = torch.nn.functional.linear(torch.from_numpy(x), table)
    np.testing.assert_allclose(y, expected.numpy(), rtol=1e-5, atol=1e-5)


def test_starts_as_chosen() -> None:
    block = Embedding(vocabulary=3, features=2, kernel_init="ones")
    layer = block.layer(Tensor((None, 3), "int32"))
    assert "embedding_init=nnx.initializers.ones_init()" in layer.source({})


def test_refuses_a_padding_id_beyond_the_vocabulary() -> None:
    with pytest.raises(ShapeError, match="Padding id is 5") as refused:
        Embedding(vocabulary=5, padding_id=5).infer(input=Tensor((None, 3), "int32"))
    assert "below 5" in refused.value.remedy
