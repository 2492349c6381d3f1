"""Multi-head attention written out in numpy: self, cross and causal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from built_block import apply, build, run, tensors_of
from flax import nnx

from core.blocks.attention import MultiHeadAttention
from core.blocks.block import ShapeError
from core.tensor import Tensor

RNG = np.random.default_rng(5)
QUERY = RNG.normal(size=(2, 5, 6)).astype(np.float32)
CONTEXT = RNG.normal(size=(2, 7, 3)).astype(np.float32)


def slow_attention(
    layer: Any, query: np.ndarray, context: np.ndarray, heads: int, causal: bool = False
) -> np.ndarray:
    """One sample and one head at a time, in float64."""

    def project(dense: Any, x: np.ndarray, head: int) -> np.ndarray:
        kernel, bias = np.asarray(dense.kernel[...], np.float64), np.asarray(dense.bias[...])
        return x @ kernel[:, head] + bias[head]

    features = layer.out.bias[...].shape[0]
    output = np.tile(np.asarray(layer.out.bias[...], np.float64), (*query.shape[:2], 1))
    for b in range(len(query)):
        for head in range(heads):
            q = project(layer.query, query[b], head)
            k, v = project(layer.key, context[b], head), project(layer.value, context[b], head)
            scores = q @ k.T / np.sqrt(features // heads)
            if causal:
                scores[np.triu_indices(len(q), 1)] = -np.inf
            weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
            weights /= weights.sum(axis=-1, keepdims=True)
            output[b] += weights @ v @ np.asarray(layer.out.kernel[...], np.float64)[head]
    return output


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("causal", [False, True])
def test_self_attention(heads: int, causal: bool) -> None:
    y, layer = run(MultiHeadAttention(heads=heads, features=8, causal=causal), query=QUERY)
    expected = slow_attention(layer, QUERY, QUERY, heads, causal)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


def test_cross_attention() -> None:
    y, layer = run(MultiHeadAttention(heads=2, features=8), query=QUERY, context=CONTEXT)
    expected = slow_attention(layer, QUERY, CONTEXT, 2)
    assert y.shape == (2, 5, 8)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


def test_causal_attention_never_looks_ahead() -> None:
    block = MultiHeadAttention(heads=2, features=8, causal=True)
    before, layer = run(block, query=QUERY)
    changed = QUERY.copy()
    changed[:, 3] += 100.0
    after = np.asarray(apply(block, tensors_of({"query": changed}), layer, {"query": changed}))
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert np.all(np.any(before[:, 3:] != after[:, 3:], axis=-1))


def test_dropout_acts_while_training_only() -> None:
    block = MultiHeadAttention(heads=2, features=8, dropout=0.5)
    trained, layer = run(block, train=True, query=QUERY)
    assert np.any(trained != np.asarray(layer(QUERY)))
    evaluated, layer = run(block, query=QUERY)
    expected = slow_attention(layer, QUERY, QUERY, 2)
    np.testing.assert_allclose(evaluated, expected, rtol=1e-4, atol=1e-4)


def test_dropout_differs_between_samples_and_heads() -> None:
    block = MultiHeadAttention(heads=1, features=8, dropout=0.5)
    twice = np.concatenate([QUERY[:1], QUERY[:1]])
    y, _ = run(block, train=True, query=twice)
    assert np.any(y[0] != y[1])


def test_keeps_no_random_state_without_dropout() -> None:
    layer = build(MultiHeadAttention(), {"query": Tensor((None, 5, 8))})
    assert not nnx.state(layer, nnx.RngState)


def test_refuses_features_that_heads_cannot_share() -> None:
    with pytest.raises(ShapeError, match="10 features") as refused:
        MultiHeadAttention(heads=4, features=10).infer(query=Tensor((None, 5, 8)))
    assert "Set Features to 12" in refused.value.remedy


def test_refuses_causal_attention_to_another_length() -> None:
    block = MultiHeadAttention(causal=True)
    with pytest.raises(ShapeError, match="one length") as refused:
        block.infer(query=Tensor((None, 5, 8)), context=Tensor((None, 7, 8)))
    assert "Causal off" in refused.value.remedy
